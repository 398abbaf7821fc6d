/* SPDX-License-Identifier: ISC */
/*
 * tool - what the commands of sshd-keygen share.
 *
 * Shapes:  one struct with the command line, one function for each command.
 * Units:   bits for key sizes.
 * Errors:  a command says what is wrong on standard error and returns the
 *          exit status: 0, 1 for a revoked key or an answer of no, 255.
 * Owns:    nothing: strings are the command line's.
 * Source:  ssh-keygen(1), whose names of options these are.
 */
#ifndef KEYS_TOOL_TOOL_H
#define KEYS_TOOL_TOOL_H

#include "keys/private_fields.h"

enum tool_exit { TOOL_OK = 0, TOOL_NO = 1, TOOL_FAILED = 255 };

struct tool {
	const char *type;		/* -t */
	const char *bits;		/* -b */
	const char *passphrase;		/* -N */
	const char *comment;		/* -C */
	const char *file;		/* -f */
	const char *hash;		/* -E */
	const char *ca;			/* -s */
	const char *version;		/* -z */
	bool quiet, update, list;	/* -q -u -l */
	char *const *args;
	int arg_count;
};

/* tool_make.c */
int tool_make_host_keys(const struct tool *tool);
int tool_make_key(const struct tool *tool);
/* tool_show.c */
int tool_fingerprints(const struct tool *tool);
int tool_public(const struct tool *tool);
/* tool_krl.c, tool_query.c */
int tool_krl_make(const struct tool *tool);
int tool_krl_query(const struct tool *tool);

/* "sshd-keygen: ..." and a newline; returns TOOL_FAILED. */
int tool_fail(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
