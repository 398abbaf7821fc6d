/* SPDX-License-Identifier: ISC */
/*
 * kex_methods - what each key exchange does, and what they share.
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

struct kex_method {
	/* as kex_respond() */
	bool (*respond)(const struct kex_alg *alg, const void *detail,
	    const struct kex_group *group, struct bytes client_public,
	    struct kex_result *out, struct err *err);
	const void *detail;	/* curve, group: private to the method's file */
};

extern const struct kex_method kex_mlkem768_x25519, kex_sntrup761_x25519;
extern const struct kex_method kex_curve25519;
extern const struct kex_method kex_nistp256, kex_nistp384, kex_nistp521;
extern const struct kex_method kex_group14, kex_group16, kex_group18;
extern const struct kex_method kex_gex;

#endif
