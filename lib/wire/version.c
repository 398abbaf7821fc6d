/* SPDX-License-Identifier: ISC */
#include "lib/wire/version.h"

#define NUMBER_DIGITS_MAX	4

static bool
take_number(struct bytes *b, unsigned *out)
{
	size_t n = 0;

	*out = 0;
	while (n < b->len && n < NUMBER_DIGITS_MAX && b->p[n] >= '0' &&
	    b->p[n] <= '9')
		*out = *out * 10 + (unsigned)(b->p[n++] - '0');
	b->p += n;
	b->len -= n;
	return n != 0;
}

static bool
take_char(struct bytes *b, char c)
{
	if (b->len == 0 || b->p[0] != (uint8_t)c)
		return false;
	b->p++;
	b->len--;
	return true;
}

enum version_result
version_line_parse(struct bytes text, struct version_line *out)
{
	struct bytes rest;

	if (text.len != 0 && text.p[text.len - 1] == '\r')
		text.len--;
	*out = (struct version_line){ .line = text };
	if (bytes_have_nul(text) ||
	    (text.len != 0 && memchr(text.p, '\r', text.len) != NULL))
		return VERSION_BAD_CHARACTERS;
	if (text.len < 4 || memcmp(text.p, "SSH-", 4) != 0)
		return VERSION_NO_SSH;
	rest = bytes_of(text.p + 4, text.len - 4);
	if (!take_number(&rest, &out->major) || !take_char(&rest, '.') ||
	    !take_number(&rest, &out->minor) || !take_char(&rest, '-') ||
	    rest.len == 0)
		return VERSION_BAD_NUMBERS;
	out->software = rest;
	if (out->major == 2 || (out->major == 1 && out->minor == 99))
		return VERSION_OK;
	return VERSION_OTHER_MAJOR;
}
