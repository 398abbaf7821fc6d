/* SPDX-License-Identifier: ISC */
/*
 * private_fields - the secret numbers of a key as one run of bytes.
 *
 * Shapes:  Ed25519: string seed. ECDSA: mpint d. RSA: mpint d, p, q,
 *          d mod p-1, d mod q-1, 1/q mod p: all that libcrypto wants, so that
 *          a process which signs once computes nothing but the signature.
 *          FIDO: byte flags, string handle; the secret is in the device.
 * Units:   bytes.
 * Errors:  ERR_FORMAT for numbers that make no key.
 * Owns:    a struct secret that is filled is the caller's.
 * Source:  RFC 8032, 5915, 8017 section 3.2.
 *
 * For the files private*.c and the key tool only.
 */
#ifndef KEYS_PRIVATE_FIELDS_H
#define KEYS_PRIVATE_FIELDS_H

#include "keys/evp_key.h"
#include "lib/base/secret.h"

#define ED25519_SEED_LEN	32

/* What a file says; nothing shows yet that the halves belong together. */
struct private_parts {
	struct pubkey *public;
	struct secret fields;
	char *comment;		/* of a file that has one, or NULL */
};

void private_parts_clear(struct private_parts *parts);

MUST_CHECK bool private_fields_ed25519(struct bytes seed, struct secret *out,
    struct err *err);
MUST_CHECK bool private_fields_ecdsa(struct bytes d, struct secret *out,
    struct err *err);
/* Magnitudes; refuses p and q that are not the factors of n. */
MUST_CHECK bool private_fields_rsa(struct bytes n, struct bytes d,
    struct bytes p, struct bytes q, struct secret *out, struct err *err);

MUST_CHECK bool private_fields_device(uint8_t flags, struct bytes handle,
    struct secret *out, struct err *err);

/* The pair of keys in libcrypto's form; NULL for those of a device. */
MUST_CHECK bool private_fields_evp(const struct pubkey *public,
    struct bytes fields, EVP_PKEY **out, struct err *err);

#endif
