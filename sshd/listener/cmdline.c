/* SPDX-License-Identifier: ISC */
#include "sshd/listener/cmdline.h"

#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/duration.h"
#include "lib/base/host_port.h"

const char cmdline_usage[] =
    "usage: sshd [-46DdeGiqTtV] [--explain] [--json] [--strict]\n"
    "            [-C connection_spec] [-c host_certificate_file]\n"
    "            [-E log_file] [-f config_file] [-g login_grace_time]\n"
    "            [-h host_key_file] [-o option] [-p port] [-u len]\n";

static bool fail(struct cmdline *cmdline, int exit_code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static bool
fail(struct cmdline *cmdline, int exit_code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(cmdline->error, sizeof(cmdline->error), fmt, args);
	va_end(args);
	cmdline->exit_code = exit_code;
	return false;
}

/* Keeps s (may be NULL: memory is out) until cmdline_clear(). */
static bool
own(struct cmdline *cmdline, char *s)
{
	if (s == NULL)
		return fail(cmdline, EXIT_FATAL, "out of memory");
	if (cmdline->owned_count == CMDLINE_LINES_MAX) {
		free(s);
		return fail(cmdline, EXIT_USAGE, "too many options");
	}
	cmdline->owned[cmdline->owned_count++] = s;
	return true;
}

static bool
add_line(struct cmdline *cmdline, const char *line)
{
	if (cmdline->config.line_count == CMDLINE_LINES_MAX)
		return fail(cmdline, EXIT_USAGE, "too many options");
	cmdline->lines[cmdline->config.line_count++] = line;
	return true;
}

/* For a flag that wins over -o, and over the same flag before it. */
static bool
add_first_line(struct cmdline *cmdline, const char *line)
{
	if (!add_line(cmdline, line))
		return false;
	memmove(&cmdline->lines[1], &cmdline->lines[0],
	    (cmdline->config.line_count - 1) * sizeof(cmdline->lines[0]));
	cmdline->lines[0] = line;
	return true;
}

/*
 * "Keyword "value"": in quotes, because a file name may hold blanks or begin
 * with '#'; quotes and backslashes of the value are escaped.
 */
static bool
add_quoted(struct cmdline *cmdline, const char *keyword, const char *value)
{
	size_t cap = strlen(keyword) + 2 * strlen(value) + 4;
	char *line = malloc(cap), *to;

	if (line != NULL) {
		to = line + sprintf(line, "%s \"", keyword);
		for (const char *from = value; *from != '\0'; from++) {
			if (*from == '"' || *from == '\\')
				*to++ = '\\';
			*to++ = *from;
		}
		memcpy(to, "\"", 2);
	}
	return own(cmdline, line) && add_line(cmdline, line);
}

static bool
parse_number(const char *text, long min, long max, long *out)
{
	char *end;
	long value;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	value = strtol(text, &end, 10);
	if (*end != '\0' || errno != 0 || value < min || value > max)
		return false;
	*out = value;
	return true;
}

static bool
flag_port(struct cmdline *cmdline, const char *value)
{
	char line[32];
	uint16_t port;

	if (cmdline->port_count++ == CMDLINE_PORTS_MAX)
		return fail(cmdline, EXIT_USAGE, "too many ports");
	if (!port_parse(bytes_str(value), &port))
		return fail(cmdline, EXIT_USAGE, "Bad port number: %s", value);
	cmdline->config.ports_given = true;
	snprintf(line, sizeof(line), "Port %u", port);
	if (!own(cmdline, strdup(line)))
		return false;
	return add_line(cmdline, cmdline->owned[cmdline->owned_count - 1]);
}

/* Behind -p a Port line does not count, wherever it stands. */
static bool
flag_option(struct cmdline *cmdline, const char *line)
{
	const char *keyword = line + strspn(line, " \t");

	if (cmdline->config.ports_given &&
	    strncasecmp(keyword, "port", 4) == 0 &&
	    (keyword[4] == '=' || keyword[4] == ' ' || keyword[4] == '\t'))
		return true;
	return add_line(cmdline, line);
}

static bool
flag_grace(struct cmdline *cmdline, const char *value)
{
	char line[64];
	uint32_t seconds;

	if (!duration_parse_s(bytes_str(value), &seconds))
		return fail(cmdline, EXIT_USAGE, "Bad login grace time: %s",
		    value);
	snprintf(line, sizeof(line), "LoginGraceTime %u", seconds);
	return own(cmdline, strdup(line)) && add_first_line(cmdline,
	    cmdline->owned[cmdline->owned_count - 1]);
}

/*
 * The length of a host name in the login records of old. Records here hold
 * numeric addresses whatever their length; 0 asks for them everywhere.
 */
static bool
flag_utmp_len(struct cmdline *cmdline, const char *value)
{
	long len;

	if (!parse_number(value, 0, CMDLINE_UTMP_LEN_MAX, &len))
		return fail(cmdline, EXIT_USAGE, "Bad utmp length: %s", value);
	return len != 0 || add_line(cmdline, "UseDNS no");
}

struct spec_key {
	const char *name;
	size_t offset;		/* of a const char * in struct conf_spec */
};

static const struct spec_key spec_keys[] = {
	{ "addr=", offsetof(struct conf_spec, address) },
	{ "host=", offsetof(struct conf_spec, host) },
	{ "user=", offsetof(struct conf_spec, user) },
	{ "laddr=", offsetof(struct conf_spec, local_address) },
	{ "rdomain=", offsetof(struct conf_spec, rdomain) },
};

static bool
spec_item(struct cmdline *cmdline, const char *item)
{
	uint16_t port = 0;

	if (strcmp(item, "invalid-user") == 0) {
		cmdline->spec.invalid_user = true;
		return true;
	}
	if (strncmp(item, "lport=", 6) == 0) {
		if (strcmp(item + 6, "0") != 0 &&
		    !port_parse(bytes_str(item + 6), &port))
			return fail(cmdline, EXIT_USAGE, "Bad port number in "
			    "connection specification: %s", item);
		/* 0 tells no more than no word at all */
		cmdline->spec.local_port = port == 0 ? -1 : port;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(spec_keys); i++) {
		size_t len = strlen(spec_keys[i].name);

		if (strncmp(item, spec_keys[i].name, len) == 0) {
			*(const char **)((char *)&cmdline->spec +
			    spec_keys[i].offset) = item + len;
			return true;
		}
	}
	return fail(cmdline, EXIT_USAGE, "Unknown word in connection "
	    "specification: %s", item);
}

static bool
flag_spec(struct cmdline *cmdline, const char *value)
{
	char *rest, *item;

	if (!own(cmdline, strdup(value)))
		return false;
	rest = cmdline->owned[cmdline->owned_count - 1];
	cmdline->spec_given = true;
	while ((item = strsep(&rest, ",")) != NULL) {
		if (*item != '\0' && !spec_item(cmdline, item))
			return false;
	}
	return true;
}

static void
flag_debug(struct cmdline *cmdline)
{
	cmdline->foreground = true;
	cmdline->log_stderr = true;
	cmdline->quiet = false;
	if (cmdline->debug_level < CMDLINE_DEBUG_MAX)
		cmdline->debug_level++;
}

/* Beyond every value of a char. */
enum { FLAG_EXPLAIN = 256, FLAG_JSON, FLAG_STRICT };

static const struct option long_flags[] = {
	{ "explain", no_argument, NULL, FLAG_EXPLAIN },
	{ "json", no_argument, NULL, FLAG_JSON },
	{ "strict", no_argument, NULL, FLAG_STRICT },
	{ NULL, 0, NULL, 0 },		/* getopt_long() stops here */
};

/* False: not one of them. */
static bool
long_flag(struct cmdline *cmdline, int flag)
{
	switch (flag) {
	case FLAG_EXPLAIN:
		cmdline->explain = true;
		return true;
	case FLAG_JSON:
		cmdline->json = true;
		return true;
	case FLAG_STRICT:
		cmdline->config.strict = true;
		return true;
	}
	return false;
}

/* Flags without a value. False: not one of them. */
static bool
plain_flag(struct cmdline *cmdline, int flag)
{
	switch ((char)flag) {
	case 'D':
		cmdline->foreground = true;
		return true;
	case 'd':
		flag_debug(cmdline);
		return true;
	case 'e':
		cmdline->log_stderr = true;
		return true;
	case 'q':
		cmdline->quiet = true;
		return true;
	case 'r':
		cmdline->random_flag = true;
		return true;
	case 'i':
		cmdline->mode = MAX(cmdline->mode, RUN_INETD);
		return true;
	case 't':
		cmdline->mode = MAX(cmdline->mode, RUN_TEST);
		return true;
	case 'T':
		cmdline->mode = MAX(cmdline->mode, RUN_PRINT);
		return true;
	case 'G':
		cmdline->mode = MAX(cmdline->mode, RUN_PRINT_UNCHECKED);
		return true;
	case 'V':
		cmdline->mode = RUN_VERSION;
		return true;
	case 'b':
	case 'k':
	case 'Q':
		return true;	/* of protocol 1: accepted, nothing to do */
	}
	return false;
}

static bool
valued_flag(struct cmdline *cmdline, int flag, const char *value,
    const char *word)
{
	switch ((char)flag) {
	case '4':
		return add_first_line(cmdline, "AddressFamily inet");
	case '6':
		return add_first_line(cmdline, "AddressFamily inet6");
	case 'C':
		return flag_spec(cmdline, value);
	case 'c':
		return add_quoted(cmdline, "HostCertificate", value);
	case 'E':
		cmdline->log_file = value;
		cmdline->log_stderr = true;
		return true;
	case 'f':
		cmdline->config.file = value;
		return true;
	case 'g':
		return flag_grace(cmdline, value);
	case 'h':
		return add_quoted(cmdline, "HostKey", value);
	case 'o':
		return flag_option(cmdline, value);
	case 'p':
		return flag_port(cmdline, value);
	case 'u':
		return flag_utmp_len(cmdline, value);
	case 'R':
		return fail(cmdline, EXIT_FATAL,
		    "-R is not a flag of this program");
	}
	cmdline->show_usage = true;
	if (flag == ':')
		return fail(cmdline, EXIT_USAGE,
		    "option requires an argument -- %c", optopt);
	if (optopt == 0 || optopt >= FLAG_EXPLAIN)
		return fail(cmdline, EXIT_USAGE, "unknown or incomplete "
		    "option %s", word);
	return fail(cmdline, EXIT_USAGE, "unknown option -- %c", optopt);
}

/* Flags that change what the test modes do, and mean nothing elsewhere. */
static bool
check_modes(struct cmdline *cmdline)
{
	enum run_mode mode = cmdline->mode;
	bool prints = mode == RUN_PRINT || mode == RUN_PRINT_UNCHECKED;

	if (cmdline->spec_given && mode != RUN_PRINT)
		return fail(cmdline, EXIT_FATAL, "Connection specification "
		    "(-C) provided without test mode (-T)");
	if ((cmdline->explain || cmdline->json) && !prints)
		return fail(cmdline, EXIT_USAGE, "--explain and --json go "
		    "with -T or -G");
	if (cmdline->config.strict && !prints && mode != RUN_TEST)
		return fail(cmdline, EXIT_USAGE, "--strict goes with -t, -T "
		    "or -G");
	return true;
}

/* -d and -q are a LogLevel line too. */
static bool
add_level_line(struct cmdline *cmdline)
{
	static const char *const levels[CMDLINE_DEBUG_MAX + 1] = {
		NULL, "LogLevel DEBUG1", "LogLevel DEBUG2", "LogLevel DEBUG3",
	};
	const char *line = cmdline->quiet ? "LogLevel QUIET" :
	    levels[cmdline->debug_level];

	return line == NULL || add_first_line(cmdline, line);
}

bool
cmdline_parse(struct cmdline *cmdline, int argc, char **argv)
{
	int flag;

	*cmdline = (struct cmdline){
		.config.file = SYSCONFDIR "/sshd_config",
		.spec.local_port = -1,
	};
	cmdline->config.lines = cmdline->lines;
	optind = 0;		/* glibc: begin anew */
	opterr = 0;
	while ((flag = getopt_long(argc, argv,
	    "+:46C:c:DdE:ef:Gg:h:ik:b:o:p:QqRrTtu:V", long_flags, NULL)) !=
	    -1) {
		if (!long_flag(cmdline, flag) && !plain_flag(cmdline, flag) &&
		    !valued_flag(cmdline, flag, optarg, argv[optind - 1]))
			return false;
	}
	if (cmdline->mode == RUN_VERSION)
		return true;
	if (optind < argc)
		return fail(cmdline, EXIT_USAGE, "Extra argument %s.",
		    argv[optind]);
	return check_modes(cmdline) && add_level_line(cmdline);
}

void
cmdline_clear(struct cmdline *cmdline)
{
	for (size_t i = 0; i < cmdline->owned_count; i++)
		free(cmdline->owned[i]);
	*cmdline = (struct cmdline){ .mode = RUN_LISTEN };
}
