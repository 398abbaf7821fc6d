/* SPDX-License-Identifier: ISC */
#include "lib/crypto/cipher_core.h"

bool
cipher_core_init(struct cipher_core *core, const char *name,
    struct bytes key, struct bytes iv, bool encrypt)
{
	const OSSL_DISPATCH *t = provider_find(OSSL_OP_CIPHER, name);
	OSSL_FUNC_cipher_newctx_fn *newctx = OSSL_FUNC_cipher_newctx(
	    provider_entry(t, OSSL_FUNC_CIPHER_NEWCTX));

	*core = (struct cipher_core){
		.freectx = OSSL_FUNC_cipher_freectx(
		    provider_entry(t, OSSL_FUNC_CIPHER_FREECTX)),
		.init = encrypt ? OSSL_FUNC_cipher_encrypt_init(
		    provider_entry(t, OSSL_FUNC_CIPHER_ENCRYPT_INIT)) :
		    OSSL_FUNC_cipher_decrypt_init(
		    provider_entry(t, OSSL_FUNC_CIPHER_DECRYPT_INIT)),
		.update = OSSL_FUNC_cipher_update(
		    provider_entry(t, OSSL_FUNC_CIPHER_UPDATE)),
		.final = OSSL_FUNC_cipher_final(
		    provider_entry(t, OSSL_FUNC_CIPHER_FINAL)),
		.get_params = OSSL_FUNC_cipher_get_ctx_params(
		    provider_entry(t, OSSL_FUNC_CIPHER_GET_CTX_PARAMS)),
		.set_params = OSSL_FUNC_cipher_set_ctx_params(
		    provider_entry(t, OSSL_FUNC_CIPHER_SET_CTX_PARAMS)),
	};
	if (newctx == NULL || core->freectx == NULL || core->init == NULL ||
	    core->update == NULL || core->final == NULL ||
	    core->get_params == NULL || core->set_params == NULL)
		return false;
	core->ctx = newctx(provider_context());
	if (core->ctx == NULL)
		return false;
	if (core->init(core->ctx, key.p, key.len, iv.p, iv.len, NULL) != 1) {
		cipher_core_clear(core);
		return false;
	}
	return true;
}

void
cipher_core_clear(struct cipher_core *core)
{
	if (core->ctx != NULL)
		core->freectx(core->ctx);
	core->ctx = NULL;
}
