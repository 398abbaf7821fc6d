/* SPDX-License-Identifier: ISC */
#include "lib/base/pattern.h"

typedef uint8_t letter_of(uint8_t c);

static uint8_t
as_written(uint8_t c)
{
	return c;
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/*
 * Linear in pattern x text: only the last star is ever tried again, so a
 * pattern full of stars can't be made to cost exponential time.
 */
static bool
match(struct bytes pattern, struct bytes text, letter_of *letter)
{
	size_t p = 0, t = 0, star = SIZE_MAX, star_t = 0;

	while (t < text.len) {
		if (p < pattern.len && pattern.p[p] == '*') {
			star = p++;
			star_t = t;
		} else if (p < pattern.len &&
		    (pattern.p[p] == '?' ||
		    letter(pattern.p[p]) == text.p[t])) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++star_t;
		} else
			return false;
	}
	while (p < pattern.len && pattern.p[p] == '*')
		p++;
	return p == pattern.len;
}

bool
pattern_match_bytes(struct bytes pattern, struct bytes text)
{
	return match(pattern, text, as_written);
}

bool
pattern_match(const char *pattern, struct bytes text)
{
	return pattern_match_bytes(bytes_str(pattern), text);
}

bool
name_list_next(struct bytes *cursor, struct bytes *name)
{
	const uint8_t *comma;

	if (cursor->p == NULL || cursor->len == 0)
		return false;
	comma = memchr(cursor->p, ',', cursor->len);
	if (comma == NULL) {
		*name = *cursor;
		*cursor = (struct bytes){ 0 };
		return true;
	}
	*name = (struct bytes){ cursor->p, (size_t)(comma - cursor->p) };
	cursor->len -= name->len + 1;
	cursor->p = comma + 1;
	return true;
}

static enum pattern_result
list_match(struct bytes list, struct bytes text, letter_of *letter)
{
	enum pattern_result result = PATTERN_NO;
	struct bytes item;

	while (name_list_next(&list, &item)) {
		bool negated = item.len != 0 && item.p[0] == '!';

		if (negated)
			item = (struct bytes){ item.p + 1, item.len - 1 };
		if (!match(item, text, letter))
			continue;
		if (negated)
			return PATTERN_NEGATED;
		result = PATTERN_YES;
	}
	return result;
}

enum pattern_result
pattern_list_match(struct bytes list, struct bytes text)
{
	return list_match(list, text, as_written);
}

enum pattern_result
pattern_list_match_host(struct bytes list, const char *host)
{
	return list_match(list, bytes_str(host), lower);
}

bool
name_list_has(struct bytes list, struct bytes name)
{
	struct bytes item;

	while (name_list_next(&list, &item)) {
		if (bytes_equal(item, name))
			return true;
	}
	return false;
}
