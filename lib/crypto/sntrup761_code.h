/* SPDX-License-Identifier: ISC */
/*
 * sntrup761_code - polynomials as bytes.
 *
 * Shapes:  public key: 761 numbers below 4591 in 1158 bytes; rounded: 761
 *          numbers below 1531 in 1007 bytes; small: two bits each, 191 bytes.
 * Units:   bytes and coefficients.
 * Errors:  none: every string of bytes decodes to coefficients in range.
 * Owns:    nothing. Encoding is constant time in the coefficients, decoding
 *          in the bytes.
 * Source:  NTRU Prime, round 3 specification, section 3 and "Encode".
 */
#ifndef LIB_CRYPTO_SNTRUP761_CODE_H
#define LIB_CRYPTO_SNTRUP761_CODE_H

#include "lib/crypto/sntrup761_ring.h"

#define SNTRUP761_SMALL_LEN	191
#define SNTRUP761_RQ_LEN	1158
#define SNTRUP761_ROUNDED_LEN	1007

void sntrup761_build_small(uint8_t out[static SNTRUP761_SMALL_LEN],
    const struct sntrup761_poly *poly);
void sntrup761_parse_small(struct sntrup761_poly *poly,
    const uint8_t in[static SNTRUP761_SMALL_LEN]);
void sntrup761_build_rq(uint8_t out[static SNTRUP761_RQ_LEN],
    const struct sntrup761_poly *poly);
void sntrup761_parse_rq(struct sntrup761_poly *poly,
    const uint8_t in[static SNTRUP761_RQ_LEN]);
/* poly has been through sntrup761_round(). */
void sntrup761_build_rounded(uint8_t out[static SNTRUP761_ROUNDED_LEN],
    const struct sntrup761_poly *poly);
void sntrup761_parse_rounded(struct sntrup761_poly *poly,
    const uint8_t in[static SNTRUP761_ROUNDED_LEN]);

#endif
