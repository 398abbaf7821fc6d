/* SPDX-License-Identifier: ISC */
/*
 * hex - hexadecimal text of tests, and the published vectors.
 *
 * Shapes:  files of one vector per line: JSON objects or comma-separated.
 * Units:   bytes.
 * Errors:  a bad digit or a result that does not fit fails the test.
 * Owns:    nothing; vectors_open() gives the caller a stream.
 * Source:  README.md of the vectors: POSTERN_VECTORS, or ../shared/vectors
 *          from the source directory.
 */
#ifndef REGRESS_UNIT_CRYPTO_HEX_H
#define REGRESS_UNIT_CRYPTO_HEX_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "regress/unit/test.h"

#define VECTOR_LINE_MAX	65536

static inline unsigned
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c | 0x20);

	assert_non_null(at);
	return (unsigned)(at - digits);
}

/* Decodes n digits; returns the number of bytes. */
static inline size_t
hex_take(const char *hex, size_t n, uint8_t *out, size_t cap)
{
	assert_int_equal(n % 2, 0);
	assert_true(n / 2 <= cap);
	for (size_t i = 0; i < n / 2; i++)
		out[i] = (uint8_t)(hex_digit(hex[2 * i]) << 4 |
		    hex_digit(hex[2 * i + 1]));
	return n / 2;
}

static inline size_t
hex_bytes(const char *hex, uint8_t *out, size_t cap)
{
	return hex_take(hex, strlen(hex), out, cap);
}

/* NULL when the vectors are not there: the caller skips. */
static inline FILE *
vectors_open(const char *name)
{
	const char *dir = getenv("POSTERN_VECTORS");
	const char *srcdir = getenv("srcdir");
	char path[1024];

	if (dir != NULL)
		snprintf(path, sizeof(path), "%s/%s", dir, name);
	else
		snprintf(path, sizeof(path), "%s/../shared/vectors/%s",
		    srcdir == NULL ? "." : srcdir, name);
	return fopen(path, "r");
}

/* The text of a string member of a JSON line; NULL when it has none. */
static inline const char *
json_text(const char *line, const char *key, size_t *len)
{
	char quoted[64];
	const char *at;

	snprintf(quoted, sizeof(quoted), "\"%s\": \"", key);
	if ((at = strstr(line, quoted)) == NULL)
		return NULL;
	at += strlen(quoted);
	*len = strcspn(at, "\"");
	return at;
}

static inline size_t
json_bytes(const char *line, const char *key, uint8_t *out, size_t cap)
{
	size_t len = 0;
	const char *text = json_text(line, key, &len);

	assert_non_null(text);
	return hex_take(text, len, out, cap);
}

static inline bool
json_is(const char *line, const char *key, const char *value)
{
	size_t len;
	const char *text = json_text(line, key, &len);

	return text != NULL && len == strlen(value) &&
	    memcmp(text, value, len) == 0;
}

#endif
