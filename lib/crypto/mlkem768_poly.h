/* SPDX-License-Identifier: ISC */
/*
 * mlkem768_poly - polynomials modulo x^256 + 1 and q = 3329.
 *
 * Shapes:  256 coefficients. Outside of the NTT domain in their order; inside
 *          of it as the transposed 16 x 16 matrix, coefficient i of FIPS 203
 *          at [i % 16][i / 16], so that every step works on whole vectors.
 * Units:   coefficients; "reduced" means |c| <= 1664.
 * Errors:  none.
 * Owns:    nothing. Constant time in all coefficients.
 * Source:  FIPS 203, sections 4.2.1 and 4.3.
 */
#ifndef LIB_CRYPTO_MLKEM768_POLY_H
#define LIB_CRYPTO_MLKEM768_POLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/crypto/pq_simd.h"

enum {
	MLKEM768_K = 3,
	MLKEM768_N = 256,
	MLKEM768_Q = 3329,
	MLKEM768_POLY_LEN = 384,	/* bytes with 12 bits a coefficient */
};

struct mlkem768_poly {
	PQ_ALIGNED int16_t c[MLKEM768_N];
};

/* Reduced in and out. */
void mlkem768_ntt(struct mlkem768_poly *poly);
/* Reduced in and out; multiplies by 2^16, which the product takes out. */
void mlkem768_ntt_inverse(struct mlkem768_poly *poly);
/*
 * out = sum of a[i] * b[i] / 2^16 over MLKEM768_K pairs, in the NTT domain;
 * reduced in and out.
 */
void mlkem768_dot(struct mlkem768_poly *out,
    const struct mlkem768_poly a[static MLKEM768_K],
    const struct mlkem768_poly b[static MLKEM768_K]);
/* poly += more, reduced. */
void mlkem768_add(struct mlkem768_poly *poly, const struct mlkem768_poly *more);
/* poly = less - poly, reduced. */
void mlkem768_subtract_from(struct mlkem768_poly *poly,
    const struct mlkem768_poly *less);
/* poly *= 2^16, reduced: undoes the factor of mlkem768_dot(). */
void mlkem768_scale(struct mlkem768_poly *poly);
/* From the order in which FIPS 203 counts to the one of this module. */
void mlkem768_transpose(struct mlkem768_poly *out,
    const int16_t in[static MLKEM768_N]);

/* ByteEncode12 of a polynomial of the NTT domain. */
void mlkem768_build_ntt(uint8_t out[static MLKEM768_POLY_LEN],
    const struct mlkem768_poly *poly);
/* False if a coefficient is q or more: FIPS 203 7.2, the modulus check. */
bool mlkem768_parse_ntt(struct mlkem768_poly *poly,
    const uint8_t in[static MLKEM768_POLY_LEN]);
/* Compress and ByteEncode with 10, 4 and 1 bits; poly is reduced. */
void mlkem768_build_10(uint8_t out[static 320],
    const struct mlkem768_poly *poly);
void mlkem768_parse_10(struct mlkem768_poly *poly,
    const uint8_t in[static 320]);
void mlkem768_build_4(uint8_t out[static 128],
    const struct mlkem768_poly *poly);
void mlkem768_parse_4(struct mlkem768_poly *poly,
    const uint8_t in[static 128]);
void mlkem768_build_1(uint8_t out[static 32],
    const struct mlkem768_poly *poly);
void mlkem768_parse_1(struct mlkem768_poly *poly,
    const uint8_t in[static 32]);

#endif
