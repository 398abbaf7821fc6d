/* SPDX-License-Identifier: ISC */
#include "lib/crypto/sntrup761.h"

#include <string.h>

#include "lib/base/bytes.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/sntrup761_code.h"
#include "lib/crypto/sntrup761_invert.h"
#include "lib/crypto/sntrup761_ring.h"
#include "lib/crypto/sntrup761_sort.h"

enum {
	P = SNTRUP761_P, W = SNTRUP761_W,
	HASH_LEN = 32,		/* SHA-512 cut in half */
	SMALL_LEN = SNTRUP761_SMALL_LEN,
	ROUNDED_LEN = SNTRUP761_ROUNDED_LEN,
	/* Where the parts of a secret key begin. */
	SECRET_F = 0,
	SECRET_V = SECRET_F + SMALL_LEN,
	SECRET_PUBLIC = SECRET_V + SMALL_LEN,
	SECRET_RHO = SECRET_PUBLIC + SNTRUP761_PUBLIC_LEN,
	SECRET_CACHE = SECRET_RHO + SMALL_LEN,
};

_Static_assert(SECRET_CACHE + HASH_LEN == SNTRUP761_SECRET_LEN, "secret key");
_Static_assert(SNTRUP761_RQ_LEN == SNTRUP761_PUBLIC_LEN, "public key");
_Static_assert(ROUNDED_LEN + HASH_LEN == SNTRUP761_CIPHERTEXT_LEN,
    "ciphertext");

/* The byte before what is hashed tells the uses apart. */
enum prefix {
	PREFIX_SESSION_REJECTED = 0,
	PREFIX_SESSION = 1,
	PREFIX_CONFIRM = 2,
	PREFIX_SMALL = 3,
	PREFIX_PUBLIC = 4,
};

static MUST_CHECK bool
hash(uint8_t prefix, struct bytes a, struct bytes b,
    uint8_t out[static HASH_LEN], struct err *err)
{
	uint8_t whole[DIGEST_MAX];
	struct digest d;
	bool ok;

	ok = digest_init(&d, DIGEST_SHA512, err) &&
	    digest_update(&d, bytes_of(&prefix, 1), err) &&
	    digest_update(&d, a, err) && digest_update(&d, b, err) &&
	    digest_final(&d, whole, err);
	digest_clear(&d);
	if (ok)
		memcpy(out, whole, HASH_LEN);
	explicit_bzero(whole, sizeof(whole));
	return ok;
}

/* A stream of words, as the specification's generators draw them. */
struct words {
	uint8_t bytes[4 * P];
	uint32_t sorted[SNTRUP761_SORT_COUNT];
};

static uint32_t
word_at(const struct words *words, size_t i)
{
	const uint8_t *p = words->bytes + 4 * i;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

/* Coefficients -1, 0, 1, each from 30 bits of a word. */
static MUST_CHECK bool
draw_small(struct sntrup761_poly *poly, sntrup761_random *random, void *arg,
    struct err *err)
{
	struct words words;

	memset(poly, 0, sizeof(*poly));
	if (!random(arg, words.bytes, sizeof(words.bytes)))
		return err_set(err, ERR_CRYPTO, "random bytes");
	for (size_t i = 0; i < P; i++)
		poly->c[i] = (int16_t)(((word_at(&words, i) & 0x3fffffff) *
		    3 >> 30) - 1);
	explicit_bzero(&words, sizeof(words));
	return true;
}

/*
 * W coefficients of -1 or 1 at places that a sort decides: the two lowest
 * bits of a word carry the coefficient, the others where it goes.
 */
static MUST_CHECK bool
draw_short(struct sntrup761_poly *poly, sntrup761_random *random, void *arg,
    struct err *err)
{
	struct words words;

	memset(poly, 0, sizeof(*poly));
	if (!random(arg, words.bytes, sizeof(words.bytes)))
		return err_set(err, ERR_CRYPTO, "random bytes");
	for (size_t i = 0; i < W; i++)
		words.sorted[i] = word_at(&words, i) & ~(uint32_t)1;
	for (size_t i = W; i < P; i++)
		words.sorted[i] = (word_at(&words, i) & ~(uint32_t)3) | 1;
	for (size_t i = P; i < SNTRUP761_SORT_COUNT; i++)
		words.sorted[i] = UINT32_MAX;	/* above all the others */
	sntrup761_sort(words.sorted);
	for (size_t i = 0; i < P; i++)
		poly->c[i] = (int16_t)((words.sorted[i] & 3) - 1);
	explicit_bzero(&words, sizeof(words));
	return true;
}

/* What both sides compute from a short r; `small` is r as bytes. */
struct hidden {
	struct sntrup761_poly h, product;
	uint8_t small[SMALL_LEN];
	uint8_t small_hash[HASH_LEN];
};

/* The ciphertext that hides r, with its confirmation. */
static MUST_CHECK bool
hide(struct hidden *hidden, const struct sntrup761_poly *r,
    const uint8_t public[static SNTRUP761_PUBLIC_LEN],
    const uint8_t cache[static HASH_LEN],
    uint8_t ciphertext[static SNTRUP761_CIPHERTEXT_LEN],
    struct err *err)
{
	sntrup761_build_small(hidden->small, r);
	sntrup761_parse_rq(&hidden->h, public);
	sntrup761_multiply(&hidden->product, &hidden->h, r);
	sntrup761_round(&hidden->product);
	sntrup761_build_rounded(ciphertext, &hidden->product);
	return hash(PREFIX_SMALL,
	    (struct bytes){ hidden->small, SMALL_LEN }, (struct bytes){ 0 },
	    hidden->small_hash, err) &&
	    hash(PREFIX_CONFIRM,
	    (struct bytes){ hidden->small_hash, HASH_LEN },
	    (struct bytes){ cache, HASH_LEN }, ciphertext + ROUNDED_LEN, err);
}

bool
sntrup761_encaps(const uint8_t public[static SNTRUP761_PUBLIC_LEN],
    uint8_t ciphertext[static SNTRUP761_CIPHERTEXT_LEN],
    uint8_t shared[static SNTRUP761_SHARED_LEN],
    sntrup761_random *random, void *arg, struct err *err)
{
	struct sntrup761_poly r;
	struct hidden hidden;
	uint8_t cache[HASH_LEN];
	bool ok;

	ok = draw_short(&r, random, arg, err) &&
	    hash(PREFIX_PUBLIC,
	    (struct bytes){ public, SNTRUP761_PUBLIC_LEN },
	    (struct bytes){ 0 }, cache, err) &&
	    hide(&hidden, &r, public, cache, ciphertext, err) &&
	    hash(PREFIX_SESSION,
	    (struct bytes){ hidden.small_hash, HASH_LEN },
	    (struct bytes){ ciphertext, SNTRUP761_CIPHERTEXT_LEN },
	    shared, err);
	explicit_bzero(&r, sizeof(r));
	explicit_bzero(&hidden, sizeof(hidden));
	return ok;
}

struct key_parts {
	struct sntrup761_poly f, g, v, h;
};

/* A g without a reciprocal modulo 3 is thrown away: that is no secret. */
static MUST_CHECK bool
draw_key(struct key_parts *k, sntrup761_random *random, void *arg,
    struct err *err)
{
	do {
		if (!draw_small(&k->g, random, arg, err))
			return false;
	} while (!sntrup761_invert_mod3(&k->v, &k->g));
	if (!draw_short(&k->f, random, arg, err))
		return false;
	sntrup761_invert_triple(&k->h, &k->f);
	sntrup761_multiply(&k->h, &k->h, &k->g);
	return true;
}

bool
sntrup761_keygen(uint8_t public[static SNTRUP761_PUBLIC_LEN],
    uint8_t secret[static SNTRUP761_SECRET_LEN],
    sntrup761_random *random, void *arg, struct err *err)
{
	struct key_parts k;
	bool ok = false;

	if (!draw_key(&k, random, arg, err))
		goto out;
	sntrup761_build_rq(public, &k.h);
	sntrup761_build_small(secret + SECRET_F, &k.f);
	sntrup761_build_small(secret + SECRET_V, &k.v);
	memcpy(secret + SECRET_PUBLIC, public, SNTRUP761_PUBLIC_LEN);
	if (!random(arg, secret + SECRET_RHO, SMALL_LEN)) {
		err_set(err, ERR_CRYPTO, "random bytes");
		goto out;
	}
	ok = hash(PREFIX_PUBLIC,
	    (struct bytes){ public, SNTRUP761_PUBLIC_LEN },
	    (struct bytes){ 0 }, secret + SECRET_CACHE, err);
 out:
	explicit_bzero(&k, sizeof(k));
	if (!ok)
		explicit_bzero(secret, SNTRUP761_SECRET_LEN);
	return ok;
}

/*
 * r from the rounded product: r itself if the result has weight W, else a
 * fixed polynomial of weight W, chosen without a branch.
 */
static void
reveal(struct sntrup761_poly *r, const uint8_t *ciphertext,
    const uint8_t *secret)
{
	struct sntrup761_poly a, small;
	uint32_t weight = 0, wrong;

	sntrup761_parse_rounded(&a, ciphertext);
	sntrup761_parse_small(&small, secret + SECRET_F);
	sntrup761_multiply(&a, &a, &small);
	sntrup761_triple(&a);
	sntrup761_mod3(&a);
	sntrup761_parse_small(&small, secret + SECRET_V);
	sntrup761_multiply(r, &a, &small);
	sntrup761_mod3(r);
	for (size_t i = 0; i < P; i++)
		weight += (uint32_t)(r->c[i] & 1);
	wrong = pq_hide(-(((weight ^ W) + 0xffff) >> 16));
	for (size_t i = 0; i < P; i++)
		r->c[i] = (int16_t)((r->c[i] & ~wrong) |
		    ((i < W ? 1 : 0) & wrong));
	explicit_bzero(&a, sizeof(a));
	explicit_bzero(&small, sizeof(small));
}

/* All ones if the two differ, else 0. */
static uint32_t
differ(const uint8_t *a, const uint8_t *b, size_t len)
{
	uint32_t diff = 0;

	for (size_t i = 0; i < len; i++)
		diff |= a[i] ^ b[i];
	return pq_hide(-((diff + 0xff) >> 8));
}

bool
sntrup761_decaps(const uint8_t secret[static SNTRUP761_SECRET_LEN],
    const uint8_t ciphertext[static SNTRUP761_CIPHERTEXT_LEN],
    uint8_t shared[static SNTRUP761_SHARED_LEN], struct err *err)
{
	struct sntrup761_poly r;
	struct hidden hidden;
	uint8_t again[SNTRUP761_CIPHERTEXT_LEN];
	uint32_t wrong;
	bool ok = false;

	reveal(&r, ciphertext, secret);
	if (!hide(&hidden, &r, secret + SECRET_PUBLIC, secret + SECRET_CACHE,
	    again, err))
		goto out;
	/*
	 * Rejection is implicit: the key then comes from rho, under a prefix
	 * of its own, at the same cost.
	 */
	wrong = differ(again, ciphertext, sizeof(again));
	for (size_t i = 0; i < SMALL_LEN; i++)
		hidden.small[i] ^= (uint8_t)(wrong &
		    (hidden.small[i] ^ secret[SECRET_RHO + i]));
	ok = hash(PREFIX_SMALL,
	    (struct bytes){ hidden.small, SMALL_LEN }, (struct bytes){ 0 },
	    hidden.small_hash, err) &&
	    hash((uint8_t)(PREFIX_SESSION + wrong),
	    (struct bytes){ hidden.small_hash, HASH_LEN },
	    (struct bytes){ ciphertext, SNTRUP761_CIPHERTEXT_LEN },
	    shared, err);
 out:
	explicit_bzero(&r, sizeof(r));
	explicit_bzero(&hidden, sizeof(hidden));
	explicit_bzero(again, sizeof(again));
	return ok;
}
