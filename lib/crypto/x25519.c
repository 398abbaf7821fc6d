/* SPDX-License-Identifier: ISC */
#include "lib/crypto/x25519.h"

#include "lib/crypto/provider.h"
#include "lib/crypto/random.h"

struct x25519_ops {
	OSSL_FUNC_keymgmt_new_fn *key_new;
	OSSL_FUNC_keymgmt_free_fn *key_free;
	OSSL_FUNC_keymgmt_import_fn *key_import;
	OSSL_FUNC_keymgmt_get_params_fn *key_get;
	OSSL_FUNC_keyexch_newctx_fn *newctx;
	OSSL_FUNC_keyexch_freectx_fn *freectx;
	OSSL_FUNC_keyexch_init_fn *init;
	OSSL_FUNC_keyexch_set_peer_fn *set_peer;
	OSSL_FUNC_keyexch_derive_fn *derive;
};

static bool
x25519_ops_load(struct x25519_ops *ops)
{
	const OSSL_DISPATCH *k = provider_find(OSSL_OP_KEYMGMT, "X25519");
	const OSSL_DISPATCH *x = provider_find(OSSL_OP_KEYEXCH, "X25519");

	*ops = (struct x25519_ops){
		.key_new = OSSL_FUNC_keymgmt_new(
		    provider_entry(k, OSSL_FUNC_KEYMGMT_NEW)),
		.key_free = OSSL_FUNC_keymgmt_free(
		    provider_entry(k, OSSL_FUNC_KEYMGMT_FREE)),
		.key_import = OSSL_FUNC_keymgmt_import(
		    provider_entry(k, OSSL_FUNC_KEYMGMT_IMPORT)),
		.key_get = OSSL_FUNC_keymgmt_get_params(
		    provider_entry(k, OSSL_FUNC_KEYMGMT_GET_PARAMS)),
		.newctx = OSSL_FUNC_keyexch_newctx(
		    provider_entry(x, OSSL_FUNC_KEYEXCH_NEWCTX)),
		.freectx = OSSL_FUNC_keyexch_freectx(
		    provider_entry(x, OSSL_FUNC_KEYEXCH_FREECTX)),
		.init = OSSL_FUNC_keyexch_init(
		    provider_entry(x, OSSL_FUNC_KEYEXCH_INIT)),
		.set_peer = OSSL_FUNC_keyexch_set_peer(
		    provider_entry(x, OSSL_FUNC_KEYEXCH_SET_PEER)),
		.derive = OSSL_FUNC_keyexch_derive(
		    provider_entry(x, OSSL_FUNC_KEYEXCH_DERIVE)),
	};
	return ops->key_new != NULL && ops->key_free != NULL &&
	    ops->key_import != NULL && ops->key_get != NULL &&
	    ops->newctx != NULL && ops->freectx != NULL &&
	    ops->init != NULL && ops->set_peer != NULL && ops->derive != NULL;
}

static bool
is_zero(const uint8_t bytes[static X25519_LEN])
{
	uint8_t any = 0;

	for (size_t i = 0; i < X25519_LEN; i++)
		any |= bytes[i];
	return any == 0;
}

/* name: OSSL_PKEY_PARAM_PRIV_KEY or _PUB_KEY. NULL on failure. */
static void *
key_import(const struct x25519_ops *ops, int selection, const char *name,
    const uint8_t bytes[static X25519_LEN])
{
	/* Imported by copy; OSSL_PARAM knows no const. */
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(name, (void *)bytes,
		    X25519_LEN),
		OSSL_PARAM_construct_end(),
	};
	void *key = ops->key_new(provider_context());

	if (key != NULL && ops->key_import(key, selection, params) != 1) {
		ops->key_free(key);
		return NULL;
	}
	return key;
}

static bool
key_public(const struct x25519_ops *ops, void *key,
    uint8_t public[static X25519_LEN])
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		    public, X25519_LEN),
		OSSL_PARAM_construct_end(),
	};

	return ops->key_get(key, params) == 1 &&
	    params[0].return_size == X25519_LEN;
}

/*
 * Importing the private half computes the public one and, other than key
 * generation, needs no seeded generator inside libcrypto: to seed that costs
 * ten times as much as the two multiplications.
 */
bool
x25519_agree(const uint8_t secret[static X25519_LEN],
    const uint8_t peer[static X25519_LEN], uint8_t public[static X25519_LEN],
    uint8_t shared[static X25519_LEN], struct err *err)
{
	struct x25519_ops ops;
	void *own = NULL, *other = NULL, *ctx = NULL;
	size_t len = 0;
	bool ok = false;

	if (!x25519_ops_load(&ops))
		return err_set(err, ERR_CRYPTO, "X25519");
	if ((own = key_import(&ops, OSSL_KEYMGMT_SELECT_KEYPAIR,
	    OSSL_PKEY_PARAM_PRIV_KEY, secret)) == NULL ||
	    (other = key_import(&ops, OSSL_KEYMGMT_SELECT_PUBLIC_KEY,
	    OSSL_PKEY_PARAM_PUB_KEY, peer)) == NULL ||
	    !key_public(&ops, own, public) ||
	    (ctx = ops.newctx(provider_context())) == NULL ||
	    ops.init(ctx, own, NULL) != 1 ||
	    ops.set_peer(ctx, other) != 1) {
		err_set(err, ERR_CRYPTO, "X25519");
		goto out;
	}
	/* Given good keys, libcrypto refuses only the all-zero result. */
	if (ops.derive(ctx, shared, &len, X25519_LEN) != 1 ||
	    len != X25519_LEN || is_zero(shared)) {
		err_set(err, ERR_DENIED, "X25519 public value");
		goto out;
	}
	ok = true;
 out:
	if (ctx != NULL)
		ops.freectx(ctx);
	if (other != NULL)
		ops.key_free(other);
	if (own != NULL)
		ops.key_free(own);
	return ok;
}

bool
x25519_respond(const uint8_t peer[static X25519_LEN],
    uint8_t public[static X25519_LEN], uint8_t shared[static X25519_LEN],
    struct err *err)
{
	uint8_t secret[X25519_LEN];
	bool ok;

	ok = random_bytes(secret, sizeof(secret), err) &&
	    x25519_agree(secret, peer, public, shared, err);
	OPENSSL_cleanse(secret, sizeof(secret));
	return ok;
}
