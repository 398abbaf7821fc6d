/* SPDX-License-Identifier: ISC */
/* AES in Galois/counter mode, RFC 5647 as OpenSSH uses it (PROTOCOL 1.6). */
#include <stdlib.h>

#include "lib/crypto/cipher_core.h"
#include "lib/crypto/protect_ops.h"

#define GCM_IV_LEN	12
#define GCM_FIXED_LEN	4	/* of the IV; the rest counts packets */
#define GCM_TAG_LEN	16
#define GCM_AAD_LEN	4	/* packet_length, in clear */

struct gcm {
	struct cipher_core core;
	uint8_t iv[GCM_IV_LEN];
	uint8_t tag[GCM_TAG_LEN];
	OSSL_PARAM tag_param[2];	/* over tag */
};

static void
gcm_free(void *state)
{
	struct gcm *gcm = state;

	cipher_core_clear(&gcm->core);
	OPENSSL_cleanse(gcm, sizeof(*gcm));
	free(gcm);
}

static void *
gcm_new(const struct cipher_alg *alg, struct bytes key, struct bytes iv,
    bool sealing, struct err *err)
{
	struct gcm *gcm;

	if ((gcm = calloc(1, sizeof(*gcm))) == NULL) {
		err_set(err, ERR_NOMEM, alg->name);
		return NULL;
	}
	memcpy(gcm->iv, iv.p, sizeof(gcm->iv));
	gcm->tag_param[0] = OSSL_PARAM_construct_octet_string(
	    OSSL_CIPHER_PARAM_AEAD_TAG, gcm->tag, sizeof(gcm->tag));
	gcm->tag_param[1] = OSSL_PARAM_construct_end();
	if (!cipher_core_init(&gcm->core, alg->core_name, key, iv, sealing)) {
		gcm_free(gcm);
		err_set(err, ERR_CRYPTO, alg->name);
		return NULL;
	}
	return gcm;
}

/* RFC 5647 7.1: the invocation counter, big-endian, wraps by itself. */
static void
gcm_count(struct gcm *gcm)
{
	for (size_t i = GCM_IV_LEN; i > GCM_FIXED_LEN; i--) {
		if (++gcm->iv[i - 1] != 0)
			break;
	}
}

/* Everything but the tag. */
static bool
gcm_crypt(struct gcm *gcm, uint8_t *packet, size_t len)
{
	uint8_t *data = packet + GCM_AAD_LEN;

	return cipher_core_restart(&gcm->core, gcm->iv, sizeof(gcm->iv)) &&
	    cipher_core_run(&gcm->core, NULL, packet, GCM_AAD_LEN) &&
	    cipher_core_run(&gcm->core, data, data, len - GCM_AAD_LEN);
}

/* Writes nothing but makes, or checks, the tag. */
static bool
gcm_final(struct gcm *gcm)
{
	uint8_t nothing[GCM_TAG_LEN];
	size_t done;

	return gcm->core.final(gcm->core.ctx, nothing, &done,
	    sizeof(nothing)) == 1;
}

static bool
gcm_seal(void *state, uint32_t seqnr, uint8_t *packet, size_t len,
    struct err *err)
{
	struct gcm *gcm = state;

	(void)seqnr;		/* the IV counts by itself */
	if (!gcm_crypt(gcm, packet, len) || !gcm_final(gcm) ||
	    gcm->core.get_params(gcm->core.ctx, gcm->tag_param) != 1)
		return err_set(err, ERR_CRYPTO, "aes-gcm");
	memcpy(packet + len, gcm->tag, GCM_TAG_LEN);
	gcm_count(gcm);
	return true;
}

static bool
gcm_open_length(void *state, uint32_t seqnr, const uint8_t packet[static 4],
    uint32_t *packet_length, struct err *err)
{
	(void)state;
	(void)seqnr;
	(void)err;
	*packet_length = get_u32(packet);
	return true;
}

static bool
gcm_open(void *state, uint32_t seqnr, uint8_t *packet, size_t len,
    struct err *err)
{
	struct gcm *gcm = state;

	(void)seqnr;
	memcpy(gcm->tag, packet + len, GCM_TAG_LEN);
	if (!gcm_crypt(gcm, packet, len) ||
	    gcm->core.set_params(gcm->core.ctx, gcm->tag_param) != 1)
		return err_set(err, ERR_CRYPTO, "aes-gcm");
	if (!gcm_final(gcm))	/* compares in constant time */
		return err_set(err, ERR_MISMATCH, "packet tag");
	gcm_count(gcm);
	return true;
}

static const struct cipher_ops gcm_ops = {
	.new = gcm_new,
	.free = gcm_free,
	.seal = gcm_seal,
	.open_length = gcm_open_length,
	.open = gcm_open,
};

/* 2^32 blocks, as for the other modes of a 128-bit block. */
#define GCM_REKEY_BYTES	((uint64_t)16 << 32)

const struct cipher_alg cipher_aes128_gcm = {
	.name = "aes128-gcm@openssh.com", .core_name = "AES-128-GCM",
	.key_len = 16, .iv_len = GCM_IV_LEN, .block_len = 16,
	.is_aead = true, .aead_tag_len = GCM_TAG_LEN,
	.rekey_bytes = GCM_REKEY_BYTES, .ops = &gcm_ops,
};

const struct cipher_alg cipher_aes256_gcm = {
	.name = "aes256-gcm@openssh.com", .core_name = "AES-256-GCM",
	.key_len = 32, .iv_len = GCM_IV_LEN, .block_len = 16,
	.is_aead = true, .aead_tag_len = GCM_TAG_LEN,
	.rekey_bytes = GCM_REKEY_BYTES, .ops = &gcm_ops,
};
