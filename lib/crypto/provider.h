/* SPDX-License-Identifier: ISC */
/*
 * provider - the algorithms of libcrypto's provider, without the EVP layer.
 *
 * Shapes:  an algorithm is a dispatch table; its functions take contexts
 *          made by its own newctx().
 * Units:   -
 * Errors:  NULL for an algorithm that the provider lacks.
 * Owns:    the reference to the provider, until the process ends.
 * Source:  provider(7), provider-digest(7), provider-cipher(7) ...,
 *          openssl/core_dispatch.h; OSSL_PROVIDER_query_operation(3).
 *
 * The first fetch of EVP builds an object for every algorithm that exists:
 * a millisecond and a half in each fresh process for a digest, a cipher and
 * a key exchange, several times what the cryptography of a login takes. The
 * tables below EVP are public and stable as well, cost nothing to find, and
 * save a third of the time of a small packet.
 */
#ifndef LIB_CRYPTO_PROVIDER_H
#define LIB_CRYPTO_PROVIDER_H

#include "lib/crypto/openssl.h"

/* operation: OSSL_OP_*; name: any that libcrypto lists, in any case. */
const OSSL_DISPATCH *provider_find(int operation, const char *name);
/* What newctx() functions take. */
void *provider_context(void);
/*
 * The entry with this OSSL_FUNC_* number, to be given to the accessor of
 * core_dispatch.h; one with a NULL function when the table lacks it.
 */
const OSSL_DISPATCH *provider_entry(const OSSL_DISPATCH *table, int function);

#endif
