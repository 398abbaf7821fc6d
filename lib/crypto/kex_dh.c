/* SPDX-License-Identifier: ISC */
/*
 * Finite-field Diffie-Hellman: fixed groups (RFC 4253 8, 8268) and group
 * exchange (RFC 4419). BIGNUM rather than EVP_PKEY: the latter checks the
 * peer's value with one more exponentiation by the whole order, and chooses
 * the length of the exponent itself.
 */
#include <assert.h>

#include "lib/crypto/kex_groups.h"
#include "lib/crypto/kex_methods.h"
#include "lib/crypto/openssl.h"
#include "lib/crypto/random.h"

/* RFC 4419 6.2, 8268 3: twice the strength; 256 bits is our strongest. */
#define EXPONENT_LEN	64
#define PRIME_MIN_BITS	2048	/* RFC 9142 1.1 */
#define PRIME_MAX_BITS	8192	/* RFC 4419 3 */
#define PUBLIC_BITS_SET	4	/* a value with fewer is a probe */

struct dh {
	BN_CTX *ctx;
	BN_MONT_CTX *mont;
	BIGNUM *p, *g, *e, *f, *x, *k;
};

static void
dh_clear(struct dh *dh)
{
	BN_MONT_CTX_free(dh->mont);
	BN_free(dh->p);
	BN_free(dh->g);
	BN_free(dh->e);
	BN_free(dh->f);
	BN_clear_free(dh->x);
	BN_clear_free(dh->k);
	BN_CTX_free(dh->ctx);
}

static BIGNUM *
number(struct bytes magnitude)
{
	return BN_bin2bn(magnitude.p, (int)magnitude.len, NULL);
}

static bool
dh_init(struct dh *dh, const struct kex_group *group, struct bytes e,
    struct err *err)
{
	*dh = (struct dh){ 0 };
	if (group->p.len > PRIME_MAX_BITS / 8 || e.len > PRIME_MAX_BITS / 8 ||
	    group->g.len > PRIME_MAX_BITS / 8)
		return err_set(err, ERR_RANGE, "DH group or public value");
	if ((dh->ctx = BN_CTX_secure_new()) == NULL ||
	    (dh->mont = BN_MONT_CTX_new()) == NULL ||
	    (dh->p = number(group->p)) == NULL ||
	    (dh->g = number(group->g)) == NULL ||
	    (dh->e = number(e)) == NULL || (dh->f = BN_new()) == NULL ||
	    (dh->x = BN_new()) == NULL || (dh->k = BN_new()) == NULL)
		return err_set(err, ERR_NOMEM, "DH");
	return true;
}

/* 1 < n < p - 1. */
static bool
is_inside(const BIGNUM *n, const BIGNUM *p)
{
	BIGNUM *top = BN_dup(p);
	bool inside;

	inside = top != NULL && BN_sub_word(top, 1) == 1 &&
	    BN_cmp(n, BN_value_one()) > 0 && BN_cmp(n, top) < 0;
	BN_free(top);
	return inside;
}

static bool
group_is_sound(const struct dh *dh)
{
	return BN_is_odd(dh->p) && BN_num_bits(dh->p) >= PRIME_MIN_BITS &&
	    is_inside(dh->g, dh->p);
}

static bool
public_is_sound(const BIGNUM *n, const BIGNUM *p)
{
	int bits_set = 0;

	for (int i = 0; i < BN_num_bits(n); i++)
		bits_set += BN_is_bit_set(n, i);
	return bits_set >= PUBLIC_BITS_SET && is_inside(n, p);
}

/* x of full length: its top bit is set, so that timing tells nothing. */
static bool
choose_exponent(struct dh *dh, struct err *err)
{
	uint8_t bytes[EXPONENT_LEN];
	bool ok;

	if (!random_bytes(bytes, sizeof(bytes), err))
		return false;
	bytes[0] |= 0x80;
	ok = BN_bin2bn(bytes, sizeof(bytes), dh->x) != NULL;
	OPENSSL_cleanse(bytes, sizeof(bytes));
	BN_set_flags(dh->x, BN_FLG_CONSTTIME);
	return ok ? true : err_set(err, ERR_NOMEM, "DH");
}

static bool
power(struct dh *dh, BIGNUM *result, const BIGNUM *base)
{
	return BN_mod_exp_mont_consttime(result, base, dh->x, dh->p, dh->ctx,
	    dh->mont) == 1;
}

/* Writes f and K of a computed exchange. */
static bool
dh_result(const struct dh *dh, struct kex_result *out, struct err *err)
{
	uint8_t k[PRIME_MAX_BITS / 8];
	int len = BN_num_bytes(dh->p);
	bool ok;

	assert((size_t)len <= sizeof(k));
	out->server_public_len = (size_t)BN_bn2bin(dh->f, out->server_public);
	ok = BN_bn2binpad(dh->k, k, len) == len ?
	    kex_shared_mpint(&out->shared, bytes_of(k, (size_t)len), err) :
	    err_set(err, ERR_CRYPTO, "DH");
	OPENSSL_cleanse(k, sizeof(k));
	return ok;
}

static bool
dh_exchange(const struct kex_group *group, struct bytes e,
    struct kex_result *out, struct err *err)
{
	struct dh dh;
	bool ok = false;

	if (!dh_init(&dh, group, e, err))
		goto out;
	if (!group_is_sound(&dh)) {
		err_set(err, ERR_RANGE, "DH group");
		goto out;
	}
	if (!public_is_sound(dh.e, dh.p)) {
		err_set(err, ERR_DENIED, "DH public value");
		goto out;
	}
	if (!choose_exponent(&dh, err))
		goto out;
	if (BN_MONT_CTX_set(dh.mont, dh.p, dh.ctx) != 1 ||
	    !power(&dh, dh.f, dh.g) || !power(&dh, dh.k, dh.e) ||
	    !is_inside(dh.f, dh.p) || !is_inside(dh.k, dh.p)) {
		err_set(err, ERR_CRYPTO, "DH");
		goto out;
	}
	ok = dh_result(&dh, out, err);
 out:
	dh_clear(&dh);
	return ok;
}

static bool
group_respond(const struct kex_alg *alg, const void *detail,
    const struct kex_group *group, struct bytes client_public,
    struct kex_result *out, struct err *err)
{
	(void)alg;
	(void)group;
	*out = (struct kex_result){ 0 };
	return dh_exchange(detail, client_public, out, err);
}

static bool
gex_respond(const struct kex_alg *alg, const void *detail,
    const struct kex_group *group, struct bytes client_public,
    struct kex_result *out, struct err *err)
{
	(void)alg;
	(void)detail;
	assert(group != NULL);
	*out = (struct kex_result){ 0 };
	return dh_exchange(group, client_public, out, err);
}

const struct kex_method kex_group14 = { group_respond, &kex_group_2048 };
const struct kex_method kex_group16 = { group_respond, &kex_group_4096 };
const struct kex_method kex_group18 = { group_respond, &kex_group_8192 };
const struct kex_method kex_gex = { gex_respond, NULL };
