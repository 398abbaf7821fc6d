/* SPDX-License-Identifier: ISC */
/*
 * text - what every parser of lines does: blanks and words.
 *
 * Shapes:  a set has one bit for each byte up to the space.
 * Units:   -
 * Errors:  none: where nothing is left, a word is empty.
 * Owns:    nothing; results borrow from the text.
 * Source:  -
 */
#ifndef LIB_BASE_TEXT_H
#define LIB_BASE_TEXT_H

#include "lib/base/bytes.h"

#define TEXT_SET(c)	(UINT64_C(1) << (c))
#define TEXT_BLANK	(TEXT_SET(' ') | TEXT_SET('\t'))
/* A line from Windows ends with the carriage return. */
#define TEXT_BLANK_CR	(TEXT_BLANK | TEXT_SET('\r'))
#define TEXT_SPACE	(TEXT_BLANK_CR | TEXT_SET('\n'))

static inline bool
text_is_in(uint8_t c, uint64_t set)
{
	return c <= ' ' && (set >> c & 1) != 0;
}

/* What is left behind the first bytes that are in the set. */
struct bytes text_skip(struct bytes text, uint64_t set);
/* What is before the last bytes that are in the set. */
struct bytes text_trim_end(struct bytes text, uint64_t set);
/* Both: without those of the set at either end. */
struct bytes text_trim(struct bytes text, uint64_t set);
/* The first word; *text goes to the next one. */
struct bytes text_take_word(struct bytes *text, uint64_t set);

#endif
