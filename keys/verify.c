/* SPDX-License-Identifier: ISC */
/*
 * What pubkey.h says about signatures; apart from pubkey.c because it needs
 * libcrypto.
 */
#include "keys/pubkey.h"

#include <stdlib.h>

#include "keys/base64.h"
#include "keys/evp_key.h"
#include "lib/base/pattern.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/openssl.h"
#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

#include <openssl/ec.h>

#define ED25519_SIG_LEN	64

struct signature {
	struct bytes body;		/* what the key's own algorithm made */
	struct sig_details details;	/* sk types, the rest webauthn */
	struct bytes origin, client_data, extensions;
};

static bool
parse_signature(struct bytes blob, const struct sig_alg_row *alg, bool is_sk,
    struct signature *sig, struct err *err)
{
	struct reader r = rd_init(blob);
	struct bytes name = rd_string(&r, ALG_NAME_MAX, "signature name");

	*sig = (struct signature){ 0 };
	if (!rd_ok(&r, err))
		return false;
	if (!bytes_is(name, alg->sig_name))
		return err_set(err, ERR_DENIED, "signature name");
	sig->body = rd_string(&r, SIGNATURE_MAX, "signature");
	if (is_sk) {
		sig->details.flags = rd_u8(&r, "signature flags");
		sig->details.counter = rd_u32(&r, "signature counter");
	}
	if (alg->is_webauthn) {
		sig->origin = rd_string(&r, SIGNATURE_MAX, "origin");
		sig->client_data = rd_string(&r, SIGNATURE_MAX, "client data");
		sig->extensions = rd_string(&r, SIGNATURE_MAX, "extensions");
	}
	return rd_end(&r, err);
}

/* ---- the three algorithms ----------------------------------------------- */

static bool
check_evp(EVP_PKEY *key, const EVP_MD *md, struct bytes body,
    struct bytes data, struct err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	if (ctx == NULL)
		return err_set(err, ERR_NOMEM, "signature");
	ok = EVP_DigestVerifyInit(ctx, NULL, md, NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, body.p, body.len, data.p, data.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok) {
		ERR_clear_error();
		return err_set(err, ERR_MISMATCH, "signature");
	}
	return true;
}

static bool
check_ed25519(EVP_PKEY *key, struct bytes body, struct bytes data,
    struct err *err)
{
	if (body.len != ED25519_SIG_LEN)
		return err_set(err, ERR_FORMAT, "Ed25519 signature");
	return check_evp(key, NULL, body, data, err);
}

/* mpint r, mpint s -> the DER that libcrypto takes; malloc'ed. */
static bool
ecdsa_to_der(struct bytes body, uint8_t **der, size_t *der_len,
    struct err *err)
{
	struct reader reader = rd_init(body);
	struct bytes r = rd_mpint(&reader, EC_SCALAR_MAX, "ECDSA r");
	struct bytes s = rd_mpint(&reader, EC_SCALAR_MAX, "ECDSA s");
	ECDSA_SIG *sig;
	BIGNUM *bn_r, *bn_s;
	int len = -1;

	if (!rd_end(&reader, err))
		return false;
	sig = ECDSA_SIG_new();
	bn_r = BN_bin2bn(r.p, (int)r.len, NULL);
	bn_s = BN_bin2bn(s.p, (int)s.len, NULL);
	*der = NULL;
	if (sig != NULL && bn_r != NULL && bn_s != NULL &&
	    ECDSA_SIG_set0(sig, bn_r, bn_s) == 1) {
		bn_r = bn_s = NULL;		/* moved */
		len = i2d_ECDSA_SIG(sig, der);
	}
	BN_free(bn_r);
	BN_free(bn_s);
	ECDSA_SIG_free(sig);
	if (len <= 0)
		return err_set(err, ERR_NOMEM, "ECDSA signature");
	*der_len = (size_t)len;
	return true;
}

static bool
check_ecdsa(EVP_PKEY *key, const EVP_MD *md, struct bytes body,
    struct bytes data, struct err *err)
{
	uint8_t *der;
	size_t der_len;
	bool ok;

	if (!ecdsa_to_der(body, &der, &der_len, err))
		return false;
	ok = check_evp(key, md, bytes_of(der, der_len), data, err);
	OPENSSL_free(der);
	return ok;
}

/*
 * RFC 8017 8.2.2 wants as many bytes as the modulus has. Some signers drop
 * leading zeros, as if the number were an mpint: they are put back.
 */
static bool
check_rsa(EVP_PKEY *key, const EVP_MD *md, size_t modulus_len,
    struct bytes body, struct bytes data, struct err *err)
{
	uint8_t padded[RSA_BITS_MAX / 8] = { 0 };

	if (body.len == 0 || body.len > modulus_len ||
	    modulus_len > sizeof(padded))
		return err_set(err, ERR_FORMAT, "RSA signature");
	memcpy(padded + modulus_len - body.len, body.p, body.len);
	return check_evp(key, md, bytes_of(padded, modulus_len), data, err);
}

static bool
check_body(const struct pubkey *key, const struct sig_alg_row *alg,
    struct bytes body, struct bytes data, struct err *err)
{
	const EVP_MD *md = evp_key_digest(alg->hash);
	EVP_PKEY *evp;
	bool ok = false;

	if (!evp_key_public(key, &evp, err))
		return false;
	switch (key->row->type) {
	case KEY_ED25519:
	case KEY_SK_ED25519:
		ok = check_ed25519(evp, body, data, err);
		break;
	case KEY_ECDSA:
	case KEY_SK_ECDSA:
		ok = check_ecdsa(evp, md, body, data, err);
		break;
	case KEY_RSA:
		ok = check_rsa(evp, md, key->rsa_n.len, body, data, err);
		break;
	}
	EVP_PKEY_free(evp);
	return ok;
}

/* ---- security keys ------------------------------------------------------ */

static void
wr_text(struct writer *w, const char *text)
{
	wr_bytes(w, text, strlen(text));
}

/*
 * What a browser lets its user sign begins with exactly these members; what
 * follows the origin is its own business.
 */
static bool
check_client_data(const struct signature *sig, struct bytes data,
    struct err *err)
{
	size_t cap = sig->client_data.len + 1, len;
	struct bytes got = sig->client_data;
	struct writer w;
	char *text;
	bool ok = false;

	if (data.len > SIGNATURE_MAX)
		return err_set(err, ERR_MISMATCH, "client data");
	if ((text = malloc(BASE64_LEN(data.len) + 1 + cap)) == NULL)
		return err_set(err, ERR_NOMEM, "client data");
	if (base64_encode(data, BASE64_URL, text, BASE64_LEN(data.len) + 1,
	    &len)) {
		w = wr_init(text + len, cap);
		wr_text(&w, "{\"type\":\"webauthn.get\",\"challenge\":\"");
		wr_bytes(&w, text, len);
		wr_text(&w, "\",\"origin\":\"");
		wr_bytes(&w, sig->origin.p, sig->origin.len);
		wr_u8(&w, '"');
		ok = !w.full && w.len <= got.len &&
		    memcmp(w.p, got.p, w.len) == 0;
	}
	free(text);
	return ok ? true : err_set(err, ERR_MISMATCH, "client data");
}

static bool
check_webauthn(const struct signature *sig, struct bytes data,
    struct err *err)
{
	bool has_extensions = (sig->details.flags & SIG_EXTENSIONS) != 0;

	if (sig->origin.len != 0 &&
	    memchr(sig->origin.p, '"', sig->origin.len) != NULL)
		return err_set(err, ERR_FORMAT, "origin");
	if ((sig->details.flags & SIG_ATTESTED_DATA) != 0 ||
	    has_extensions != (sig->extensions.len != 0))
		return err_set(err, ERR_FORMAT, "signature flags");
	return check_client_data(sig, data, err);
}

/* The authenticator signs hashes, its flags and its counter. */
static bool
check_sk(const struct pubkey *key, const struct sig_alg_row *alg,
    const struct signature *sig, struct bytes data, struct err *err)
{
	uint8_t composed[32 + 1 + 4 + SIGNATURE_MAX + 32];
	uint8_t application[DIGEST_MAX], message[DIGEST_MAX];
	struct writer w = wr_init(composed, sizeof(composed));
	struct bytes hashed = data;

	if (alg->is_webauthn) {
		if (!check_webauthn(sig, data, err))
			return false;
		hashed = sig->client_data;
	}
	if (!digest_bytes(DIGEST_SHA256, key->application, application, err) ||
	    !digest_bytes(DIGEST_SHA256, hashed, message, err))
		return false;
	wr_bytes(&w, application, digest_len(DIGEST_SHA256));
	wr_u8(&w, sig->details.flags);
	wr_u32(&w, sig->details.counter);
	wr_bytes(&w, sig->extensions.p, sig->extensions.len);
	wr_bytes(&w, message, digest_len(DIGEST_SHA256));
	return wr_end(&w, err) &&
	    check_body(key, alg, sig->body, wr_view(&w), err);
}

/* ---- entry points ------------------------------------------------------- */

bool
pubkey_verify(const struct pubkey *key, struct bytes algorithm,
    struct bytes signature, struct bytes data, struct sig_details *details,
    struct err *err)
{
	const struct sig_alg_row *alg = sig_alg_find(algorithm);
	struct signature sig;
	bool ok;

	if (alg == NULL || strcmp(alg->key_name, key->row->name) != 0)
		return err_set(err, ERR_DENIED, "signature algorithm");
	if (!parse_signature(signature, alg, pubkey_is_device(key), &sig, err))
		return false;
	if (pubkey_is_device(key))
		ok = check_sk(key, alg, &sig, data, err);
	else
		ok = check_body(key, alg, sig.body, data, err);
	if (ok && details != NULL)
		*details = sig.details;
	return ok;
}

bool
cert_check_signature(const struct pubkey *key,
    const char *ca_signature_algorithms, struct err *err)
{
	struct reader r;
	struct bytes name;
	struct pubkey *ca;
	bool ok;

	if (!key->row->is_cert)
		return err_set(err, ERR_FORMAT, "not a certificate");
	r = rd_init(key->cert.signature);
	name = rd_string(&r, ALG_NAME_MAX, "signature name");
	if (!rd_ok(&r, err))
		return false;
	if (ca_signature_algorithms != NULL &&
	    !name_list_has(bytes_str(ca_signature_algorithms), name))
		return err_set(err, ERR_DENIED, "CA signature algorithm");
	if (!pubkey_parse(key->cert.ca_key, &ca, err))
		return false;
	/* A plain key: names of certificate algorithms do not fit it. */
	ok = pubkey_verify(ca, name, key->cert.signature,
	    key->cert.signed_part, NULL, err);
	pubkey_free(ca);
	return ok;
}
