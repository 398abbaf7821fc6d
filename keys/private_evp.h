/* SPDX-License-Identifier: ISC */
/*
 * private_evp - private keys out of libcrypto: decoded ones and new ones.
 *
 * Shapes:  a pair of keys as a blob and its secret numbers.
 * Units:   bits of an RSA modulus or of a curve.
 * Errors:  ERR_FORMAT for a key of another type, ERR_CRYPTO when libcrypto
 *          refuses.
 * Owns:    nothing; *out is the caller's.
 * Source:  EVP_PKEY_get_bn_param(3), EVP_PKEY_Q_keygen(3).
 *
 * Linked only into the monitor and the key tool.
 */
#ifndef KEYS_PRIVATE_EVP_H
#define KEYS_PRIVATE_EVP_H

#include "keys/private_fields.h"

MUST_CHECK bool private_evp_take(const EVP_PKEY *key,
    struct private_parts *out, struct err *err);
/* bits counts for RSA and ECDSA only. */
MUST_CHECK bool private_evp_generate(enum key_type type, unsigned bits,
    struct private_parts *out, struct err *err);

#endif
