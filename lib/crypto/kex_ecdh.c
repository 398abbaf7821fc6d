/* SPDX-License-Identifier: ISC */
/* ecdh-sha2-nistp*, RFC 5656 section 4. */
#include <assert.h>

#include "lib/crypto/kex_methods.h"
#include "lib/crypto/openssl.h"

#define POINT_UNCOMPRESSED	0x04	/* SEC 1 2.3.3 */
#define COORDINATE_MAX		66	/* P-521 */

struct curve {
	const char *evp_name;
	size_t coordinate_len;
};

/*
 * Uncompressed and of full length excludes the point at infinity; libcrypto
 * checks in peer_key() that it is on the curve; the cofactor of these curves
 * is 1: nothing else is left to check.
 */
static bool
is_uncompressed(const struct curve *curve, struct bytes point)
{
	return point.len == 1 + 2 * curve->coordinate_len &&
	    point.p[0] == POINT_UNCOMPRESSED;
}

/* The client's point as a key of the curve of own. */
static EVP_PKEY *
peer_key(const struct curve *curve, EVP_PKEY *own, struct bytes point,
    struct err *err)
{
	EVP_PKEY *peer = EVP_PKEY_new();

	if (peer == NULL || EVP_PKEY_copy_parameters(peer, own) != 1) {
		err_set(err, ERR_CRYPTO, curve->evp_name);
		goto fail;
	}
	if (EVP_PKEY_set1_encoded_public_key(peer, point.p, point.len) != 1) {
		err_set(err, ERR_DENIED, "ECDH public value");
		goto fail;
	}
	return peer;
 fail:
	EVP_PKEY_free(peer);
	return NULL;
}

/* The x coordinate of the shared point, with leading zeros. */
static bool
derive(const struct curve *curve, EVP_PKEY *own, EVP_PKEY *peer,
    uint8_t shared[static COORDINATE_MAX], struct err *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	size_t len = COORDINATE_MAX;
	bool ok;

	ok = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer_ex(ctx, peer, 0) == 1 &&
	    EVP_PKEY_derive(ctx, shared, &len) == 1 &&
	    len == curve->coordinate_len;
	EVP_PKEY_CTX_free(ctx);
	return ok ? true : err_set(err, ERR_CRYPTO, curve->evp_name);
}

static bool
ecdh_respond(const struct kex_alg *alg, const void *detail,
    const struct kex_group *group, struct bytes client_public,
    struct kex_result *out, struct err *err)
{
	const struct curve *curve = detail;
	uint8_t shared[COORDINATE_MAX];
	EVP_PKEY *own = NULL, *peer = NULL;
	bool ok = false;

	(void)alg;
	(void)group;
	*out = (struct kex_result){ 0 };
	if (!is_uncompressed(curve, client_public))
		return err_set(err, ERR_RANGE, "ECDH public value");
	own = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve->evp_name);
	if (own == NULL || EVP_PKEY_get_octet_string_param(own,
	    OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, out->server_public,
	    sizeof(out->server_public), &out->server_public_len) != 1) {
		err_set(err, ERR_CRYPTO, curve->evp_name);
		goto out;
	}
	assert(out->server_public_len == 1 + 2 * curve->coordinate_len);
	if ((peer = peer_key(curve, own, client_public, err)) == NULL)
		goto out;
	ok = derive(curve, own, peer, shared, err) &&
	    kex_shared_mpint(&out->shared,
	    bytes_of(shared, curve->coordinate_len), err);
 out:
	OPENSSL_cleanse(shared, sizeof(shared));
	EVP_PKEY_free(peer);
	EVP_PKEY_free(own);
	return ok;
}

const struct kex_method kex_nistp256 = {
	ecdh_respond, &(const struct curve){ "P-256", 32 },
};

const struct kex_method kex_nistp384 = {
	ecdh_respond, &(const struct curve){ "P-384", 48 },
};

const struct kex_method kex_nistp521 = {
	ecdh_respond, &(const struct curve){ "P-521", 66 },
};
