/* SPDX-License-Identifier: ISC */
/*
 * suggest - the known name that is nearest to a mistyped one.
 *
 * Shapes:  candidates are offered one by one; the best one is kept.
 * Units:   distances in edits: insert, delete, replace, swap two neighbours.
 * Errors:  none: no suggestion when nothing is near enough.
 * Owns:    nothing.
 * Source:  optimal string alignment distance.
 */
#ifndef SSHD_CONFIG_SUGGEST_H
#define SSHD_CONFIG_SUGGEST_H

#include <stddef.h>

struct suggest {
	const char *typed;
	const char *best;	/* NULL: nothing near enough */
	size_t distance;	/* of best */
};

struct suggest suggest_init(const char *typed);
void suggest_offer(struct suggest *suggest, const char *candidate);

#endif
