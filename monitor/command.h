/* SPDX-License-Identifier: ISC */
/*
 * command - programs of the configuration that say who may log in.
 *
 * Shapes:  a command line split like a shell's words, without a shell; tokens
 *          are expanded in each argument by itself.
 * Units:   COMMAND_OUTPUT_MAX in bytes; time in milliseconds.
 * Errors:  whatever goes wrong is logged once and is no answer: the program
 *          is unsafe or missing, fails, takes too long, prints too much, or
 *          goes on when the client has long left.
 * Owns:    the output is the caller's.
 * Source:  sshd_config(5), AuthorizedKeysCommand.
 */
#ifndef MONITOR_COMMAND_H
#define MONITOR_COMMAND_H

#include "lib/base/string_list.h"
#include "monitor/tokens.h"

#define COMMAND_OUTPUT_MAX	16777216	/* 20,000 RSA-4096 keys */
#define COMMAND_TIME_MAX_MS	30000		/* a directory that is down */

struct command {
	const char *keyword;		/* "AuthorizedKeysCommand" */
	const char *text;		/* as configured */
	const char *run_as;		/* account, with tokens */
	const struct token *tokens;
	size_t token_count;
	const char *only_argument;	/* when text names none; NULL: none */
	unsigned time_limit_ms;
	int client_fd;			/* see struct helper */
};

/* True: *out is what a program that ended well has printed; malloc'ed. */
bool command_run(const struct command *command, struct bytes *out);
/* Half of what the client has to log in, or the most that is given. */
unsigned command_time_limit_ms(unsigned login_grace_s);
/*
 * Pure: words separated by blanks; ' and " quote, a backslash makes quotes,
 * itself and, outside of quotes, a space literal. ERR_FORMAT: no end quote.
 */
MUST_CHECK bool command_split(const char *text, struct string_list *words,
    struct err *err);

#endif
