/* SPDX-License-Identifier: ISC */
/*
 * chacha20-poly1305@openssh.com, OpenSSH PROTOCOL.chacha20poly1305.
 *
 * Two ChaCha20 instances share the sequence number as nonce: one encrypts
 * packet_length, the other gives the Poly1305 key from its block 0 and
 * encrypts the rest from block 1 on.
 */
#include <stdlib.h>

#include "lib/crypto/cipher_core.h"
#include "lib/crypto/protect_ops.h"
#include "lib/wire/writer.h"

#define CHACHA_KEY_LEN	32
#define CHACHA_IV_LEN	16	/* libcrypto: 8 of counter LE, 8 of nonce */
#define CHACHA_BLOCK	64
#define POLY_KEY_LEN	32
#define POLY_TAG_LEN	16
#define LENGTH_LEN	4

/*
 * Up to here the payload goes through the scratch behind block 0, so that one
 * call, of the eight blocks that libcrypto computes at once, makes both: a
 * second call costs more than copying such a payload twice.
 */
#define SMALL_MAX	(7 * CHACHA_BLOCK)

struct poly {
	OSSL_FUNC_mac_freectx_fn *freectx;
	OSSL_FUNC_mac_init_fn *init;
	OSSL_FUNC_mac_update_fn *update;
	OSSL_FUNC_mac_final_fn *final;
	void *ctx;
};

struct chachapoly {
	struct cipher_core header, main;
	struct poly poly;
	uint8_t scratch[CHACHA_BLOCK + SMALL_MAX];
};

static bool
poly_init(struct poly *poly)
{
	const OSSL_DISPATCH *t = provider_find(OSSL_OP_MAC, "POLY1305");
	OSSL_FUNC_mac_newctx_fn *newctx = OSSL_FUNC_mac_newctx(
	    provider_entry(t, OSSL_FUNC_MAC_NEWCTX));

	*poly = (struct poly){
		.freectx = OSSL_FUNC_mac_freectx(
		    provider_entry(t, OSSL_FUNC_MAC_FREECTX)),
		.init = OSSL_FUNC_mac_init(
		    provider_entry(t, OSSL_FUNC_MAC_INIT)),
		.update = OSSL_FUNC_mac_update(
		    provider_entry(t, OSSL_FUNC_MAC_UPDATE)),
		.final = OSSL_FUNC_mac_final(
		    provider_entry(t, OSSL_FUNC_MAC_FINAL)),
	};
	if (newctx == NULL || poly->freectx == NULL || poly->init == NULL ||
	    poly->update == NULL || poly->final == NULL)
		return false;
	poly->ctx = newctx(provider_context());
	return poly->ctx != NULL;
}

/* libcrypto frees the context as it is: the last key goes here. */
static void
poly_clear(struct poly *poly)
{
	static const uint8_t zeros[POLY_KEY_LEN];

	if (poly->ctx == NULL)
		return;
	(void)poly->init(poly->ctx, zeros, sizeof(zeros), NULL);
	poly->freectx(poly->ctx);
	poly->ctx = NULL;
}

static void
chachapoly_free(void *state)
{
	struct chachapoly *c = state;

	cipher_core_clear(&c->header);
	cipher_core_clear(&c->main);
	poly_clear(&c->poly);
	OPENSSL_cleanse(c, sizeof(*c));
	free(c);
}

static void *
chachapoly_new(const struct cipher_alg *alg, struct bytes key,
    struct bytes iv, bool sealing, struct err *err)
{
	static const uint8_t zeros[CHACHA_IV_LEN];
	struct chachapoly *c;

	(void)sealing;		/* the key stream is the same both ways */
	if ((c = calloc(1, sizeof(*c))) == NULL) {
		err_set(err, ERR_NOMEM, alg->name);
		return NULL;
	}
	/* None is negotiated: the sequence number takes its place. */
	iv = bytes_of(zeros, sizeof(zeros));
	if (!cipher_core_init(&c->main, alg->core_name,
	    bytes_of(key.p, CHACHA_KEY_LEN), iv, true) ||
	    !cipher_core_init(&c->header, alg->core_name,
	    bytes_of(key.p + CHACHA_KEY_LEN, CHACHA_KEY_LEN), iv, true) ||
	    !poly_init(&c->poly)) {
		chachapoly_free(c);
		err_set(err, ERR_CRYPTO, alg->name);
		return NULL;
	}
	return c;
}

/* To block 0 of the key stream of this packet. */
static bool
chacha_start(struct cipher_core *core, uint32_t seqnr)
{
	uint8_t iv[CHACHA_IV_LEN] = { 0 };

	put_u32(iv + CHACHA_IV_LEN - sizeof(seqnr), seqnr);
	return cipher_core_restart(core, iv, sizeof(iv));
}

static bool
length_crypt(struct chachapoly *c, uint32_t seqnr, uint8_t dst[static 4],
    const uint8_t src[static 4])
{
	return chacha_start(&c->header, seqnr) &&
	    cipher_core_run(&c->header, dst, src, LENGTH_LEN);
}

static bool
poly_tag(const struct poly *poly, const uint8_t key[static POLY_KEY_LEN],
    const uint8_t *p, size_t len, uint8_t tag[static POLY_TAG_LEN])
{
	size_t tag_len;

	return poly->init(poly->ctx, key, POLY_KEY_LEN, NULL) == 1 &&
	    poly->update(poly->ctx, p, len) == 1 &&
	    poly->final(poly->ctx, tag, &tag_len, POLY_TAG_LEN) == 1;
}

/*
 * Block 0 into the scratch, and with it a small payload, crypted, behind it;
 * whole blocks, since libcrypto is slow with a part of one. A longer payload
 * follows from the same state by cipher_core_run().
 */
static bool
scratch_fill(struct chachapoly *c, uint32_t seqnr, const uint8_t *payload,
    size_t len)
{
	size_t blocks_len = CHACHA_BLOCK;

	memset(c->scratch, 0, CHACHA_BLOCK);
	if (len <= SMALL_MAX) {
		memcpy(c->scratch + CHACHA_BLOCK, payload, len);
		blocks_len += (len + CHACHA_BLOCK - 1) / CHACHA_BLOCK *
		    CHACHA_BLOCK;
	}
	return chacha_start(&c->main, seqnr) &&
	    cipher_core_run(&c->main, c->scratch, c->scratch, blocks_len);
}

static bool
payload_finish(struct chachapoly *c, uint8_t *payload, size_t len)
{
	if (len > SMALL_MAX)
		return cipher_core_run(&c->main, payload, payload, len);
	memcpy(payload, c->scratch + CHACHA_BLOCK, len);
	return true;
}

static bool
chachapoly_seal(void *state, uint32_t seqnr, uint8_t *packet, size_t len,
    struct err *err)
{
	struct chachapoly *c = state;
	uint8_t *payload = packet + LENGTH_LEN;
	size_t payload_len = len - LENGTH_LEN;

	if (!length_crypt(c, seqnr, packet, packet) ||
	    !scratch_fill(c, seqnr, payload, payload_len) ||
	    !payload_finish(c, payload, payload_len) ||
	    !poly_tag(&c->poly, c->scratch, packet, len, packet + len))
		return err_set(err, ERR_CRYPTO, "chacha20-poly1305");
	return true;
}

static bool
chachapoly_open_length(void *state, uint32_t seqnr,
    const uint8_t packet[static 4], uint32_t *packet_length, struct err *err)
{
	uint8_t clear[LENGTH_LEN];

	/* The packet stays as it is: the tag covers the encrypted length. */
	if (!length_crypt(state, seqnr, clear, packet))
		return err_set(err, ERR_CRYPTO, "chacha20-poly1305");
	*packet_length = get_u32(clear);
	return true;
}

static bool
chachapoly_open(void *state, uint32_t seqnr, uint8_t *packet, size_t len,
    struct err *err)
{
	struct chachapoly *c = state;
	uint8_t *payload = packet + LENGTH_LEN;
	size_t payload_len = len - LENGTH_LEN;
	uint8_t tag[POLY_TAG_LEN];

	if (!scratch_fill(c, seqnr, payload, payload_len) ||
	    !poly_tag(&c->poly, c->scratch, packet, len, tag))
		return err_set(err, ERR_CRYPTO, "chacha20-poly1305");
	if (CRYPTO_memcmp(tag, packet + len, POLY_TAG_LEN) != 0)
		return err_set(err, ERR_MISMATCH, "packet tag");
	if (!payload_finish(c, payload, payload_len))
		return err_set(err, ERR_CRYPTO, "chacha20-poly1305");
	return true;
}

static const struct cipher_ops chachapoly_ops = {
	.new = chachapoly_new,
	.free = chachapoly_free,
	.seal = chachapoly_seal,
	.open_length = chachapoly_open_length,
	.open = chachapoly_open,
};

const struct cipher_alg cipher_chachapoly = {
	.name = "chacha20-poly1305@openssh.com", .core_name = "ChaCha20",
	.key_len = 2 * CHACHA_KEY_LEN, .iv_len = 0, .block_len = 8,
	.is_aead = true, .aead_tag_len = POLY_TAG_LEN,
	.rekey_bytes = (uint64_t)1 << 30,	/* RFC 4253 9: a gigabyte */
	.ops = &chachapoly_ops,
};
