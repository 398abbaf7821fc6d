/* SPDX-License-Identifier: ISC */
/*
 * HMAC over the digests of libcrypto, RFC 2104 and 6668. The states after
 * the inner and the outer key block are kept and duplicated for each packet:
 * measured cheaper than the HMAC of libcrypto, which copies the same states
 * three times, and than hashing the key blocks again.
 */
#include <assert.h>
#include <stdlib.h>

#include "lib/crypto/hash_ops.h"
#include "lib/crypto/protect_ops.h"
#include "lib/wire/writer.h"

#define HMAC_BLOCK_MAX	128	/* SHA-512 */
#define HMAC_INNER	0x36
#define HMAC_OUTER	0x5c

struct hmac {
	const struct hash_ops *hash;
	void *inner, *outer;
};

static void
hmac_free(void *state)
{
	struct hmac *hmac = state;

	if (hmac->inner != NULL)
		hmac->hash->freectx(hmac->inner);
	if (hmac->outer != NULL)
		hmac->hash->freectx(hmac->outer);
	free(hmac);
}

/* The digest state after the key block xored with pad; NULL on failure. */
static void *
hmac_keyed(const struct hash_ops *hash, size_t block_len, struct bytes key,
    uint8_t pad)
{
	uint8_t block[HMAC_BLOCK_MAX];
	void *ctx = hash->newctx(provider_context());

	assert(key.len <= block_len && block_len <= sizeof(block));
	memset(block, pad, sizeof(block));
	for (size_t i = 0; i < key.len; i++)
		block[i] ^= key.p[i];
	if (ctx != NULL && (hash->init(ctx, NULL) != 1 ||
	    hash->update(ctx, block, block_len) != 1)) {
		hash->freectx(ctx);
		ctx = NULL;
	}
	OPENSSL_cleanse(block, sizeof(block));
	return ctx;
}

static void *
hmac_new(const struct mac_alg *alg, struct bytes key, struct err *err)
{
	size_t block_len = digest_block_len(alg->hash);
	struct hmac *hmac;

	if ((hmac = calloc(1, sizeof(*hmac))) == NULL) {
		err_set(err, ERR_NOMEM, alg->name);
		return NULL;
	}
	if ((hmac->hash = hash_ops_get(alg->hash)) == NULL ||
	    (hmac->inner = hmac_keyed(hmac->hash, block_len, key,
	    HMAC_INNER)) == NULL ||
	    (hmac->outer = hmac_keyed(hmac->hash, block_len, key,
	    HMAC_OUTER)) == NULL) {
		hmac_free(hmac);
		err_set(err, ERR_CRYPTO, alg->name);
		return NULL;
	}
	return hmac;
}

/* Hashes two pieces on from a copy of the state. */
static bool
hash_on(const struct hash_ops *hash, void *state, struct bytes a,
    struct bytes b, uint8_t out[static PROTECT_TAG_MAX], size_t *out_len)
{
	void *ctx = hash->dupctx(state);
	bool ok;

	if (ctx == NULL)
		return false;
	ok = hash->update(ctx, a.p, a.len) == 1 &&
	    (b.len == 0 || hash->update(ctx, b.p, b.len) == 1) &&
	    hash->final(ctx, out, out_len, PROTECT_TAG_MAX) == 1;
	hash->freectx(ctx);
	return ok;
}

static bool
hmac_compute(void *state, uint32_t seqnr, const uint8_t *p, size_t len,
    uint8_t tag[static PROTECT_TAG_MAX], struct err *err)
{
	const struct hmac *hmac = state;
	uint8_t counter[4];
	size_t tag_len;

	put_u32(counter, seqnr);
	if (!hash_on(hmac->hash, hmac->inner,
	    bytes_of(counter, sizeof(counter)), bytes_of(p, len), tag,
	    &tag_len) ||
	    !hash_on(hmac->hash, hmac->outer, bytes_of(tag, tag_len),
	    (struct bytes){ 0 }, tag, &tag_len))
		return err_set(err, ERR_CRYPTO, "packet MAC");
	return true;
}

static const struct mac_ops hmac_ops = {
	.new = hmac_new,
	.free = hmac_free,
	.compute = hmac_compute,
};

const struct mac_alg mac_hmac_sha2_256 = {
	.name = "hmac-sha2-256", .hash = DIGEST_SHA256,
	.key_len = 32, .tag_len = 32, .ops = &hmac_ops,
};

const struct mac_alg mac_hmac_sha2_512 = {
	.name = "hmac-sha2-512", .hash = DIGEST_SHA512,
	.key_len = 64, .tag_len = 64, .ops = &hmac_ops,
};

const struct mac_alg mac_hmac_sha1 = {
	.name = "hmac-sha1", .hash = DIGEST_SHA1,
	.key_len = 20, .tag_len = 20, .ops = &hmac_ops,
};

const struct mac_alg mac_hmac_sha2_256_etm = {
	.name = "hmac-sha2-256-etm@openssh.com", .hash = DIGEST_SHA256,
	.key_len = 32, .tag_len = 32, .is_etm = true, .ops = &hmac_ops,
};

const struct mac_alg mac_hmac_sha2_512_etm = {
	.name = "hmac-sha2-512-etm@openssh.com", .hash = DIGEST_SHA512,
	.key_len = 64, .tag_len = 64, .is_etm = true, .ops = &hmac_ops,
};

const struct mac_alg mac_hmac_sha1_etm = {
	.name = "hmac-sha1-etm@openssh.com", .hash = DIGEST_SHA1,
	.key_len = 20, .tag_len = 20, .is_etm = true, .ops = &hmac_ops,
};
