/* SPDX-License-Identifier: ISC */
/*
 * algorithms - the tables of key types and signature algorithms.
 *
 * Shapes:  one row for each name that may stand in a blob or a name-list.
 * Units:   key sizes in bits.
 * Errors:  none: an unknown name finds no row.
 * Owns:    nothing; rows are constant.
 * Source:  RFC 4253 6.6, 5656, 8332, 8709; OpenSSH PROTOCOL.certkeys,
 *          PROTOCOL.u2f; the order is that of OpenSSH's lists.
 *
 * Needs no libcrypto, so that the configuration may list names anywhere.
 */
#ifndef KEYS_ALGORITHMS_H
#define KEYS_ALGORITHMS_H

#include "lib/base/bytes.h"
#include "lib/crypto/digest.h"

enum key_type {
	KEY_ED25519, KEY_ECDSA, KEY_RSA, KEY_SK_ED25519, KEY_SK_ECDSA,
};

/* One row for each name that may stand at the head of a blob. */
struct key_type_row {
	const char *name;	/* "ssh-ed25519", "ssh-rsa-cert-v01@..." */
	const char *plain_name;	/* the same without the certificate */
	const char *short_name;	/* "ED25519", "ECDSA-CERT", in log lines */
	enum key_type type;
	unsigned bits;		/* of the curve; 0 for RSA */
	bool is_cert;
	const char *curve;	/* name inside the blob; NULL: none there */
};

/* One row for each signature algorithm name (RFC 8332, 8709, ...). */
struct sig_alg_row {
	const char *name;	/* "rsa-sha2-512", "ssh-ed25519-cert-v01@..." */
	const char *key_name;	/* head of the key's blob */
	const char *sig_name;	/* head of the signature's blob */
	bool is_default;	/* offered and accepted unless configured */
	bool is_webauthn;	/* the signature covers a browser's JSON */
	enum digest_id hash;	/* Ed25519 hashes by itself: unused there */
};

const struct key_type_row *key_type_find(struct bytes name);
const struct sig_alg_row *sig_alg_find(struct bytes name);
/* Row i in order of preference; NULL past the end. */
const struct sig_alg_row *sig_alg_row(size_t i);

#endif
