/* SPDX-License-Identifier: ISC */
#include "keys/evp_key.h"

#include <assert.h>
#include <stdio.h>

OSSL_PARAM
evp_key_group(unsigned bits, char storage[static EVP_GROUP_MAX])
{
	(void)snprintf(storage, EVP_GROUP_MAX, "P-%u", bits % 1000);
	return OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
	    storage, 0);
}

const EVP_MD *
evp_key_digest(enum digest_id id)
{
	switch (id) {
	case DIGEST_SHA1:
		return EVP_sha1();
	case DIGEST_SHA256:
		return EVP_sha256();
	case DIGEST_SHA384:
		return EVP_sha384();
	case DIGEST_SHA512:
		return EVP_sha512();
	case DIGEST_MD5:		/* signs nothing */
		break;
	}
	/* NULL would mean the digest that libcrypto prefers */
	assert(false);
	return NULL;
}

OSSL_PARAM
evp_key_number(const char *name, struct bytes magnitude, uint8_t *storage)
{
	/* Parameters carry numbers in the byte order of the machine. */
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
		for (size_t i = 0; i < magnitude.len; i++)
			storage[i] = magnitude.p[magnitude.len - 1 - i];
	} else if (magnitude.len != 0)
		memcpy(storage, magnitude.p, magnitude.len);
	return OSSL_PARAM_construct_BN(name, storage, magnitude.len);
}

bool
evp_key_make(const char *type, int selection, OSSL_PARAM *params,
    EVP_PKEY **out, struct err *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;
	bool ok;

	ok = ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, selection, params) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!ok) {
		ERR_clear_error();
		return err_set(err, ERR_CRYPTO, "key");
	}
	*out = key;
	return true;
}

static bool
public_ed25519(const struct pubkey *key, EVP_PKEY **out, struct err *err)
{
	/* By name: by number, libcrypto looks for engines first. */
	*out = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL,
	    key->point.p, key->point.len);
	return *out != NULL || err_set(err, ERR_CRYPTO, "Ed25519 key");
}

static bool
public_ec(const struct pubkey *key, EVP_PKEY **out, struct err *err)
{
	char group[EVP_GROUP_MAX];
	OSSL_PARAM params[] = {
		evp_key_group(key->row->bits, group),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		    (void *)(uintptr_t)key->point.p, key->point.len),
		OSSL_PARAM_construct_end(),
	};

	return evp_key_make("EC", EVP_PKEY_PUBLIC_KEY, params, out, err);
}

static bool
public_rsa(const struct pubkey *key, EVP_PKEY **out, struct err *err)
{
	uint8_t n[RSA_BITS_MAX / 8], e[RSA_EXPONENT_BITS_MAX / 8];
	OSSL_PARAM params[] = {
		evp_key_number(OSSL_PKEY_PARAM_RSA_N, key->rsa_n, n),
		evp_key_number(OSSL_PKEY_PARAM_RSA_E, key->rsa_e, e),
		OSSL_PARAM_construct_end(),
	};

	return evp_key_make("RSA", EVP_PKEY_PUBLIC_KEY, params, out, err);
}

bool
evp_key_public(const struct pubkey *key, EVP_PKEY **out, struct err *err)
{
	switch (key->row->type) {
	case KEY_ED25519:
	case KEY_SK_ED25519:
		return public_ed25519(key, out, err);
	case KEY_ECDSA:
	case KEY_SK_ECDSA:
		return public_ec(key, out, err);
	case KEY_RSA:
		return public_rsa(key, out, err);
	}
	return err_set(err, ERR_FORMAT, "key type");
}
