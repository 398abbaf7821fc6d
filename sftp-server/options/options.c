/* SPDX-License-Identifier: ISC */
#include "sftp-server/options/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "lib/base/pattern.h"

#define EXTERNAL_NAME	"sftp-server"
#define INTERNAL_NAME	"internal-sftp"

static const char *const request_names[] = {
#define X(id, type, name, ...) [SFTP_##id] = name,
	SFTP_REQUESTS(X)
#undef X
};

const char *
sftp_request_name(enum sftp_request_id id)
{
	return request_names[id];
}

struct named {
	const char *name;
	int value;
};

static const struct named facilities[] = {
	{ "DAEMON", LOG_DAEMON }, { "USER", LOG_USER }, { "AUTH", LOG_AUTH },
	{ "AUTHPRIV", LOG_AUTHPRIV }, { "LOCAL0", LOG_LOCAL0 },
	{ "LOCAL1", LOG_LOCAL1 }, { "LOCAL2", LOG_LOCAL2 },
	{ "LOCAL3", LOG_LOCAL3 }, { "LOCAL4", LOG_LOCAL4 },
	{ "LOCAL5", LOG_LOCAL5 }, { "LOCAL6", LOG_LOCAL6 },
	{ "LOCAL7", LOG_LOCAL7 },
};

static const struct named levels[] = {
	{ "QUIET", LOG_LEVEL_QUIET }, { "FATAL", LOG_LEVEL_FATAL },
	{ "ERROR", LOG_LEVEL_ERROR }, { "INFO", LOG_LEVEL_INFO },
	{ "VERBOSE", LOG_LEVEL_VERBOSE }, { "DEBUG", LOG_LEVEL_DEBUG1 },
	{ "DEBUG1", LOG_LEVEL_DEBUG1 }, { "DEBUG2", LOG_LEVEL_DEBUG2 },
	{ "DEBUG3", LOG_LEVEL_DEBUG3 },
};

struct parse {
	struct sftp_options *out;
	char *reason;
};

static bool PRINTF_LIKE(2, 3)
bad(struct parse *parse, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(parse->reason, SFTP_REASON_MAX, fmt, args);
	va_end(args);
	return false;
}

static bool
find_named(const struct named *rows, size_t count, const char *name,
    int *value)
{
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(rows[i].name, name) == 0) {
			*value = rows[i].value;
			return true;
		}
	}
	return false;
}

static bool
parse_mode(struct parse *parse, const char *text, mode_t *mode)
{
	mode_t v = 0;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p < '0' || *p > '7' || v > 0777)
			return bad(parse, "bad mode \"%.32s\", expected octal "
			    "digits up to 0777", text);
		v = v << 3 | (mode_t)(*p - '0');
	}
	if (*text == '\0' || v > 0777)
		return bad(parse, "bad mode \"%.32s\", expected octal digits "
		    "up to 0777", text);
	*mode = v;
	return true;
}

static bool
parse_requests(struct parse *parse, const char *text, uint64_t *mask)
{
	struct bytes list = bytes_str(text), name;

	*mask = 0;
	while (name_list_next(&list, &name)) {
		unsigned id = 0;

		while (id < SFTP_REQUEST_COUNT &&
		    !bytes_is(name, request_names[id]))
			id++;
		if (id == SFTP_REQUEST_COUNT)
			return bad(parse, "unknown request \"%s\", "
			    "\"sftp-server -Q requests\" lists them",
			    log_safe(bytes_of(name.p, MIN(name.len, 64))).s);
		*mask |= UINT64_C(1) << id;
	}
	return *mask != 0 || bad(parse, "a list of requests is empty");
}

/* ---- one function for each letter ---------------------------------------- */

static bool
option_start_dir(struct parse *parse, const char *value)
{
	parse->out->start_dir = value;
	for (const char *p = value; (p = strchr(p, '%')) != NULL; p += 2) {
		if (p[1] == '\0' || strchr("%duU", p[1]) == NULL)
			return bad(parse, "bad token in directory \"%.64s\", "
			    "expected %%d, %%u, %%U or %%%%", value);
	}
	return true;
}

static bool
option_stderr(struct parse *parse, const char *value)
{
	(void)value;
	parse->out->logs_to_stderr = true;
	return true;
}

static bool
option_facility(struct parse *parse, const char *value)
{
	return find_named(facilities, ARRAY_LEN(facilities), value,
	    &parse->out->facility) || bad(parse, "unknown log facility "
	    "\"%.32s\", expected AUTH, AUTHPRIV, DAEMON, USER or "
	    "LOCAL0 to LOCAL7", value);
}

static bool
option_usage(struct parse *parse, const char *value)
{
	(void)value;
	parse->out->action = SFTP_SHOW_USAGE;
	return true;
}

static bool
option_level(struct parse *parse, const char *value)
{
	int level = 0;

	if (!find_named(levels, ARRAY_LEN(levels), value, &level))
		return bad(parse, "unknown log level \"%.32s\", expected "
		    "QUIET, FATAL, ERROR, INFO, VERBOSE, DEBUG or DEBUG1 to "
		    "DEBUG3", value);
	parse->out->level = (enum log_level)level;
	return true;
}

static bool
option_file_mode(struct parse *parse, const char *value)
{
	parse->out->has_file_mode = true;
	return parse_mode(parse, value, &parse->out->file_mode);
}

static bool
option_denied(struct parse *parse, const char *value)
{
	return parse_requests(parse, value, &parse->out->denied);
}

static bool
option_allowed(struct parse *parse, const char *value)
{
	return parse_requests(parse, value, &parse->out->allowed);
}

static bool
option_query(struct parse *parse, const char *value)
{
	if (strcasecmp(value, "requests") != 0)
		return bad(parse, "unknown query \"%.32s\", expected "
		    "\"requests\"", value);
	parse->out->action = SFTP_SHOW_REQUESTS;
	return true;
}

static bool
option_read_only(struct parse *parse, const char *value)
{
	(void)value;
	parse->out->is_read_only = true;
	return true;
}

static bool
option_umask(struct parse *parse, const char *value)
{
	parse->out->has_umask = true;
	return parse_mode(parse, value, &parse->out->umask);
}

struct option {
	char letter;
	bool has_value;
	bool (*take)(struct parse *, const char *);	/* NULL: stop here */
};

static const struct option options[] = {
	/* sshd runs a login shell with -c and the subsystem's command */
	{ 'c', false, NULL },
	{ 'd', true, option_start_dir },
	{ 'e', false, option_stderr },
	{ 'f', true, option_facility },
	{ 'h', false, option_usage },
	{ 'l', true, option_level },
	{ 'm', true, option_file_mode },
	{ 'P', true, option_denied },
	{ 'p', true, option_allowed },
	{ 'Q', true, option_query },
	{ 'R', false, option_read_only },
	{ 'u', true, option_umask },
};

static const struct option *
find_option(char letter)
{
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		if (options[i].letter == letter)
			return &options[i];
	}
	return NULL;
}

/*
 * One word of letters, the last of which may take its value from the rest of
 * the word or from the next one. *used: words that were taken.
 */
static bool
parse_word(struct parse *parse, const char *word, const char *next,
    size_t *used, bool *stop)
{
	*used = 1;
	for (const char *p = word + 1; *p != '\0'; p++) {
		const struct option *option = find_option(*p);
		const char *value = NULL;

		if (option == NULL)
			return bad(parse, "unknown option \"-%s\"",
			    log_safe(bytes_of(p, 1)).s);
		if (option->take == NULL) {
			*stop = true;
			return true;
		}
		if (option->has_value) {
			value = p[1] != '\0' ? p + 1 : next;
			*used = p[1] != '\0' ? 1 : 2;
			if (value == NULL)
				return bad(parse, "option \"-%c\" needs a "
				    "value", *p);
		}
		if (!option->take(parse, value))
			return false;
		if (option->has_value)
			break;
	}
	return true;
}

bool
sftp_options_parse(const char *const *words, size_t word_count,
    struct sftp_options *out, char reason[static SFTP_REASON_MAX])
{
	struct parse parse = { .out = out, .reason = reason };
	bool stop = false;
	size_t used;

	*out = (struct sftp_options){
		.facility = LOG_AUTH, .level = LOG_LEVEL_ERROR,
		.allowed = UINT64_MAX,
	};
	for (size_t i = 1; i < word_count && !stop; i += used) {
		const char *next = i + 1 < word_count ? words[i + 1] : NULL;

		if (words[i][0] != '-' || words[i][1] == '\0' ||
		    strcmp(words[i], "--") == 0) {
			out->extra = words[i];
			break;
		}
		if (!parse_word(&parse, words[i], next, &used, &stop))
			return false;
	}
	return true;
}

/* ---- a line of a configuration ------------------------------------------- */

bool
sftp_command_is_internal(const char *line)
{
	size_t len = strlen(INTERNAL_NAME);

	return strncmp(line, INTERNAL_NAME, len) == 0 && (line[len] == '\0' ||
	    line[len] == ' ' || line[len] == '\t');
}

const char *
sftp_command_external_options(const char *line)
{
	const char *name = line, *end = line + strcspn(line, " \t");

	for (const char *p = line; p < end; p++) {
		if (*p == '/')
			name = p + 1;
	}
	return (size_t)(end - name) == strlen(EXTERNAL_NAME) &&
	    strncmp(name, EXTERNAL_NAME, strlen(EXTERNAL_NAME)) == 0 ? end : "";
}

/* Splits text in place. */
static bool
split(struct parse *parse, struct sftp_command *command)
{
	char *in = command->text, *to = command->text, quote;

	for (;;) {
		while (*in == ' ' || *in == '\t')
			in++;
		if (*in == '\0')
			return true;
		if (command->word_count == SFTP_COMMAND_WORDS)
			return bad(parse, "more than %d words",
			    SFTP_COMMAND_WORDS);
		command->words[command->word_count++] = to;
		quote = '\0';
		while (*in != '\0' &&
		    (quote != '\0' || (*in != ' ' && *in != '\t'))) {
			if (*in == '\\' && in[1] != '\0' &&
			    strchr("\"'\\", in[1]) != NULL)
				*to++ = *++in;
			else if (quote == '\0' && (*in == '"' || *in == '\''))
				quote = *in;
			else if (quote != '\0' && *in == quote)
				quote = '\0';
			else
				*to++ = *in;
			in++;
		}
		if (quote != '\0')
			return bad(parse, "a quote is not closed");
		if (*in != '\0')
			in++;
		*to++ = '\0';
	}
}

bool
sftp_command_parse(const char *line, struct sftp_command *command,
    struct sftp_options *out, char reason[static SFTP_REASON_MAX])
{
	struct parse parse = { .out = out, .reason = reason };

	command->word_count = 0;
	if (!bytes_to_str(bytes_str(line), command->text,
	    sizeof(command->text) - 1))
		return bad(&parse, "more than %d bytes", SFTP_COMMAND_MAX);
	if (!split(&parse, command) || !sftp_options_parse(command->words,
	    command->word_count, out, reason))
		return false;
	if (out->action != SFTP_SERVE)
		return bad(&parse, "options -h and -Q are for the program "
		    "sftp-server only");
	return true;
}
