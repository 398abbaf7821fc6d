/* SPDX-License-Identifier: ISC */
#include "lib/crypto/umac.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "lib/crypto/cipher_core.h"
#include "lib/wire/writer.h"

#define AES_BLOCK	16
#define STREAM_TAG	4		/* what a stream adds to the tag */
#define STREAMS_MAX	(UMAC_TAG_MAX / STREAM_TAG)

/* L1: NH over chunks; each stream's key begins 16 bytes after the last. */
#define CHUNK_LEN	1024
#define NH_STEP		32		/* eight words of a chunk */
#define NH_SHIFT_WORDS	4
#define NH_KEY_LEN	(CHUNK_LEN + (STREAMS_MAX - 1) * 16)

/* L2: a polynomial over the integers modulo 2^64 - 59. */
#define P64_OFFSET	59
#define P64		(-(uint64_t)P64_OFFSET)
#define POLY_KEY_LEN	24		/* of which 8 serve up to 16 MiB */
#define POLY_KEY_MASK	UINT64_C(0x01ffffff01ffffff)
#define POLY_RANGE	UINT64_C(0xffffffff00000000)

/* L3: an inner product modulo 2^36 - 5. */
#define P36_OFFSET	5
#define P36		((UINT64_C(1) << 36) - P36_OFFSET)
#define INNER_KEY_LEN	64		/* eight factors ... */
#define INNER_COUNT	4		/* ... the first four meet zeros only */

/* Pads of neighbouring nonces are made at once: AES is a pipeline. */
#define PAD_BLOCKS	16

/* Indices of key derivation, RFC 4418 3.2.1. */
enum { KDF_PAD, KDF_NH, KDF_POLY, KDF_INNER, KDF_MASK };

struct stream {
	uint64_t poly;
	uint64_t inner[INNER_COUNT];
	uint32_t mask;
};

struct umac {
	size_t streams;
	struct stream stream[STREAMS_MAX];
	uint32_t nh[NH_KEY_LEN / 4];
	struct cipher_core pad_cipher;
	bool has_pads;
	uint8_t pads_for[AES_BLOCK];	/* the first nonce of pads */
	uint8_t pads[PAD_BLOCKS * AES_BLOCK];
};

/* ---- keys: RFC 4418 3 and 4.2 -------------------------------------------- */

/* len: whole blocks. */
static bool
kdf(struct cipher_core *cipher, uint8_t index, uint8_t *out, size_t len)
{
	memset(out, 0, len);
	for (size_t i = 0; i < len; i += AES_BLOCK) {
		out[i + 7] = index;
		out[i + 15] = (uint8_t)(i / AES_BLOCK + 1);
	}
	return cipher_core_run(cipher, out, out, len);
}

static uint32_t
get_be32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static uint64_t
get_be64(const uint8_t *p)
{
	return (uint64_t)get_be32(p) << 32 | get_be32(p + 4);
}

static void
stream_take_inner(struct stream *s, const uint8_t *key)
{
	key += INNER_KEY_LEN - INNER_COUNT * 8;
	for (size_t i = 0; i < INNER_COUNT; i++)
		s->inner[i] = get_be64(key + 8 * i) % P36;
}

static bool
derive_keys(struct umac *u, struct cipher_core *cipher)
{
	uint8_t buf[NH_KEY_LEN];
	size_t n = u->streams;
	bool ok;

	if ((ok = kdf(cipher, KDF_NH, buf, CHUNK_LEN + (n - 1) * 16))) {
		for (size_t i = 0; i < ARRAY_LEN(u->nh); i++)
			u->nh[i] = get_be32(buf + 4 * i);
	}
	if (ok && (ok = kdf(cipher, KDF_POLY, buf, n * POLY_KEY_LEN))) {
		for (size_t i = 0; i < n; i++)
			u->stream[i].poly = get_be64(buf + i * POLY_KEY_LEN) &
			    POLY_KEY_MASK;
	}
	if (ok && (ok = kdf(cipher, KDF_INNER, buf, n * INNER_KEY_LEN))) {
		for (size_t i = 0; i < n; i++)
			stream_take_inner(&u->stream[i],
			    buf + i * INNER_KEY_LEN);
	}
	if (ok && (ok = kdf(cipher, KDF_MASK, buf, AES_BLOCK))) {
		for (size_t i = 0; i < n; i++)
			u->stream[i].mask = get_be32(buf + 4 * i);
	}
	OPENSSL_cleanse(buf, sizeof(buf));
	return ok;
}

static bool
aes_init(struct cipher_core *cipher, const uint8_t *key)
{
	return cipher_core_init(cipher, "AES-128-ECB",
	    bytes_of(key, UMAC_KEY_LEN), (struct bytes){ 0 }, true);
}

static bool
keys_init(struct umac *u, const uint8_t *key)
{
	uint8_t pad_key[UMAC_KEY_LEN];
	struct cipher_core cipher;
	bool ok;

	if (!aes_init(&cipher, key))
		return false;
	ok = derive_keys(u, &cipher) &&
	    kdf(&cipher, KDF_PAD, pad_key, sizeof(pad_key)) &&
	    aes_init(&u->pad_cipher, pad_key);
	cipher_core_clear(&cipher);
	OPENSSL_cleanse(pad_key, sizeof(pad_key));
	return ok;
}

bool
umac_new(struct umac **out, const uint8_t key[static UMAC_KEY_LEN],
    size_t tag_len, struct err *err)
{
	struct umac *u;

	assert(tag_len == 8 || tag_len == 16);
	if ((u = calloc(1, sizeof(*u))) == NULL)
		return err_set(err, ERR_NOMEM, "umac");
	u->streams = tag_len / STREAM_TAG;
	if (!keys_init(u, key)) {
		umac_free(u);
		return err_set(err, ERR_CRYPTO, "umac");
	}
	*out = u;
	return true;
}

void
umac_free(struct umac *umac)
{
	if (umac == NULL)
		return;
	cipher_core_clear(&umac->pad_cipher);
	OPENSSL_cleanse(umac, sizeof(*umac));
	free(umac);
}

/* ---- L1: RFC 4418 5.2 ---------------------------------------------------- */

/* len: a multiple of NH_STEP. */
#ifdef __SSE2__
static uint64_t
nh(const uint32_t *key, const uint8_t *p, size_t len)
{
	__m128i sum = _mm_setzero_si128();
	uint64_t half[2];

	for (size_t i = 0; i < len; i += NH_STEP, key += NH_STEP / 4) {
		__m128i a = _mm_add_epi32(
		    _mm_loadu_si128((const __m128i *)(p + i)),
		    _mm_loadu_si128((const __m128i *)key));
		__m128i b = _mm_add_epi32(
		    _mm_loadu_si128((const __m128i *)(p + i + 16)),
		    _mm_loadu_si128((const __m128i *)(key + 4)));

		/* even words, then odd ones */
		sum = _mm_add_epi64(sum, _mm_mul_epu32(a, b));
		sum = _mm_add_epi64(sum, _mm_mul_epu32(_mm_srli_epi64(a, 32),
		    _mm_srli_epi64(b, 32)));
	}
	_mm_storeu_si128((__m128i *)half, sum);
	return half[0] + half[1];
}
#else
static uint64_t
nh(const uint32_t *key, const uint8_t *p, size_t len)
{
	uint64_t sum[4] = { 0 };

	for (size_t i = 0; i < len; i += NH_STEP, key += NH_STEP / 4) {
		uint32_t m[NH_STEP / 4];

		memcpy(m, p + i, sizeof(m));
		for (size_t j = 0; j < 4; j++)
			sum[j] += (uint64_t)(le32toh(m[j]) + key[j]) *
			    (le32toh(m[j + 4]) + key[j + 4]);
	}
	return sum[0] + sum[1] + sum[2] + sum[3];
}
#endif

/* NH of a chunk that is filled up with zeros, and the length in bits. */
static uint64_t
l1_chunk(const uint32_t *key, const uint8_t *p, size_t len)
{
	size_t whole = len - len % NH_STEP;
	uint8_t last[NH_STEP] = { 0 };
	uint64_t sum = nh(key, p, whole);

	if (whole != len) {
		memcpy(last, p + whole, len - whole);
		sum += nh(key + whole / 4, last, sizeof(last));
	} else if (len == 0)
		sum += nh(key, last, sizeof(last));
	return sum + 8 * len;
}

/* ---- L2: RFC 4418 5.3 ---------------------------------------------------- */

/* Modulo 2^64 - 59, not reduced; a + b must stay below 2^65 - 59. */
static uint64_t
p64_add(uint64_t a, uint64_t b)
{
	uint64_t sum = a + b;

	return sum + (sum < a ? P64_OFFSET : 0);
}

/* The mask of the key keeps every partial sum below 2^64. */
static uint64_t
p64_mul(uint64_t key, uint64_t y)
{
	uint64_t k0 = (uint32_t)key, k1 = key >> 32;
	uint64_t y0 = (uint32_t)y, y1 = y >> 32;
	uint64_t middle = k0 * y1 + k1 * y0;
	uint64_t low = k0 * y0, high = k1 * y1 + (middle >> 32);

	/* 2^64 is 59 here */
	low = p64_add(low, middle << 32);
	return p64_add(low, high * P64_OFFSET);
}

/* The branch is taken once in 2^32 chunks, whatever the message. */
static uint64_t
poly_step(uint64_t key, uint64_t y, uint64_t m)
{
	y = p64_mul(key, y);
	if (m < POLY_RANGE)
		return p64_add(y, m);
	y = p64_mul(key, p64_add(y, P64 - 1));
	return p64_add(y, m - P64_OFFSET);
}

static uint64_t
l2(uint64_t key, const uint32_t *nh_key, struct bytes message)
{
	uint64_t y = 1;

	for (size_t at = 0; at < message.len; at += CHUNK_LEN)
		y = poly_step(key, y, l1_chunk(nh_key, message.p + at,
		    MIN(message.len - at, CHUNK_LEN)));
	return y >= P64 ? y - P64 : y;
}

/* ---- L3: RFC 4418 5.4 ---------------------------------------------------- */

static uint32_t
l3(const struct stream *s, uint64_t hash)
{
	const uint64_t low36 = (UINT64_C(1) << 36) - 1;
	uint64_t y = 0;

	for (size_t i = 0; i < INNER_COUNT; i++)
		y += (hash >> (48 - 16 * i) & 0xffff) * s->inner[i];
	/* y < 2^54: 2^36 is 5 here, and twice is enough */
	y = (y & low36) + (y >> 36) * P36_OFFSET;
	y = (y & low36) + (y >> 36) * P36_OFFSET;
	if (y >= P36)
		y -= P36;
	return (uint32_t)y ^ s->mask;
}

static uint32_t
stream_hash(const struct umac *u, size_t i, struct bytes message)
{
	const struct stream *s = &u->stream[i];
	const uint32_t *nh_key = u->nh + NH_SHIFT_WORDS * i;

	return l3(s, message.len <= CHUNK_LEN ?
	    l1_chunk(nh_key, message.p, message.len) :
	    l2(s->poly, nh_key, message));
}

/* ---- pads: RFC 4418 3.3.1 ------------------------------------------------ */

static bool
make_pads(struct umac *u, const uint8_t first[static AES_BLOCK], size_t last,
    size_t step)
{
	u->has_pads = false;
	for (size_t i = 0; i < PAD_BLOCKS; i++) {
		uint8_t *block = u->pads + i * AES_BLOCK;

		memcpy(block, first, AES_BLOCK);
		block[last] |= (uint8_t)(i * step);
	}
	if (!cipher_core_run(&u->pad_cipher, u->pads, u->pads,
	    sizeof(u->pads)))
		return false;
	memcpy(u->pads_for, first, AES_BLOCK);
	u->has_pads = true;
	return true;
}

/*
 * A short tag takes half a block: the lowest bit of the nonce says which.
 * The bits above it count the blocks that are made at once.
 */
static const uint8_t *
pad_of(struct umac *u, struct bytes nonce)
{
	size_t tag_len = u->streams * STREAM_TAG, step = AES_BLOCK / tag_len;
	size_t last = nonce.len - 1, in_run = nonce.p[last] %
	    (PAD_BLOCKS * step);
	uint8_t first[AES_BLOCK] = { 0 };

	memcpy(first, nonce.p, nonce.len);
	first[last] = (uint8_t)(first[last] - in_run);
	if ((!u->has_pads || memcmp(first, u->pads_for, AES_BLOCK) != 0) &&
	    !make_pads(u, first, last, step))
		return NULL;
	/* half blocks lie in the order of their nonces */
	return u->pads + in_run * tag_len;
}

bool
umac_tag(struct umac *umac, struct bytes nonce, struct bytes message,
    uint8_t *tag, struct err *err)
{
	const uint8_t *pad;

	assert(nonce.len >= 1 && nonce.len <= UMAC_NONCE_MAX &&
	    message.len <= UMAC_MESSAGE_MAX);
	if ((pad = pad_of(umac, nonce)) == NULL)
		return err_set(err, ERR_CRYPTO, "umac");
	for (size_t i = 0; i < umac->streams; i++)
		put_u32(tag + STREAM_TAG * i, stream_hash(umac, i, message) ^
		    get_be32(pad + STREAM_TAG * i));
	return true;
}
