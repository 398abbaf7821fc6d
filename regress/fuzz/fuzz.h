/* SPDX-License-Identifier: ISC */
/*
 * fuzz - what every fuzz target includes first.
 *
 * Shapes:  the two functions of libFuzzer; fuzz_main.c calls them too, where
 *          there is no libFuzzer. A cursor that takes an input apart.
 * Units:   bytes.
 * Errors:  a broken promise of the code under test aborts the process.
 * Owns:    struct fuzz_copy its bytes.
 * Source:  LLVM manual, "libFuzzer".
 */
#ifndef REGRESS_FUZZ_FUZZ_H
#define REGRESS_FUZZ_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/bytes.h"
#include "lib/base/compiler.h"
#include "lib/base/err.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As assert(), in every build. */
#define FUZZ_CHECK(promise) do {					\
	if (!(promise)) {						\
		fprintf(stderr, "%s:%d: broken promise: %s\n",		\
		    __FILE__, __LINE__, #promise);			\
		abort();						\
	}								\
} while (0)

/* Takes from the front; what is missing is zero, or shorter. */
static inline uint8_t
fuzz_u8(struct bytes *in)
{
	if (in->len == 0)
		return 0;
	in->len--;
	return *in->p++;
}

static inline uint16_t
fuzz_u16(struct bytes *in)
{
	uint16_t high = fuzz_u8(in);

	return (uint16_t)(high << 8 | fuzz_u8(in));
}

static inline struct bytes
fuzz_take(struct bytes *in, size_t len)
{
	struct bytes b = { in->p, MIN(len, in->len) };

	in->p += b.len;
	in->len -= b.len;
	return b;
}

/*
 * A copy in memory of exactly its size, so that AddressSanitizer sees every
 * byte that is read behind its end.
 */
struct fuzz_copy {
	uint8_t *base;
	struct bytes b;
};

static inline struct fuzz_copy
fuzz_copy_init(struct bytes from)
{
	struct fuzz_copy copy = { .base = malloc(MAX(from.len, 1)) };

	FUZZ_CHECK(copy.base != NULL);
	if (from.len != 0)
		memcpy(copy.base, from.p, from.len);
	/* even an empty one has nothing behind it that may be read */
	copy.b = bytes_of(copy.base + (from.len == 0), from.len);
	return copy;
}

static inline void
fuzz_copy_clear(struct fuzz_copy *copy)
{
	free(copy->base);
	*copy = (struct fuzz_copy){ 0 };
}

#endif
