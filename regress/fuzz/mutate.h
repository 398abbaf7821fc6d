/* SPDX-License-Identifier: ISC */
/*
 * mutate - makes new inputs out of old ones, where there is no libFuzzer.
 *
 * Shapes:  a seeded generator; the same seed and corpus give the same inputs.
 * Units:   bytes.
 * Errors:  none.
 * Owns:    nothing.
 * Source:  splitmix64 (Steele, Lea and Flood, 2014).
 */
#ifndef REGRESS_FUZZ_MUTATE_H
#define REGRESS_FUZZ_MUTATE_H

#include "lib/base/bytes.h"

struct mutate {
	uint64_t state;			/* the seed, to begin with */
};

uint64_t mutate_random(struct mutate *m);
/* In 0 .. n - 1; 0 when n is 0. */
size_t mutate_below(struct mutate *m, size_t n);
/* Changes buf (len of cap bytes) in a few ways; returns its new length. */
size_t mutate_run(struct mutate *m, uint8_t *buf, size_t len, size_t cap,
    struct bytes other);

#endif
