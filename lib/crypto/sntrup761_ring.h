/* SPDX-License-Identifier: ISC */
/*
 * sntrup761_ring - arithmetic modulo x^761 - x - 1.
 *
 * Shapes:  761 coefficients, centred: -2295..2295 for R/q (q = 4591), -1..1
 *          for small elements; zeros fill up to 768.
 * Units:   coefficients.
 * Errors:  none.
 * Owns:    nothing. Constant time in all coefficients.
 * Source:  NTRU Prime, round 3 specification; Bernstein and Yang, "Fast
 *          constant-time gcd computation and modular inversion".
 */
#ifndef LIB_CRYPTO_SNTRUP761_RING_H
#define LIB_CRYPTO_SNTRUP761_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/crypto/pq_simd.h"

enum {
	SNTRUP761_P = 761,
	SNTRUP761_Q = 4591,
	SNTRUP761_W = 286,
	SNTRUP761_Q_HALF = (SNTRUP761_Q - 1) / 2,
	SNTRUP761_PADDED = 768,
};

struct sntrup761_poly {
	PQ_ALIGNED int16_t c[SNTRUP761_PADDED];
};

/*
 * out = a * small in R/q; out may be a. A product of two small elements is
 * exact: no coefficient reaches q / 2.
 */
void sntrup761_multiply(struct sntrup761_poly *out,
    const struct sntrup761_poly *a, const struct sntrup761_poly *small);
/* Every coefficient to the nearest multiple of three. */
void sntrup761_round(struct sntrup761_poly *poly);
/* Every coefficient modulo 3, centred. */
void sntrup761_mod3(struct sntrup761_poly *poly);
/* poly = 3 * poly in R/q. */
void sntrup761_triple(struct sntrup761_poly *poly);

/*
 * |x| <= 2885 for every 16-bit x: 7/2^15 is close to 1/q, and the steps in
 * between fit 16 bits.
 */
PQ_INLINE int16_t
sntrup761_squeeze(int16_t x)
{
	int16_t t = (int16_t)((int16_t)((int16_t)((x >> 3) * 7) + 2048) >> 12);

	return (int16_t)(x - t * SNTRUP761_Q);
}

/* |x| <= SNTRUP761_Q_HALF, from |x| <= SNTRUP761_Q_HALF + q. */
PQ_INLINE int16_t
sntrup761_centre(int16_t x)
{
	int16_t low = (int16_t)((int16_t)(x + SNTRUP761_Q_HALF) >> 15);
	int16_t high = (int16_t)((int16_t)(SNTRUP761_Q_HALF - x) >> 15);

	return (int16_t)(x + (low & SNTRUP761_Q) - (high & SNTRUP761_Q));
}

/* |x| <= SNTRUP761_Q_HALF from |x| < 2^26. */
PQ_INLINE int16_t
sntrup761_centre_wide(int32_t x)
{
	int64_t t = ((int64_t)x * 935519 + ((int64_t)1 << 31)) >> 32;

	return sntrup761_centre((int16_t)(x - (int32_t)t * SNTRUP761_Q));
}

#endif
