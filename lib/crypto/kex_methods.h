/* SPDX-License-Identifier: ISC */
/*
 * kex_methods - all key exchange methods, and what they share.
 *
 * Shapes:  one descriptor for each method; K in the form in which it enters
 *          the hash.
 * Units:   bytes.
 * Errors:  ERR_NOMEM.
 * Owns:    what they write into struct kex_result is the caller's.
 * Source:  see kex.h. Included by lib/crypto only.
 */
#ifndef LIB_CRYPTO_KEX_METHODS_H
#define LIB_CRYPTO_KEX_METHODS_H

#include "lib/crypto/kex.h"

/* Sets shared to an mpint with this magnitude, RFC 4253 8. */
MUST_CHECK bool kex_shared_mpint(struct secret *shared,
    struct bytes magnitude, struct err *err);
/* Sets shared to a string with these bytes: the hybrid methods. */
MUST_CHECK bool kex_shared_string(struct secret *shared, struct bytes b,
    struct err *err);

extern const struct kex_alg kex_mlkem768_x25519;
extern const struct kex_alg kex_sntrup761_x25519,
    kex_sntrup761_x25519_openssh;
extern const struct kex_alg kex_curve25519, kex_curve25519_libssh;
extern const struct kex_alg kex_nistp256, kex_nistp384, kex_nistp521;
extern const struct kex_alg kex_group14_sha256, kex_group16_sha512,
    kex_group18_sha512, kex_gex_sha256, kex_group14_sha1, kex_gex_sha1;

#endif
