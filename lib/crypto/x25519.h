/* SPDX-License-Identifier: ISC */
/*
 * x25519 - Diffie-Hellman on Curve25519.
 *
 * Shapes:  32-byte strings, little-endian inside.
 * Units:   bytes.
 * Errors:  ERR_DENIED when the shared secret is all zero (a peer of low
 *          order), ERR_CRYPTO.
 * Owns:    nothing; the caller wipes secret and shared.
 * Source:  RFC 7748 sections 5 and 6.1.
 */
#ifndef LIB_CRYPTO_X25519_H
#define LIB_CRYPTO_X25519_H

#include <stdint.h>

#include "lib/base/err.h"

#define X25519_LEN	32

/* shared = secret * peer, public = secret * base point. */
MUST_CHECK bool x25519_agree(const uint8_t secret[static X25519_LEN],
    const uint8_t peer[static X25519_LEN], uint8_t public[static X25519_LEN],
    uint8_t shared[static X25519_LEN], struct err *err);
/* The same with a fresh random secret. */
MUST_CHECK bool x25519_respond(const uint8_t peer[static X25519_LEN],
    uint8_t public[static X25519_LEN], uint8_t shared[static X25519_LEN],
    struct err *err);

#endif
