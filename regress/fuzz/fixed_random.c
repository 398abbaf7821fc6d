/* SPDX-License-Identifier: ISC */
#include "fuzz/fixed_random.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/random.h>

/* Any thread may ask. */
static atomic_uint_least64_t state;

void
fixed_random_restart(void)
{
	state = 1;
}

ssize_t
getrandom(void *p, size_t n, unsigned flags)
{
	uint8_t *to = p;

	(void)flags;
	for (size_t i = 0; i < n; i++) {
		/* Knuth's MMIX generator; the high bits are the good ones */
		uint64_t old = atomic_fetch_add(&state, 1);
		uint64_t z = old * 6364136223846793005u + 1442695040888963407u;

		to[i] = (uint8_t)(z >> 56 ^ z >> 33);
	}
	return (ssize_t)n;
}
