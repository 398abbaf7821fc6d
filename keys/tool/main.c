/* SPDX-License-Identifier: ISC */
/* sshd-keygen: host keys, fingerprints and revocation lists. */
#include "keys/tool/tool.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/crypto/init.h"

static const char usage[] =
    "usage: sshd-keygen -A [-q] [-C comment] [-f prefix_path]\n"
    "       sshd-keygen [-q] [-t rsa | ecdsa | ed25519] [-b bits] "
    "[-C comment]\n"
    "                   -N '' -f output_keyfile\n"
    "       sshd-keygen -l [-E fingerprint_hash] -f input_keyfile\n"
    "       sshd-keygen -y -f input_keyfile\n"
    "       sshd-keygen -k -f krl_file [-u] [-q] [-s ca_public] "
    "[-z version_number]\n"
    "                   file ...\n"
    "       sshd-keygen -Q [-l] -f krl_file [file ...]\n";

int
tool_fail(const char *fmt, ...)
{
	va_list args;

	(void)fflush(stdout);
	fputs("sshd-keygen: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return TOOL_FAILED;
}

static const struct command {
	char flag;
	int (*run)(const struct tool *tool);
	const char *others;		/* flags that go with it */
	bool takes_files;
} commands[] = {
	{ 'A', tool_make_host_keys, "qCf", false },
	{ 'Q', tool_krl_query, "lf", true },
	{ 'k', tool_krl_make, "fuqsz", true },
	{ 'l', tool_fingerprints, "Ef", false },
	{ 'y', tool_public, "f", false },
	{ 0, tool_make_key, "qtbCNf", false },
};

/* The first in the order of the table: -Ql is a -Q. */
static const struct command *
find_command(const char *given)
{
	const struct command *command = commands;

	while (command->flag != 0 && strchr(given, command->flag) == NULL)
		command++;
	return command;
}

static const char **
value_of(struct tool *tool, int flag)
{
	switch (flag) {
	case 't': return &tool->type;
	case 'b': return &tool->bits;
	case 'N': return &tool->passphrase;
	case 'C': return &tool->comment;
	case 'f': return &tool->file;
	case 'E': return &tool->hash;
	case 's': return &tool->ca;
	case 'z': return &tool->version;
	default: return NULL;
	}
}

/* given: every flag once, in any order. */
static bool
parse(int argc, char **argv, struct tool *tool, char given[static 128])
{
	size_t count = 0;
	int flag;

	while ((flag = getopt(argc, argv, "AQklyqut:b:N:C:f:E:s:z:")) != -1) {
		const char **value = value_of(tool, flag);

		if (flag == '?')
			return false;
		if (value != NULL)
			*value = optarg;
		if (strchr(given, flag) == NULL)
			given[count++] = (char)flag;
	}
	tool->quiet = strchr(given, 'q') != NULL;
	tool->update = strchr(given, 'u') != NULL;
	tool->list = strchr(given, 'l') != NULL;
	tool->args = argv + optind;
	tool->arg_count = argc - optind;
	return true;
}

static bool
fits(const struct command *command, const struct tool *tool,
    const char *given)
{
	for (; *given != '\0'; given++) {
		if (*given != command->flag &&
		    strchr(command->others, *given) == NULL) {
			(void)tool_fail("-%c does not go with the other "
			    "options", *given);
			return false;
		}
	}
	if (tool->arg_count != 0 && !command->takes_files) {
		(void)tool_fail("%s: too many arguments", tool->args[0]);
		return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct tool tool = { .hash = "SHA256" };
	char given[128] = "";
	const struct command *command;
	int status;

	if (!parse(argc, argv, &tool, given)) {
		fputs(usage, stderr);
		return TOOL_NO;
	}
	command = find_command(given);
	if (!fits(command, &tool, given)) {
		fputs(usage, stderr);
		return TOOL_NO;
	}
	crypto_init();
	(void)umask(077);
	status = command->run(&tool);
	if (fflush(stdout) != 0 || ferror(stdout))
		return tool_fail("writing to standard output failed");
	return status;
}
