/* SPDX-License-Identifier: ISC */
/*
 * bytes - a borrowed run of bytes.
 *
 * Shapes:  pointer and length; not terminated, may hold NUL.
 * Units:   len in bytes.
 * Errors:  none.
 * Owns:    nothing.
 * Source:  -
 */
#ifndef LIB_BASE_BYTES_H
#define LIB_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *p;
	size_t len;
};

/* Over a string literal or array, without its NUL. */
#define BYTES_LIT(s)	((struct bytes){ (const uint8_t *)(s), sizeof(s) - 1 })

static inline struct bytes
bytes_of(const void *p, size_t len)
{
	return (struct bytes){ p, len };
}

/* Over a C string; NULL is empty. */
static inline struct bytes
bytes_str(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, s == NULL ? 0 : strlen(s) };
}

static inline bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

/* Whole-string comparison: a NUL inside b never matches. */
static inline bool
bytes_is(struct bytes b, const char *s)
{
	return bytes_equal(b, bytes_str(s));
}

static inline bool
bytes_have_nul(struct bytes b)
{
	return b.len != 0 && memchr(b.p, 0, b.len) != NULL;
}

/*
 * Copies into dst as a C string; false (dst empty) when it does not fit or a
 * NUL is inside.
 */
static inline bool
bytes_to_str(struct bytes b, char *dst, size_t dst_len)
{
	if (b.len >= dst_len || bytes_have_nul(b)) {
		dst[0] = '\0';
		return false;
	}
	if (b.len != 0)
		memcpy(dst, b.p, b.len);
	dst[b.len] = '\0';
	return true;
}

/* A new C string, or NULL when memory is out or a NUL is inside. */
char *bytes_dup_str(struct bytes b);

#endif
