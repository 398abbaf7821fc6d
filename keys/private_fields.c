/* SPDX-License-Identifier: ISC */
#include "keys/private_fields.h"

#include <stdlib.h>

#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

#include <openssl/bn.h>

#define RSA_NUMBER_MAX	(RSA_BITS_MAX / 8)
#define RSA_FIELDS	6	/* d, p, q, dp, dq, qinv */

void
private_parts_clear(struct private_parts *parts)
{
	pubkey_free(parts->public);
	secret_clear(&parts->fields);
	free(parts->comment);
	parts->public = NULL;
	parts->comment = NULL;
}

/* ---- numbers to fields -------------------------------------------------- */

bool
private_fields_ed25519(struct bytes seed, struct secret *out, struct err *err)
{
	struct writer w;

	if (seed.len != ED25519_SEED_LEN)
		return err_set(err, ERR_FORMAT, "Ed25519 private key");
	if (!secret_init(out, 4 + seed.len, err))
		return false;
	w = wr_init(out->p, out->len);
	wr_string(&w, seed);
	return true;
}

bool
private_fields_device(uint8_t flags, struct bytes handle, struct secret *out,
    struct err *err)
{
	struct writer w;

	if (handle.len == 0 || handle.len > DEVICE_HANDLE_MAX)
		return err_set(err, ERR_FORMAT, "handle of a security key");
	if (!secret_init(out, 1 + 4 + handle.len, err))
		return false;
	w = wr_init(out->p, out->len);
	wr_u8(&w, flags);
	wr_string(&w, handle);
	return true;
}

/* mpint of a magnitude; its size is exact. */
static size_t
mpint_len(struct bytes magnitude)
{
	return 4 + magnitude.len + (magnitude.p[0] >> 7);
}

bool
private_fields_ecdsa(struct bytes d, struct secret *out, struct err *err)
{
	struct writer w;

	if (d.len == 0 || d.len > EC_SCALAR_MAX || d.p[0] == 0)
		return err_set(err, ERR_FORMAT, "ECDSA private key");
	if (!secret_init(out, mpint_len(d), err))
		return false;
	w = wr_init(out->p, out->len);
	wr_mpint(&w, d);
	return true;
}

struct rsa_numbers {
	BN_CTX *ctx;
	BIGNUM *n, *d, *p, *q, *dp, *dq, *qinv, *work;
};

static void
rsa_numbers_clear(struct rsa_numbers *rsa)
{
	BN_free(rsa->n);
	BN_clear_free(rsa->d);
	BN_clear_free(rsa->p);
	BN_clear_free(rsa->q);
	BN_clear_free(rsa->dp);
	BN_clear_free(rsa->dq);
	BN_clear_free(rsa->qinv);
	BN_clear_free(rsa->work);
	BN_CTX_free(rsa->ctx);
}

static BIGNUM *
secret_number(struct bytes magnitude)
{
	BIGNUM *bn = BN_new();

	if (bn == NULL)
		return NULL;
	BN_set_flags(bn, BN_FLG_CONSTTIME);
	if (BN_bin2bn(magnitude.p, (int)magnitude.len, bn) == NULL) {
		BN_clear_free(bn);
		return NULL;
	}
	return bn;
}

static bool
rsa_numbers_init(struct rsa_numbers *rsa, struct bytes n, struct bytes d,
    struct bytes p, struct bytes q)
{
	static const struct bytes zero;

	*rsa = (struct rsa_numbers){
		.ctx = BN_CTX_new(),
		.n = BN_bin2bn(n.p, (int)n.len, NULL),
		.d = secret_number(d),
		.p = secret_number(p),
		.q = secret_number(q),
		.dp = secret_number(zero),
		.dq = secret_number(zero),
		.qinv = secret_number(zero),
		.work = secret_number(zero),
	};
	return rsa->ctx != NULL && rsa->n != NULL && rsa->d != NULL &&
	    rsa->p != NULL && rsa->q != NULL && rsa->dp != NULL &&
	    rsa->dq != NULL && rsa->qinv != NULL && rsa->work != NULL;
}

/* d mod (prime - 1) */
static bool
crt_exponent(struct rsa_numbers *rsa, const BIGNUM *prime, BIGNUM *out)
{
	return BN_sub(rsa->work, prime, BN_value_one()) == 1 &&
	    BN_mod(out, rsa->d, rsa->work, rsa->ctx) == 1;
}

static bool
rsa_complete(struct rsa_numbers *rsa)
{
	/* 1 would divide everything and make p - 1 a modulus of zero. */
	if (BN_is_one(rsa->p) || BN_is_one(rsa->q) ||
	    BN_mul(rsa->work, rsa->p, rsa->q, rsa->ctx) != 1 ||
	    BN_cmp(rsa->work, rsa->n) != 0 ||
	    BN_cmp(rsa->d, rsa->n) >= 0)
		return false;
	return crt_exponent(rsa, rsa->p, rsa->dp) &&
	    crt_exponent(rsa, rsa->q, rsa->dq) &&
	    BN_mod_inverse(rsa->qinv, rsa->q, rsa->p, rsa->ctx) != NULL;
}

static bool
rsa_write(const struct rsa_numbers *rsa, struct secret *out, struct err *err)
{
	const BIGNUM *const numbers[RSA_FIELDS] = {
		rsa->d, rsa->p, rsa->q, rsa->dp, rsa->dq, rsa->qinv,
	};
	uint8_t number[RSA_NUMBER_MAX];
	struct secret whole;
	struct writer w;
	bool ok;

	if (!secret_init(&whole, RSA_FIELDS * (RSA_NUMBER_MAX + 5), err))
		return false;
	w = wr_init(whole.p, whole.len);
	for (size_t i = 0; i < RSA_FIELDS; i++) {
		int len = BN_bn2binpad(numbers[i], number, sizeof(number));

		if (len < 0)
			w.full = true;
		wr_mpint(&w, bytes_of(number, len < 0 ? 0 : (size_t)len));
	}
	explicit_bzero(number, sizeof(number));
	ok = wr_end(&w, err) && secret_copy(out, wr_view(&w), err);
	secret_clear(&whole);
	return ok;
}

bool
private_fields_rsa(struct bytes n, struct bytes d, struct bytes p,
    struct bytes q, struct secret *out, struct err *err)
{
	struct rsa_numbers rsa;
	bool ok = false;

	if (n.len > RSA_NUMBER_MAX || d.len > RSA_NUMBER_MAX || d.len == 0 ||
	    p.len > RSA_NUMBER_MAX || p.len == 0 ||
	    q.len > RSA_NUMBER_MAX || q.len == 0)
		return err_set(err, ERR_FORMAT, "RSA private key");
	if (!rsa_numbers_init(&rsa, n, d, p, q))
		err_set(err, ERR_NOMEM, "RSA private key");
	else if (!rsa_complete(&rsa)) {
		ERR_clear_error();
		err_set(err, ERR_FORMAT, "RSA private key");
	} else
		ok = rsa_write(&rsa, out, err);
	rsa_numbers_clear(&rsa);
	return ok;
}

/* ---- fields to libcrypto ------------------------------------------------ */

static bool
evp_ed25519(struct bytes fields, EVP_PKEY **out, struct err *err)
{
	struct reader r = rd_init(fields);
	struct bytes seed = rd_string(&r, ED25519_SEED_LEN, "private key");

	if (!rd_end(&r, err))
		return false;
	*out = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL,
	    seed.p, seed.len);
	return *out != NULL || err_set(err, ERR_CRYPTO, "Ed25519 private key");
}

static bool
evp_ecdsa(const struct pubkey *public, struct bytes fields, EVP_PKEY **out,
    struct err *err)
{
	struct reader r = rd_init(fields);
	struct bytes d = rd_mpint(&r, EC_SCALAR_MAX, "private key");
	char group[EVP_GROUP_MAX];
	uint8_t number[EC_SCALAR_MAX];
	OSSL_PARAM params[4];
	bool ok;

	if (!rd_end(&r, err))
		return false;
	params[0] = evp_key_group(public->row->bits, group);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
	    (void *)(uintptr_t)public->point.p, public->point.len);
	params[2] = evp_key_number(OSSL_PKEY_PARAM_PRIV_KEY, d, number);
	params[3] = OSSL_PARAM_construct_end();
	ok = evp_key_make("EC", EVP_PKEY_KEYPAIR, params, out, err);
	explicit_bzero(number, sizeof(number));
	return ok;
}

static bool
evp_rsa(const struct pubkey *public, struct bytes fields, EVP_PKEY **out,
    struct err *err)
{
	static const char *const names[RSA_FIELDS] = {
		OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1,
		OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
	};
	OSSL_PARAM params[RSA_FIELDS + 3];
	uint8_t e[RSA_EXPONENT_BITS_MAX / 8], n[RSA_NUMBER_MAX];
	struct reader r = rd_init(fields);
	struct secret numbers;
	size_t used = 0;
	bool ok;

	/* A number is never longer here than as an mpint. */
	if (!secret_init(&numbers, fields.len, err))
		return false;
	for (size_t i = 0; i < RSA_FIELDS; i++) {
		struct bytes m = rd_mpint(&r, RSA_NUMBER_MAX, "private key");

		params[i] = evp_key_number(names[i], m, numbers.p + used);
		used += m.len;
	}
	params[RSA_FIELDS] = evp_key_number(OSSL_PKEY_PARAM_RSA_N,
	    public->rsa_n, n);
	params[RSA_FIELDS + 1] = evp_key_number(OSSL_PKEY_PARAM_RSA_E,
	    public->rsa_e, e);
	params[RSA_FIELDS + 2] = OSSL_PARAM_construct_end();
	ok = rd_end(&r, err) &&
	    evp_key_make("RSA", EVP_PKEY_KEYPAIR, params, out, err);
	secret_clear(&numbers);
	return ok;
}

static bool
evp_none(struct bytes fields, EVP_PKEY **out, struct err *err)
{
	struct reader r = rd_init(fields);

	(void)rd_u8(&r, "flags of a security key");
	(void)rd_string(&r, DEVICE_HANDLE_MAX, "handle of a security key");
	*out = NULL;
	return rd_end(&r, err);
}

bool
private_fields_evp(const struct pubkey *public, struct bytes fields,
    EVP_PKEY **out, struct err *err)
{
	switch (public->row->type) {
	case KEY_ED25519:
		return evp_ed25519(fields, out, err);
	case KEY_ECDSA:
		return evp_ecdsa(public, fields, out, err);
	case KEY_RSA:
		return evp_rsa(public, fields, out, err);
	case KEY_SK_ED25519:
	case KEY_SK_ECDSA:
		return evp_none(fields, out, err);
	}
	return err_set(err, ERR_FORMAT, "private key type");
}
