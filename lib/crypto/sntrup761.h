/* SPDX-License-Identifier: ISC */
/*
 * sntrup761 - Streamlined NTRU Prime 761.
 *
 * Shapes:  fixed-size arrays, see the lengths below.
 * Units:   bytes.
 * Errors:  ERR_CRYPTO when hashing or the random source fails. A bad
 *          ciphertext is no error: it is rejected implicitly.
 * Owns:    nothing. Constant time in all secrets.
 * Source:  NTRU Prime, round 3 specification; draft-ietf-sshm-ntruprime-ssh.
 */
#ifndef LIB_CRYPTO_SNTRUP761_H
#define LIB_CRYPTO_SNTRUP761_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

#define SNTRUP761_PUBLIC_LEN	1158
#define SNTRUP761_SECRET_LEN	1763
#define SNTRUP761_CIPHERTEXT_LEN 1039
#define SNTRUP761_SHARED_LEN	32

/* Fills p with len random bytes or returns false; tests give a known stream. */
typedef bool sntrup761_random(void *arg, uint8_t *p, size_t len);

/* On failure nothing is promised of ciphertext; shared is untouched. */
MUST_CHECK bool sntrup761_encaps(
    const uint8_t public[static SNTRUP761_PUBLIC_LEN],
    uint8_t ciphertext[static SNTRUP761_CIPHERTEXT_LEN],
    uint8_t shared[static SNTRUP761_SHARED_LEN],
    sntrup761_random *random, void *arg, struct err *err);
/* On failure secret is zeros. */
MUST_CHECK bool sntrup761_keygen(uint8_t public[static SNTRUP761_PUBLIC_LEN],
    uint8_t secret[static SNTRUP761_SECRET_LEN],
    sntrup761_random *random, void *arg, struct err *err);
/* On failure shared is untouched. */
MUST_CHECK bool sntrup761_decaps(
    const uint8_t secret[static SNTRUP761_SECRET_LEN],
    const uint8_t ciphertext[static SNTRUP761_CIPHERTEXT_LEN],
    uint8_t shared[static SNTRUP761_SHARED_LEN], struct err *err);

#endif
