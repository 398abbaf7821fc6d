/* SPDX-License-Identifier: ISC */
/*
 * question - one line that a person is asked for.
 *
 * Shapes:  a text, and whether what is typed may be seen.
 * Units:   -
 * Errors:  none.
 * Owns:    nothing: the text borrows.
 * Source:  RFC 4256 section 3.2.
 */
#ifndef MONITOR_QUESTION_H
#define MONITOR_QUESTION_H

#include <stdbool.h>

struct question {
	const char *text;
	bool echo;
};

#endif
