/* SPDX-License-Identifier: ISC */
/*
 * mlkem768 - ML-KEM-768, key encapsulation on module lattices.
 *
 * Shapes:  fixed-size arrays, see the lengths below.
 * Units:   bytes.
 * Errors:  ERR_RANGE for a public key with a coefficient >= q, ERR_MISMATCH
 *          for a damaged secret key, ERR_CRYPTO when libcrypto refuses. A bad
 *          ciphertext is no error: it is rejected implicitly.
 * Owns:    nothing. Constant time in all secrets.
 * Source:  FIPS 203.
 */
#ifndef LIB_CRYPTO_MLKEM768_H
#define LIB_CRYPTO_MLKEM768_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

#define MLKEM768_PUBLIC_LEN	1184
#define MLKEM768_SECRET_LEN	2400
#define MLKEM768_CIPHERTEXT_LEN	1088
#define MLKEM768_SHARED_LEN	32
#define MLKEM768_SEED_LEN	64	/* d || z */

/*
 * Encapsulation with given randomness m, FIPS 203 7.2 and 6.2. On failure
 * nothing is promised of ciphertext; shared is untouched.
 */
MUST_CHECK bool mlkem768_encaps(
    const uint8_t public[static MLKEM768_PUBLIC_LEN],
    const uint8_t m[static 32],
    uint8_t ciphertext[static MLKEM768_CIPHERTEXT_LEN],
    uint8_t shared[static MLKEM768_SHARED_LEN], struct err *err);
/* FIPS 203 6.1. On failure secret is zeros. */
MUST_CHECK bool mlkem768_keygen(const uint8_t seed[static MLKEM768_SEED_LEN],
    uint8_t public[static MLKEM768_PUBLIC_LEN],
    uint8_t secret[static MLKEM768_SECRET_LEN], struct err *err);
/* FIPS 203 7.3 and 6.3. On failure shared is untouched. */
MUST_CHECK bool mlkem768_decaps(
    const uint8_t secret[static MLKEM768_SECRET_LEN],
    const uint8_t ciphertext[static MLKEM768_CIPHERTEXT_LEN],
    uint8_t shared[static MLKEM768_SHARED_LEN], struct err *err);

#endif
