/* SPDX-License-Identifier: ISC */
#include "lib/base/text.h"

struct bytes
text_skip(struct bytes text, uint64_t set)
{
	while (text.len != 0 && text_is_in(text.p[0], set)) {
		text.p++;
		text.len--;
	}
	return text;
}

struct bytes
text_trim_end(struct bytes text, uint64_t set)
{
	while (text.len != 0 && text_is_in(text.p[text.len - 1], set))
		text.len--;
	return text;
}

struct bytes
text_trim(struct bytes text, uint64_t set)
{
	return text_skip(text_trim_end(text, set), set);
}

struct bytes
text_take_word(struct bytes *text, uint64_t set)
{
	struct bytes left = text_skip(*text, set), word = left;

	while (left.len != 0 && !text_is_in(left.p[0], set)) {
		left.p++;
		left.len--;
	}
	word.len -= left.len;
	*text = text_skip(left, set);
	return word;
}
