/* SPDX-License-Identifier: ISC */
#include "keys/private_evp.h"

#include <stdio.h>

#include "lib/wire/writer.h"

#define RSA_NUMBER_MAX	(RSA_BITS_MAX / 8)
#define PUBLIC_BLOB_MAX	(RSA_NUMBER_MAX + RSA_EXPONENT_BITS_MAX / 8 + 64)
#define GROUP_NAME_MAX	64

/* ---- out of libcrypto --------------------------------------------------- */

/* A number of key as a magnitude in out, or an empty run. */
static struct bytes
get_number(const EVP_PKEY *key, const char *name, uint8_t *out, size_t cap)
{
	struct bytes number = { 0 };
	BIGNUM *bn = NULL;

	if (EVP_PKEY_get_bn_param(key, name, &bn) == 1 &&
	    (size_t)BN_num_bytes(bn) <= cap)
		number = bytes_of(out, (size_t)BN_bn2bin(bn, out));
	BN_clear_free(bn);
	return number;
}

static bool
set_public(struct writer *w, struct private_parts *parts, struct err *err)
{
	return wr_end(w, err) &&
	    pubkey_parse(wr_view(w), &parts->public, err);
}

static bool
take_ed25519(const EVP_PKEY *key, struct private_parts *parts,
    struct err *err)
{
	uint8_t blob[PUBLIC_BLOB_MAX], seed[ED25519_SEED_LEN], point[32];
	size_t seed_len = sizeof(seed), point_len = sizeof(point);
	struct writer w = wr_init(blob, sizeof(blob));
	bool ok;

	if (EVP_PKEY_get_raw_public_key(key, point, &point_len) != 1 ||
	    EVP_PKEY_get_raw_private_key(key, seed, &seed_len) != 1)
		return err_set(err, ERR_FORMAT, "Ed25519 private key");
	wr_cstring(&w, "ssh-ed25519");
	wr_string(&w, bytes_of(point, point_len));
	ok = set_public(&w, parts, err) && private_fields_ed25519(
	    bytes_of(seed, seed_len), &parts->fields, err);
	explicit_bzero(seed, sizeof(seed));
	return ok;
}

static const struct curve_row {
	const char *group, *key_name, *curve;
	size_t coordinate_len;
} curves[] = {
	{ "prime256v1", "ecdsa-sha2-nistp256", "nistp256", 32 },
	{ "secp384r1", "ecdsa-sha2-nistp384", "nistp384", 48 },
	{ "secp521r1", "ecdsa-sha2-nistp521", "nistp521", 66 },
};

static const struct curve_row *
find_curve(const EVP_PKEY *key)
{
	char group[GROUP_NAME_MAX];
	size_t len;

	if (EVP_PKEY_get_group_name(key, group, sizeof(group), &len) != 1)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
		if (strcmp(group, curves[i].group) == 0)
			return &curves[i];
	}
	return NULL;
}

/* Right-aligned, as a point wants it. */
static void
wr_coordinate(struct writer *w, const EVP_PKEY *key, const char *name,
    size_t len)
{
	uint8_t number[EC_SCALAR_MAX];
	struct bytes b = get_number(key, name, number, len);

	for (size_t i = b.len; i < len; i++)
		wr_u8(w, 0);
	wr_bytes(w, b.p, b.len);
}

static bool
take_ecdsa(const EVP_PKEY *key, struct private_parts *parts, struct err *err)
{
	const struct curve_row *row = find_curve(key);
	uint8_t blob[PUBLIC_BLOB_MAX], number[EC_SCALAR_MAX];
	struct writer w = wr_init(blob, sizeof(blob));
	bool ok;

	if (row == NULL)
		return err_set(err, ERR_FORMAT, "curve");
	wr_cstring(&w, row->key_name);
	wr_cstring(&w, row->curve);
	wr_u32(&w, (uint32_t)(1 + 2 * row->coordinate_len));
	wr_u8(&w, 4);
	wr_coordinate(&w, key, OSSL_PKEY_PARAM_EC_PUB_X, row->coordinate_len);
	wr_coordinate(&w, key, OSSL_PKEY_PARAM_EC_PUB_Y, row->coordinate_len);
	ok = set_public(&w, parts, err) &&
	    private_fields_ecdsa(get_number(key, OSSL_PKEY_PARAM_PRIV_KEY,
	    number, sizeof(number)), &parts->fields, err);
	explicit_bzero(number, sizeof(number));
	return ok;
}

static bool
take_rsa(const EVP_PKEY *key, struct private_parts *parts, struct err *err)
{
	uint8_t blob[PUBLIC_BLOB_MAX], e[RSA_EXPONENT_BITS_MAX / 8];
	struct writer w = wr_init(blob, sizeof(blob));
	struct secret room;
	struct bytes d, p, q;
	uint8_t *n;
	bool ok;

	if (!secret_init(&room, 4 * RSA_NUMBER_MAX, err))
		return false;
	n = room.p;
	wr_cstring(&w, "ssh-rsa");
	wr_mpint(&w, get_number(key, OSSL_PKEY_PARAM_RSA_E, e, sizeof(e)));
	wr_mpint(&w, get_number(key, OSSL_PKEY_PARAM_RSA_N, n,
	    RSA_NUMBER_MAX));
	d = get_number(key, OSSL_PKEY_PARAM_RSA_D, n + RSA_NUMBER_MAX,
	    RSA_NUMBER_MAX);
	p = get_number(key, OSSL_PKEY_PARAM_RSA_FACTOR1,
	    n + 2 * RSA_NUMBER_MAX, RSA_NUMBER_MAX);
	q = get_number(key, OSSL_PKEY_PARAM_RSA_FACTOR2,
	    n + 3 * RSA_NUMBER_MAX, RSA_NUMBER_MAX);
	ok = set_public(&w, parts, err) && private_fields_rsa(
	    parts->public->rsa_n, d, p, q, &parts->fields, err);
	secret_clear(&room);
	return ok;
}

bool
private_evp_take(const EVP_PKEY *key, struct private_parts *out,
    struct err *err)
{
	struct private_parts parts = { 0 };
	bool ok;

	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_ED25519:
		ok = take_ed25519(key, &parts, err);
		break;
	case EVP_PKEY_EC:
		ok = take_ecdsa(key, &parts, err);
		break;
	case EVP_PKEY_RSA:
		ok = take_rsa(key, &parts, err);
		break;
	default:		/* an int: libcrypto knows many more */
		ok = err_set(err, ERR_FORMAT, "private key type");
		break;
	}
	if (ok)
		*out = parts;
	else
		private_parts_clear(&parts);
	return ok;
}

/* ---- new keys ----------------------------------------------------------- */

static EVP_PKEY *
generate(enum key_type type, unsigned bits)
{
	char group[EVP_GROUP_MAX];

	switch (type) {
	case KEY_ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case KEY_ECDSA:
		(void)snprintf(group, sizeof(group), "P-%u", bits);
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", group);
	case KEY_RSA:
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
	case KEY_SK_ED25519:	/* made by their devices */
	case KEY_SK_ECDSA:
		break;
	}
	return NULL;
}

bool
private_evp_generate(enum key_type type, unsigned bits,
    struct private_parts *out, struct err *err)
{
	EVP_PKEY *key = generate(type, bits);
	bool ok;

	if (key == NULL) {
		ERR_clear_error();
		return err_set(err, ERR_CRYPTO, "new key");
	}
	ok = private_evp_take(key, out, err);
	EVP_PKEY_free(key);
	return ok;
}
