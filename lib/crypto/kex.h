/* SPDX-License-Identifier: ISC */
/*
 * kex - the server's half of every key exchange method, and key derivation.
 *
 * Shapes:  client public value in; server public value and K out. K is
 *          encoded as it enters the hash: mpint or string, with its length.
 * Units:   bytes.
 * Errors:  ERR_RANGE / ERR_DENIED for a bad public value (a reason to
 *          disconnect), ERR_CRYPTO.
 * Owns:    struct kex_result its secret; kex_result_clear() wipes it.
 * Source:  RFC 4253 sections 7 and 8, 4419, 5656, 8268, 8731, 9142,
 *          draft-ietf-sshm-mlkem-hybrid-kex, draft-ietf-sshm-ntruprime-ssh.
 */
#ifndef LIB_CRYPTO_KEX_H
#define LIB_CRYPTO_KEX_H

#include "lib/base/secret.h"
#include "lib/crypto/digest.h"

enum kex_form {
	KEX_FORM_ECDH,		/* messages 30/31, strings */
	KEX_FORM_DH,		/* messages 30/31, mpints */
	KEX_FORM_GEX,		/* messages 34, 31, 32, 33 */
};

struct kex_result {
	uint8_t server_public[KEX_PUBLIC_MAX];	/* DH: magnitude of f */
	size_t server_public_len;
	struct secret shared;		/* K, encoded for the hash */
};

/* A group of group exchange, big-endian magnitudes; borrowed. */
struct kex_group {
	struct bytes p, g;
};

/* What an algorithm does; several names may stand for the same. */
enum kex_method_id {
	KEX_MLKEM768_X25519, KEX_SNTRUP761_X25519, KEX_CURVE25519,
	KEX_NISTP256, KEX_NISTP384, KEX_NISTP521,
	KEX_GEX, KEX_GROUP14, KEX_GROUP16, KEX_GROUP18,
};

/* One row of the table, in kex_names.c, which needs no libcrypto. */
struct kex_alg {
	const char *name;
	enum kex_form form;
	enum digest_id hash;
	bool is_default;	/* offered unless configured otherwise */
	enum kex_method_id method;
};

const struct kex_alg *kex_find(struct bytes name);
/* Row i in order of preference; NULL past the end. */
const struct kex_alg *kex_row(size_t i);

/*
 * client_public: Q_C as received, or the magnitude of e. group is NULL unless
 * form is KEX_FORM_GEX.
 */
MUST_CHECK bool kex_respond(const struct kex_alg *alg,
    const struct kex_group *group, struct bytes client_public,
    struct kex_result *out, struct err *err);
void kex_result_clear(struct kex_result *result);

/* RFC 3526 group of at least `bits` bits, for a missing moduli file. */
struct kex_group kex_fallback_group(uint32_t bits);

/* The fields of the exchange hash, RFC 4253 8, 4419 3, 5656 4. */
struct kex_hash_input {
	const struct kex_alg *alg;
	struct bytes client_version, server_version;	/* without CR LF */
	struct bytes client_kexinit, server_kexinit;	/* payloads */
	struct bytes host_key;				/* K_S */
	struct bytes gex_request;	/* 12 bytes min, n, max; GEX only */
	struct bytes gex_p, gex_g;	/* magnitudes; GEX only */
	struct bytes client_public, server_public;	/* of kex_respond() */
	struct bytes shared;		/* K, encoded */
};

/* H; *len = digest_len(alg->hash). */
MUST_CHECK bool kex_hash(const struct kex_hash_input *in,
    uint8_t out[static DIGEST_MAX], struct err *err);

/*
 * Key material, RFC 4253 7.2: letter 'A'..'F'; out_len bytes.
 */
MUST_CHECK bool kex_derive(enum digest_id hash, struct bytes shared,
    struct bytes exchange_hash, char letter, struct bytes session_id,
    uint8_t *out, size_t out_len, struct err *err);

#endif
