/* SPDX-License-Identifier: ISC */
/*
 * pubkey - public keys and certificates as SSH blobs.
 *
 * Shapes:  blob = string type name + the type's fields (RFC 4253 6.6, 5656
 *          3.1, 8709 4); certificates as OpenSSH PROTOCOL.certkeys.
 * Units:   bytes; key sizes in bits.
 * Errors:  ERR_FORMAT and friends for a blob that is not exactly one key;
 *          ERR_RANGE for a key outside the sizes that anybody may use.
 * Owns:    struct pubkey a copy of its blob; the slices borrow from that.
 * Source:  see Shapes.
 *
 * pubkey.c needs no libcrypto; pubkey_fingerprint() (fingerprint.c) and what
 * checks signatures (verify.c) are files of their own for that reason.
 */
#ifndef KEYS_PUBKEY_H
#define KEYS_PUBKEY_H

#include "keys/algorithms.h"
#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "lib/base/limits.h"

enum cert_type { CERT_USER = 1, CERT_HOST = 2 };

struct cert {
	uint64_t serial;
	uint32_t type;			/* enum cert_type */
	struct bytes key_id;
	struct bytes principals;	/* run of strings */
	uint64_t valid_after, valid_before;
	struct bytes critical, extensions;	/* runs of name, data */
	struct bytes ca_key;		/* blob of a plain key */
	struct bytes signature;
	struct bytes signed_part;	/* what the signature covers */
};

struct pubkey {
	const struct key_type_row *row;
	uint8_t *blob;
	size_t blob_len;
	/* the key's own fields, within blob */
	struct bytes point;		/* Ed25519 key, or EC point */
	struct bytes rsa_e, rsa_n;	/* magnitudes */
	struct bytes application;	/* sk types */
	struct cert cert;		/* when row->is_cert */
};

/*
 * Exact: nothing may be left over, mpints are in their shortest form. An EC
 * point is found to lie on its curve, or not, when it is used.
 */
MUST_CHECK bool pubkey_parse(struct bytes blob, struct pubkey **out,
    struct err *err);
void pubkey_free(struct pubkey *key);
/* Same key material; a certificate is compared by its plain key. */
bool pubkey_equal_plain(const struct pubkey *a, const struct pubkey *b);
/* Is the secret half in a FIDO device? */
static inline bool
pubkey_is_device(const struct pubkey *key)
{
	return key->row->type == KEY_SK_ED25519 ||
	    key->row->type == KEY_SK_ECDSA;
}
/* Size for policy: RSA modulus bits, curve bits. */
unsigned pubkey_bits(const struct pubkey *key);
/* Blob of the plain key of a certificate, malloc'ed. */
MUST_CHECK bool pubkey_plain_blob(const struct pubkey *key, uint8_t **out,
    size_t *len, struct err *err);
/* Text form "TYPE BASE64[ COMMENT]": parses the first two words of a line. */
MUST_CHECK bool pubkey_parse_text(struct bytes text, struct pubkey **out,
    struct bytes *rest, struct err *err);

/*
 * "SHA256:..." or "MD5:aa:bb..." of the plain key; hash is a
 * FingerprintHash name in any case.
 */
#define FINGERPRINT_MAX	128	/* SHA512: + 86 characters + NUL fit */
MUST_CHECK bool pubkey_fingerprint(const struct pubkey *key, const char *hash,
    char *out, size_t out_len, struct err *err);

/* Extra facts that a verified signature carries (sk types). */
struct sig_details {
	uint8_t flags;		/* enum sig_flags */
	uint32_t counter;
};

enum sig_flags {
	SIG_USER_PRESENT = 0x01,
	SIG_USER_VERIFIED = 0x04,
	SIG_ATTESTED_DATA = 0x40,
	SIG_EXTENSIONS = 0x80,
};

/*
 * Does signature (a blob: name, bytes) over data hold for key under
 * algorithm? ERR_MISMATCH when not; ERR_DENIED when the names do not fit
 * together. details may be NULL.
 */
MUST_CHECK bool pubkey_verify(const struct pubkey *key, struct bytes algorithm,
    struct bytes signature, struct bytes data, struct sig_details *details,
    struct err *err);
/*
 * Was the certificate signed by the CA key in it, under one of the comma
 * separated exact names (NULL: any that we know)? Says nothing about whether
 * that CA, the time or the principals are acceptable.
 */
MUST_CHECK bool cert_check_signature(const struct pubkey *key,
    const char *ca_signature_algorithms, struct err *err);

#endif
