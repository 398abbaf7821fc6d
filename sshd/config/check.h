/* SPDX-License-Identifier: ISC */
/*
 * check - is one directive fit to be used by this version on this machine?
 *
 * Shapes:  words as written in, words as kept out (absolute paths).
 * Units:   -
 * Errors:  false and a reason.
 * Owns:    nothing; results lie in the caller's arena.
 * Source:  sshd_config(5); sshd(8), -t.
 */
#ifndef SSHD_CONFIG_CHECK_H
#define SSHD_CONFIG_CHECK_H

#include "sshd/config/value.h"

struct check {
	struct arena *arena;
	char reason[VALUE_REASON_MAX];
	char note[VALUE_REASON_MAX];	/* fit, but; empty: nothing to say */
};

/* Parses the words, makes their paths absolute, judges what is not built. */
MUST_CHECK bool check_directive(struct check *check,
    const struct keyword *kw, const char **words, size_t word_count);
/*
 * What several keywords must agree about, outside of Match blocks: logs each
 * error and returns how many there are.
 */
MUST_CHECK size_t check_globals(const struct conf *conf);

#endif
