/* SPDX-License-Identifier: ISC */
/*
 * string_list - strings in the order in which they were added.
 *
 * Shapes:  C strings; a list of zeroes is empty.
 * Units:   count of strings.
 * Errors:  ERR_RANGE when the list is full, or for a string with NUL;
 *          ERR_NOMEM. The list stays as it was.
 * Owns:    its strings.
 * Source:  -
 */
#ifndef LIB_BASE_STRING_LIST_H
#define LIB_BASE_STRING_LIST_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

struct string_list {
	char **v;
	size_t count;
};

void string_list_clear(struct string_list *list);
/* A copy of s, unless max_count are there. */
MUST_CHECK bool string_list_add(struct string_list *list, struct bytes s,
    size_t max_count, struct err *err);

#endif
