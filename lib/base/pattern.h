/* SPDX-License-Identifier: ISC */
/*
 * pattern - wildcard patterns and comma lists of them.
 *
 * Shapes:  `*` any run, `?` one byte; a list is comma-separated, `!` negates.
 * Units:   -
 * Errors:  none: what can't match does not match.
 * Owns:    nothing.
 * Source:  ssh_config(5), PATTERNS.
 */
#ifndef LIB_BASE_PATTERN_H
#define LIB_BASE_PATTERN_H

#include "lib/base/bytes.h"

enum pattern_result {
	PATTERN_NO,		/* nothing matched */
	PATTERN_YES,
	PATTERN_NEGATED,	/* a negated entry matched: loses at once */
};

bool pattern_match(const char *pattern, struct bytes text);
bool pattern_match_bytes(struct bytes pattern, struct bytes text);
enum pattern_result pattern_list_match(struct bytes list, struct bytes text);
/* host is in lower case; the patterns in any. */
enum pattern_result pattern_list_match_host(struct bytes list,
    const char *host);

/* Is name one of the comma-separated names of list? No wildcards. */
bool name_list_has(struct bytes list, struct bytes name);
/*
 * The next name of a comma list, walked by the caller's cursor (initially the
 * whole list). False at the end. Empty entries are returned as empty names.
 */
bool name_list_next(struct bytes *cursor, struct bytes *name);

#endif
