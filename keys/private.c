/* SPDX-License-Identifier: ISC */
#include "keys/private.h"

#include "keys/private_fields.h"
#include "keys/private_openssh.h"
#include "keys/private_pem.h"
#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

#include <openssl/ec.h>

#define RSA_SIG_MAX	(RSA_BITS_MAX / 8)
#define ECDSA_SIG_MAX	(2 * (EC_SCALAR_MAX + 5))	/* two mpints */

struct private_key {
	struct private_parts parts;
	EVP_PKEY *evp;
};

void
private_key_free(struct private_key *key)
{
	if (key == NULL)
		return;
	private_parts_clear(&key->parts);
	EVP_PKEY_free(key->evp);
	free(key);
}

const struct pubkey *
private_key_public(const struct private_key *key)
{
	return key->parts.public;
}

const char *
private_key_comment(const struct private_key *key)
{
	return key->parts.comment == NULL ? "" : key->parts.comment;
}

/* Moves parts into *out; on failure they are cleared. */
static bool
key_new(struct private_parts *parts, struct private_key **out,
    struct err *err)
{
	struct private_key *key = calloc(1, sizeof(*key));

	if (key == NULL) {
		private_parts_clear(parts);
		return err_set(err, ERR_NOMEM, "private key");
	}
	key->parts = *parts;
	*parts = (struct private_parts){ 0 };
	if (!private_fields_evp(key->parts.public,
	    secret_bytes(&key->parts.fields), &key->evp, err)) {
		private_key_free(key);
		return false;
	}
	*out = key;
	return true;
}

bool
private_key_device(const struct private_key *key, struct private_device *out)
{
	struct reader r = rd_init(secret_bytes(&key->parts.fields));

	if (key->evp != NULL)
		return false;
	out->flags = rd_u8(&r, "flags");
	out->handle = rd_string(&r, DEVICE_HANDLE_MAX, "handle");
	return true;
}

/* ---- files -------------------------------------------------------------- */

static const struct sig_alg_row *
any_algorithm(const struct pubkey *public)
{
	const struct sig_alg_row *alg;

	for (size_t i = 0; (alg = sig_alg_row(i)) != NULL; i++) {
		if (strcmp(alg->key_name, public->row->name) == 0)
			return alg;
	}
	return NULL;
}

/*
 * Do the two halves belong together? The public one decides: it is what the
 * peer will check signatures with. A device is not asked: it may not be
 * there, or want to be touched.
 */
static bool
check_pair(const struct private_key *key, struct err *err)
{
	const struct sig_alg_row *alg = any_algorithm(key->parts.public);
	struct bytes data = BYTES_LIT("private and public key are a pair");
	uint8_t sig[SIGNATURE_MAX];
	size_t len;

	if (key->evp == NULL)
		return true;
	if (alg == NULL)
		return err_set(err, ERR_FORMAT, "private key type");
	return private_key_sign(key, bytes_str(alg->name), data, sig,
	    sizeof(sig), &len, err) &&
	    pubkey_verify(key->parts.public, bytes_str(alg->name),
	    bytes_of(sig, len), data, NULL, err);
}

bool
private_key_parse(struct bytes text, struct private_key **out,
    struct err *err)
{
	struct private_parts parts = { 0 };
	struct private_key *key;
	bool ok;

	if (text.len > KEY_FILE_MAX)
		return err_set(err, ERR_RANGE, "private key file");
	if (private_openssh_is(text))
		ok = private_openssh_parse(text, &parts, err);
	else
		ok = private_pem_parse(text, &parts, err);
	if (!ok || !key_new(&parts, &key, err))
		return false;
	if (!check_pair(key, err)) {
		private_key_free(key);
		return err_set(err, ERR_MISMATCH, "private key");
	}
	*out = key;
	return true;
}

/* ---- signatures --------------------------------------------------------- */

static bool
sign_evp(const struct private_key *key, const EVP_MD *md, struct bytes data,
    uint8_t *out, size_t *len, struct err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	if (ctx == NULL)
		return err_set(err, ERR_NOMEM, "signature");
	ok = EVP_DigestSignInit(ctx, NULL, md, NULL, key->evp) == 1 &&
	    EVP_DigestSign(ctx, out, len, data.p, data.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok) {
		ERR_clear_error();
		return err_set(err, ERR_CRYPTO, "signature");
	}
	return true;
}

static void
wr_bignum(struct writer *w, const BIGNUM *bn)
{
	uint8_t number[EC_SCALAR_MAX];
	int len = BN_bn2binpad(bn, number, sizeof(number));

	if (len < 0)
		w->full = true;
	else
		wr_mpint(w, bytes_of(number, (size_t)len));
}

/* libcrypto's DER -> string(mpint r, mpint s), RFC 5656 3.1.2. */
static bool
wr_ecdsa(struct writer *w, struct bytes der, struct err *err)
{
	uint8_t body[ECDSA_SIG_MAX];
	struct writer inner = wr_init(body, sizeof(body));
	const uint8_t *p = der.p;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)der.len);

	if (sig == NULL)
		return err_set(err, ERR_CRYPTO, "ECDSA signature");
	wr_bignum(&inner, ECDSA_SIG_get0_r(sig));
	wr_bignum(&inner, ECDSA_SIG_get0_s(sig));
	ECDSA_SIG_free(sig);
	if (!wr_end(&inner, err))
		return false;
	wr_string(w, wr_view(&inner));
	return true;
}

static bool
key_fits(const struct pubkey *public, const struct sig_alg_row *alg)
{
	const struct key_type_row *row;

	row = key_type_find(bytes_str(alg->key_name));
	return row != NULL && !alg->is_webauthn &&
	    strcmp(row->plain_name, public->row->name) == 0;
}

bool
private_key_sign(const struct private_key *key, struct bytes algorithm,
    struct bytes data, uint8_t *out, size_t cap, size_t *out_len,
    struct err *err)
{
	const struct sig_alg_row *alg = sig_alg_find(algorithm);
	uint8_t raw[RSA_SIG_MAX];
	size_t raw_len = sizeof(raw);
	struct writer w = wr_init(out, cap);
	const EVP_MD *md;

	if (alg == NULL || !key_fits(key->parts.public, alg))
		return err_set(err, ERR_DENIED, "signature algorithm");
	if (key->evp == NULL)
		return err_set(err, ERR_DENIED, "key of a security key");
	/* Ed25519 takes the message itself. */
	md = key->parts.public->row->type == KEY_ED25519 ? NULL :
	    evp_key_digest(alg->hash);
	if (!sign_evp(key, md, data, raw, &raw_len, err))
		return false;
	wr_cstring(&w, alg->sig_name);
	if (key->parts.public->row->type != KEY_ECDSA)
		wr_string(&w, bytes_of(raw, raw_len));
	else if (!wr_ecdsa(&w, bytes_of(raw, raw_len), err))
		return false;
	if (!wr_end(&w, err))
		return false;
	*out_len = w.len;
	return true;
}
