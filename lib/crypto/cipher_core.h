/* SPDX-License-Identifier: ISC */
/*
 * cipher_core - one keyed cipher of libcrypto.
 *
 * Shapes:  functions of the provider and the context that they work on.
 * Units:   bytes.
 * Errors:  false where libcrypto refuses.
 * Owns:    its context, wiped by cipher_core_clear().
 * Source:  provider-cipher(7). Included by lib/crypto only.
 */
#ifndef LIB_CRYPTO_CIPHER_CORE_H
#define LIB_CRYPTO_CIPHER_CORE_H

#include "lib/base/bytes.h"
#include "lib/base/compiler.h"
#include "lib/base/limits.h"
#include "lib/crypto/provider.h"

struct cipher_core {
	OSSL_FUNC_cipher_freectx_fn *freectx;
	OSSL_FUNC_cipher_encrypt_init_fn *init;	/* or decrypt_init */
	OSSL_FUNC_cipher_update_fn *update;
	OSSL_FUNC_cipher_final_fn *final;
	OSSL_FUNC_cipher_get_ctx_params_fn *get_params;
	OSSL_FUNC_cipher_set_ctx_params_fn *set_params;
	void *ctx;
};

/* On failure *core is empty. */
MUST_CHECK bool cipher_core_init(struct cipher_core *core, const char *name,
    struct bytes key, struct bytes iv, bool encrypt);
void cipher_core_clear(struct cipher_core *core);

/* Same key, new IV. */
static inline bool
cipher_core_restart(struct cipher_core *core, const uint8_t *iv,
    size_t iv_len)
{
	return core->init(core->ctx, NULL, 0, iv, iv_len, NULL) == 1;
}

/* dst NULL: the bytes are additional data of an AEAD. */
static inline bool
cipher_core_run(struct cipher_core *core, uint8_t *dst, const uint8_t *src,
    size_t len)
{
	size_t done;

	return core->update(core->ctx, dst, &done, len, src, len) == 1;
}

#endif
