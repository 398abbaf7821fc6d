/* SPDX-License-Identifier: ISC */
/*
 * pq_vectors - reading published test vectors, and poisoning of secrets.
 *
 * Shapes:  files of lines; a field is "name": "hex" (JSON) or name = hex.
 * Units:   bytes.
 * Errors:  a file that is not there skips the test; anything else that does
 *          not fit fails it.
 * Owns:    struct vectors its file and its current line.
 * Source:  shared/vectors/README.md; Valgrind manual, memcheck client
 *          requests.
 */
#ifndef REGRESS_PQ_VECTORS_H
#define REGRESS_PQ_VECTORS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define SECRETS_ARE_WATCHED		(RUNNING_ON_VALGRIND != 0)
#define POISON(p, len)		((void)VALGRIND_MAKE_MEM_UNDEFINED(p, len))
#define UNPOISON(p, len)	((void)VALGRIND_MAKE_MEM_DEFINED(p, len))
#define POISON_ERRORS()		((unsigned long)VALGRIND_COUNT_ERRORS)
#else
#define SECRETS_ARE_WATCHED		false
#define POISON(p, len)		((void)(p), (void)(len))
#define UNPOISON(p, len)	((void)(p), (void)(len))
#define POISON_ERRORS()		0ul
#endif

#ifndef TEST_SRCDIR
#define TEST_SRCDIR	"."
#endif

struct vectors {
	FILE *file;
	char *line;
	size_t cap;
};

static inline void
vectors_open(struct vectors *v, const char *name)
{
	const char *dir = getenv("POSTERN_VECTORS");
	const char *srcdir = getenv("srcdir");
	char path[4096];

	if (dir != NULL)
		snprintf(path, sizeof(path), "%s/%s", dir, name);
	else
		snprintf(path, sizeof(path), "%s/../shared/vectors/%s",
		    srcdir != NULL ? srcdir : TEST_SRCDIR, name);
	*v = (struct vectors){ .file = fopen(path, "r") };
	if (v->file == NULL) {
		print_message("no %s\n", path);
		skip();
	}
}

static inline void
vectors_close(struct vectors *v)
{
	fclose(v->file);
	free(v->line);
}

static inline bool
vectors_next(struct vectors *v)
{
	return getline(&v->line, &v->cap, v->file) != -1;
}

/* Where the value of `"name": ` or of a line `name = ` begins, or NULL. */
static inline const char *
field_find(const char *line, const char *name)
{
	char quoted[64];
	const char *p;
	size_t len = strlen(name);

	if (strncmp(line, name, len) == 0 &&
	    strncmp(line + len, " = ", 3) == 0)
		return line + len + 3;
	snprintf(quoted, sizeof(quoted), "\"%s\": ", name);
	p = strstr(line, quoted);
	if (p == NULL)
		return NULL;
	p += strlen(quoted);
	return *p == '"' ? p + 1 : p;
}

static inline int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *p;

	if (c >= 'A' && c <= 'F')
		c += 'a' - 'A';
	p = c == '\0' ? NULL : strchr(digits, c);
	return p == NULL ? -1 : (int)(p - digits);
}

/* Bytes of hex at p until something else; at most cap are stored. */
static inline size_t
hex_bytes(const char *p, uint8_t *out, size_t cap)
{
	size_t n = 0;

	for (; hex_digit(p[0]) >= 0 && hex_digit(p[1]) >= 0; p += 2, n++)
		if (n < cap)
			out[n] = (uint8_t)(hex_digit(p[0]) << 4 |
			    hex_digit(p[1]));
	return n;
}

/* True if the field is there with exactly len bytes. */
static inline bool
field_bytes(const char *line, const char *name, uint8_t *out, size_t len)
{
	const char *p = field_find(line, name);

	return p != NULL && hex_bytes(p, out, len) == len;
}

static inline bool
field_is(const char *line, const char *name, const char *value)
{
	const char *p = field_find(line, name);

	return p != NULL && strncmp(p, value, strlen(value)) == 0;
}

static inline void
assert_hex(const uint8_t *got, size_t len, const char *want)
{
	uint8_t bytes[64];

	assert_true(len <= sizeof(bytes));
	assert_int_equal(hex_bytes(want, bytes, len), len);
	assert_memory_equal(got, bytes, len);
}

#endif
