/* SPDX-License-Identifier: ISC */
/*
 * tokens - %-sequences in the values of configuration keywords.
 *
 * Shapes:  "%h" and the like from the caller's table; "%%" is always there.
 * Units:   bytes of the result, with its NUL.
 * Errors:  ERR_FORMAT for a sequence that is not in the table, ERR_RANGE for
 *          a result that does not fit.
 * Owns:    nothing.
 * Source:  sshd_config(5), TOKENS.
 */
#ifndef MONITOR_TOKENS_H
#define MONITOR_TOKENS_H

#include <stddef.h>

#include "lib/base/err.h"

struct token {
	char letter;
	const char *value;
};

MUST_CHECK bool tokens_expand(const char *text, const struct token *tokens,
    size_t token_count, char *out, size_t out_len, struct err *err);

#endif
