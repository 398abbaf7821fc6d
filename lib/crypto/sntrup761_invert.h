/* SPDX-License-Identifier: ISC */
/*
 * sntrup761_invert - reciprocals modulo x^761 - x - 1, for key generation.
 *
 * Shapes:  as in sntrup761_ring.h.
 * Units:   coefficients.
 * Errors:  none; a missing reciprocal is an answer.
 * Owns:    nothing. Constant time in all coefficients.
 * Source:  Bernstein and Yang, "Fast constant-time gcd computation and
 *          modular inversion", sections 5 and 6.
 */
#ifndef LIB_CRYPTO_SNTRUP761_INVERT_H
#define LIB_CRYPTO_SNTRUP761_INVERT_H

#include "lib/crypto/sntrup761_ring.h"

/* out = 1 / (3 * small) in the field R/q; small is not zero. */
void sntrup761_invert_triple(struct sntrup761_poly *out,
    const struct sntrup761_poly *small);
/* out = 1 / small in R/3; false if there is none (out is then garbage). */
bool sntrup761_invert_mod3(struct sntrup761_poly *out,
    const struct sntrup761_poly *small);

#endif
