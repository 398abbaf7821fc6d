/* SPDX-License-Identifier: ISC */
/*
 * hmac - keyed hashes over digest.h, for names and other small things.
 *
 * Shapes:  one-shot. The MACs of packets are mac_hmac.c's.
 * Units:   bytes; the result has digest_len(id).
 * Errors:  as of digest.h.
 * Owns:    nothing.
 * Source:  RFC 2104.
 */
#ifndef LIB_CRYPTO_HMAC_H
#define LIB_CRYPTO_HMAC_H

#include "lib/crypto/digest.h"

MUST_CHECK bool hmac_bytes(enum digest_id id, struct bytes key,
    struct bytes data, uint8_t out[static DIGEST_MAX], struct err *err);

#endif
