/* SPDX-License-Identifier: ISC */
#include "lib/crypto/digest.h"

#include <assert.h>

#include "lib/crypto/hash_ops.h"

static const char *const names[] = {	/* in libcrypto */
	[DIGEST_MD5] = "MD5",
	[DIGEST_SHA1] = "SHA1",
	[DIGEST_SHA256] = "SHA256",
	[DIGEST_SHA384] = "SHA384",
	[DIGEST_SHA512] = "SHA512",
};

bool
hash_ops_load(struct hash_ops *ops, const char *name)
{
	const OSSL_DISPATCH *t = provider_find(OSSL_OP_DIGEST, name);

	*ops = (struct hash_ops){
		.newctx = OSSL_FUNC_digest_newctx(
		    provider_entry(t, OSSL_FUNC_DIGEST_NEWCTX)),
		.freectx = OSSL_FUNC_digest_freectx(
		    provider_entry(t, OSSL_FUNC_DIGEST_FREECTX)),
		.dupctx = OSSL_FUNC_digest_dupctx(
		    provider_entry(t, OSSL_FUNC_DIGEST_DUPCTX)),
		.init = OSSL_FUNC_digest_init(
		    provider_entry(t, OSSL_FUNC_DIGEST_INIT)),
		.update = OSSL_FUNC_digest_update(
		    provider_entry(t, OSSL_FUNC_DIGEST_UPDATE)),
		.final = OSSL_FUNC_digest_final(
		    provider_entry(t, OSSL_FUNC_DIGEST_FINAL)),
		.set_params = OSSL_FUNC_digest_set_ctx_params(
		    provider_entry(t, OSSL_FUNC_DIGEST_SET_CTX_PARAMS)),
	};
	return ops->newctx != NULL && ops->freectx != NULL &&
	    ops->dupctx != NULL && ops->init != NULL &&
	    ops->update != NULL && ops->final != NULL;
}

/*
 * Found once for the process: constants of libcrypto, looked up so often
 * that the search would cost more than hashing.
 */
const struct hash_ops *
hash_ops_get(enum digest_id id)
{
	static struct hash_ops known[ARRAY_LEN(names)];
	struct hash_ops found;

	assert((size_t)id < ARRAY_LEN(known));
	if (known[id].newctx == NULL) {
		if (!hash_ops_load(&found, names[id]))
			return NULL;
		known[id] = found;
	}
	return &known[id];
}

bool
digest_init(struct digest *d, enum digest_id id, struct err *err)
{
	const struct hash_ops *ops = hash_ops_get(id);

	*d = (struct digest){ .id = id, .ops = ops };
	if (ops == NULL)
		return err_set(err, ERR_CRYPTO, "digest");
	if ((d->ctx = ops->newctx(provider_context())) == NULL)
		return err_set(err, ERR_NOMEM, "digest");
	if (ops->init(d->ctx, NULL) != 1) {
		digest_clear(d);
		return err_set(err, ERR_CRYPTO, "digest");
	}
	return true;
}

bool
digest_update(struct digest *d, struct bytes b, struct err *err)
{
	if (b.len != 0 && d->ops->update(d->ctx, b.p, b.len) != 1)
		return err_set(err, ERR_CRYPTO, "digest");
	return true;
}

bool
digest_final(struct digest *d, uint8_t out[static DIGEST_MAX],
    struct err *err)
{
	size_t len = 0;

	if (d->ops->final(d->ctx, out, &len, DIGEST_MAX) != 1 ||
	    len != digest_len(d->id))
		return err_set(err, ERR_CRYPTO, "digest");
	return true;
}

void
digest_clear(struct digest *d)
{
	if (d->ctx != NULL)
		d->ops->freectx(d->ctx);
	d->ctx = NULL;
}
