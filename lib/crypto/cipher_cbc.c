/* SPDX-License-Identifier: ISC */
/*
 * Block ciphers in CBC mode, RFC 4253 section 6.3: for old peers, never
 * offered by default. The chain runs on over all packets.
 */
#include <stdlib.h>

#include <openssl/core_names.h>

#include "lib/crypto/cipher_core.h"
#include "lib/crypto/protect_ops.h"

static void
cbc_free(void *state)
{
	cipher_core_clear(state);
	free(state);
}

static bool
padding_off(struct cipher_core *core)
{
	unsigned off = 0;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_uint(OSSL_CIPHER_PARAM_PADDING, &off),
		OSSL_PARAM_construct_end(),
	};

	return core->set_params(core->ctx, params) == 1;
}

static void *
cbc_new(const struct cipher_alg *alg, struct bytes key, struct bytes iv,
    bool sealing, struct err *err)
{
	struct cipher_core *core;

	if ((core = calloc(1, sizeof(*core))) == NULL) {
		err_set(err, ERR_NOMEM, alg->name);
		return NULL;
	}
	if (!cipher_core_init(core, alg->core_name, key, iv, sealing)) {
		free(core);
		err_set(err, ERR_CRYPTO, alg->name);
		return NULL;
	}
	if (!padding_off(core)) {
		cbc_free(core);
		err_set(err, ERR_CRYPTO, alg->name);
		return NULL;
	}
	return core;
}

static bool
cbc_crypt(void *state, uint8_t *p, size_t len, struct err *err)
{
	struct cipher_core *core = state;
	size_t done;

	/* a length that is no multiple of the block must not be buffered */
	if (core->update(core->ctx, p, &done, len, p, len) != 1 || done != len)
		return err_set(err, ERR_CRYPTO, "cbc");
	return true;
}

static const struct cipher_ops cbc_ops = {
	.new = cbc_new,
	.free = cbc_free,
	.crypt = cbc_crypt,
};

#define AES_CBC_REKEY_BYTES	((uint64_t)16 << 32)	/* RFC 4344 3.2 */
#define DES_CBC_REKEY_BYTES	((uint64_t)1 << 30)	/* RFC 4253 9 */

const struct cipher_alg cipher_aes128_cbc = {
	.name = "aes128-cbc", .core_name = "AES-128-CBC", .is_cbc = true,
	.key_len = 16, .iv_len = 16, .block_len = 16,
	.rekey_bytes = AES_CBC_REKEY_BYTES, .ops = &cbc_ops,
};

const struct cipher_alg cipher_aes192_cbc = {
	.name = "aes192-cbc", .core_name = "AES-192-CBC", .is_cbc = true,
	.key_len = 24, .iv_len = 16, .block_len = 16,
	.rekey_bytes = AES_CBC_REKEY_BYTES, .ops = &cbc_ops,
};

const struct cipher_alg cipher_aes256_cbc = {
	.name = "aes256-cbc", .core_name = "AES-256-CBC", .is_cbc = true,
	.key_len = 32, .iv_len = 16, .block_len = 16,
	.rekey_bytes = AES_CBC_REKEY_BYTES, .ops = &cbc_ops,
};

const struct cipher_alg cipher_3des_cbc = {
	.name = "3des-cbc", .core_name = "DES-EDE3-CBC", .is_cbc = true,
	.key_len = 24, .iv_len = 8, .block_len = 8,
	.rekey_bytes = DES_CBC_REKEY_BYTES, .ops = &cbc_ops,
};
