/* SPDX-License-Identifier: ISC */
/*
 * keys_util - what several tests of keys/ need.
 *
 * Shapes:  -
 * Units:   -
 * Errors:  a failed step ends the test.
 * Owns:    results are the caller's.
 * Source:  -
 */
#ifndef REGRESS_UNIT_KEYS_KEYS_UTIL_H
#define REGRESS_UNIT_KEYS_KEYS_UTIL_H

#include "unit/test.h"

#include <stdio.h>

#include "keys/pubkey.h"
#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

#define BLOB_CAP	8192

/* Built step by step; blob_of() views it. */
struct blob {
	uint8_t b[BLOB_CAP];
	struct writer w;
};

static inline void
blob_init(struct blob *blob)
{
	blob->w = wr_init(blob->b, sizeof(blob->b));
}

static inline struct bytes
blob_view(const struct blob *blob)
{
	assert_false(blob->w.full);
	return wr_view(&blob->w);
}

static inline int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Up to the first character that is no hex digit. */
static inline struct bytes
from_hex(const char *hex, uint8_t *out, size_t cap)
{
	size_t n = 0;

	while (hex_digit(hex[0]) >= 0 && hex_digit(hex[1]) >= 0) {
		assert_true(n < cap);
		out[n++] = (uint8_t)(hex_digit(hex[0]) << 4 |
		    hex_digit(hex[1]));
		hex += 2;
	}
	return bytes_of(out, n);
}

static inline struct pubkey *
key_of_text(const char *text)
{
	struct pubkey *key = NULL;
	struct bytes rest;
	struct err err = { 0 };

	if (!pubkey_parse_text(bytes_str(text), &key, &rest, &err))
		print_error("%.40s: %s: %s\n", text, err.what,
		    err_text(&err));
	assert_non_null(key);
	return key;
}

static inline struct pubkey *
key_of_blob(struct bytes blob)
{
	struct pubkey *key = NULL;
	struct err err;

	assert_true(pubkey_parse(blob, &key, &err));
	return key;
}

/* A heap copy of exactly n bytes, so that a sanitizer sees one too many. */
static inline uint8_t *
exact_copy(const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);

	assert_non_null(copy);
	if (n != 0)
		memcpy(copy, p, n);
	return copy;
}

#endif
