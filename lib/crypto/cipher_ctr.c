/* SPDX-License-Identifier: ISC */
/* AES in counter mode, RFC 4344 section 4. */
#include <stdlib.h>

#include "lib/crypto/cipher_core.h"
#include "lib/crypto/protect_ops.h"

static void
ctr_free(void *state)
{
	cipher_core_clear(state);
	free(state);
}

static void *
ctr_new(const struct cipher_alg *alg, struct bytes key, struct bytes iv,
    bool sealing, struct err *err)
{
	struct cipher_core *core;

	(void)sealing;		/* the key stream is the same both ways */
	if ((core = calloc(1, sizeof(*core))) == NULL) {
		err_set(err, ERR_NOMEM, alg->name);
		return NULL;
	}
	if (!cipher_core_init(core, alg->core_name, key, iv, true)) {
		free(core);
		err_set(err, ERR_CRYPTO, alg->name);
		return NULL;
	}
	return core;
}

static bool
ctr_crypt(void *state, uint8_t *p, size_t len, struct err *err)
{
	if (!cipher_core_run(state, p, p, len))
		return err_set(err, ERR_CRYPTO, "aes-ctr");
	return true;
}

static const struct cipher_ops ctr_ops = {
	.new = ctr_new,
	.free = ctr_free,
	.crypt = ctr_crypt,
};

/* RFC 4344 3.2: 2^(L/4) blocks of L bits between two key exchanges. */
#define CTR_REKEY_BYTES	((uint64_t)16 << 32)

const struct cipher_alg cipher_aes128_ctr = {
	.name = "aes128-ctr", .core_name = "AES-128-CTR",
	.key_len = 16, .iv_len = 16, .block_len = 16,
	.rekey_bytes = CTR_REKEY_BYTES, .ops = &ctr_ops,
};

const struct cipher_alg cipher_aes192_ctr = {
	.name = "aes192-ctr", .core_name = "AES-192-CTR",
	.key_len = 24, .iv_len = 16, .block_len = 16,
	.rekey_bytes = CTR_REKEY_BYTES, .ops = &ctr_ops,
};

const struct cipher_alg cipher_aes256_ctr = {
	.name = "aes256-ctr", .core_name = "AES-256-CTR",
	.key_len = 32, .iv_len = 16, .block_len = 16,
	.rekey_bytes = CTR_REKEY_BYTES, .ops = &ctr_ops,
};
