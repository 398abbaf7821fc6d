/* SPDX-License-Identifier: ISC */
/*
 * helper - runs a program as another account and takes what it prints.
 *
 * Shapes:  no shell; /dev/null as standard input, standard error as ours; an
 *          environment of PATH, USER, LOGNAME, HOME and our LANG.
 * Units:   bytes, milliseconds; status as of waitpid(2).
 * Errors:  ERR_SYS when it could not be started.
 * Owns:    result->output is the caller's.
 * Source:  execve(2), setsid(2), pidfd_open(2); sshd_config(5),
 *          AuthorizedKeysCommand.
 */
#ifndef MONITOR_HELPER_H
#define MONITOR_HELPER_H

#include "lib/base/string_list.h"
#include "monitor/user.h"

struct helper {
	const struct string_list *words;	/* path, arguments */
	const struct user *account;
	size_t output_max;
	unsigned time_limit_ms;
	int client_fd;	/* readable CLIENT_LEFT_MS before the end; or -1 */
};

/* What does not end by itself is killed, with all that it started. */
enum helper_end {
	HELPER_ENDED,
	HELPER_TOO_LATE,
	HELPER_TOO_MUCH,
	HELPER_NOBODY_WAITS,
};

struct helper_result {
	enum helper_end end;
	int status;
	uint8_t *output;		/* malloc'ed */
	size_t output_len;
};

/* Waits for it; nothing else happens in this process meanwhile. */
MUST_CHECK bool helper_run(const struct helper *helper,
    struct helper_result *result, struct err *err);

#endif
