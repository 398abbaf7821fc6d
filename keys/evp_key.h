/* SPDX-License-Identifier: ISC */
/*
 * evp_key - keys in libcrypto's form.
 *
 * Shapes:  numbers are big-endian magnitudes, points uncompressed.
 * Units:   bytes.
 * Errors:  ERR_CRYPTO when libcrypto refuses the key, e.g. a point that is
 *          not on its curve.
 * Owns:    nothing; a key that is returned is the caller's.
 * Source:  EVP_PKEY_fromdata(3), EVP_PKEY-EC(7), EVP_PKEY-RSA(7).
 */
#ifndef KEYS_EVP_KEY_H
#define KEYS_EVP_KEY_H

#include "keys/pubkey.h"
#include "lib/crypto/openssl.h"

#define EVP_GROUP_MAX	8	/* "P-521" */
#define EC_SCALAR_MAX	66	/* of P-521 */

/* The curve of this size as a parameter; storage must live as long. */
OSSL_PARAM evp_key_group(unsigned bits, char storage[static EVP_GROUP_MAX]);
const EVP_MD *evp_key_digest(enum digest_id id);

/*
 * A number as a parameter. storage has magnitude.len bytes and must live, and
 * be wiped, as long as a secret in it asks for.
 */
OSSL_PARAM evp_key_number(const char *name, struct bytes magnitude,
    uint8_t *storage);
/* selection: EVP_PKEY_PUBLIC_KEY or EVP_PKEY_KEYPAIR. */
MUST_CHECK bool evp_key_make(const char *type, int selection,
    OSSL_PARAM *params, EVP_PKEY **out, struct err *err);
MUST_CHECK bool evp_key_public(const struct pubkey *key, EVP_PKEY **out,
    struct err *err);

#endif
