/* SPDX-License-Identifier: ISC */
/*
 * hash_ops - the functions of one digest of libcrypto.
 *
 * Shapes:  function pointers for struct digest and for HMAC.
 * Units:   bytes.
 * Errors:  NULL when libcrypto does not have the digest (FIPS).
 * Owns:    nothing; contexts belong to whoever made them.
 * Source:  provider-digest(7). Included by lib/crypto only.
 */
#ifndef LIB_CRYPTO_HASH_OPS_H
#define LIB_CRYPTO_HASH_OPS_H

#include "lib/crypto/digest.h"
#include "lib/crypto/provider.h"

struct hash_ops {
	OSSL_FUNC_digest_newctx_fn *newctx;
	OSSL_FUNC_digest_freectx_fn *freectx;
	OSSL_FUNC_digest_dupctx_fn *dupctx;
	OSSL_FUNC_digest_init_fn *init;
	OSSL_FUNC_digest_update_fn *update;
	OSSL_FUNC_digest_final_fn *final;
	OSSL_FUNC_digest_set_ctx_params_fn *set_params;	/* may be NULL */
};

/* name: any that libcrypto lists; false: it does not have it. */
bool hash_ops_load(struct hash_ops *ops, const char *name);

/* Found once for the process. */
const struct hash_ops *hash_ops_get(enum digest_id id);

#endif
