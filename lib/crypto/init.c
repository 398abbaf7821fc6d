/* SPDX-License-Identifier: ISC */
#include "lib/crypto/init.h"

#include "lib/crypto/digest.h"
#include "lib/crypto/protect.h"
#include "lib/crypto/provider.h"

void
crypto_init(void)
{
	/* What fails here fails again, with a reason, at the first use. */
	(void)provider_context();
}

static void
warm_digest(enum digest_id id)
{
	uint8_t out[DIGEST_MAX];
	struct err err;

	(void)!digest_bytes(id, (struct bytes){ 0 }, out, &err);
}

static void
warm_cipher(const struct cipher_alg *alg)
{
	static const uint8_t zeros[PROTECT_KEY_MAX];
	uint8_t packet[512 + PROTECT_TAG_MAX] = { 0 };
	struct protect *p = NULL;
	struct err err;

	if (protect_new(&p, alg, NULL, bytes_of(zeros, alg->key_len),
	    bytes_of(zeros, alg->iv_len), (struct bytes){ 0 }, true, &err))
		(void)!protect_seal(p, 0, packet, 512, &err);
	protect_free(p);
}

void
crypto_warm_digests(void)
{
	warm_digest(DIGEST_SHA256);
	warm_digest(DIGEST_SHA512);
}

void
crypto_warm(void)
{
	crypto_warm_digests();
	for (size_t i = 0; cipher_row(i) != NULL; i++) {
		if (cipher_row(i)->is_aead)
			warm_cipher(cipher_row(i));
	}
	(void)provider_find(OSSL_OP_KEYMGMT, "X25519");
	(void)provider_find(OSSL_OP_KEYEXCH, "X25519");
}
