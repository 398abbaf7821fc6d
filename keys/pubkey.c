/* SPDX-License-Identifier: ISC */
#include "keys/pubkey.h"

#include <stdlib.h>

#include "keys/base64.h"
#include "lib/base/text.h"
#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

#define ED25519_POINT_LEN	32
#define EC_POINT_MAX		133	/* P-521: 4, x, y */
#define CURVE_NAME_MAX		16

/* ---- the fields of each type -------------------------------------------- */

static void
parse_ed25519(struct reader *r, struct pubkey *key)
{
	key->point = rd_string(r, ED25519_POINT_LEN, "Ed25519 key");
	if (key->point.len != ED25519_POINT_LEN)
		rd_reject(r, ERR_FORMAT, "Ed25519 key");
}

static void
parse_ec(struct reader *r, struct pubkey *key)
{
	size_t coordinate_len = (key->row->bits + 7) / 8;
	struct bytes curve = rd_string(r, CURVE_NAME_MAX, "curve");

	key->point = rd_string(r, EC_POINT_MAX, "EC point");
	if (!bytes_is(curve, key->row->curve))
		rd_reject(r, ERR_FORMAT, "curve");
	/* Uncompressed only: RFC 5656 section 3.1 lets us choose. */
	if (key->point.len != 1 + 2 * coordinate_len || key->point.p[0] != 4)
		rd_reject(r, ERR_FORMAT, "EC point");
}

static unsigned
magnitude_bits(struct bytes magnitude)
{
	unsigned bits = (unsigned)magnitude.len * 8;

	if (magnitude.len == 0)
		return 0;
	for (uint8_t top = magnitude.p[0]; (top & 0x80) == 0; top <<= 1)
		bits--;
	return bits;
}

static bool
is_odd(struct bytes magnitude)
{
	return magnitude.len != 0 && (magnitude.p[magnitude.len - 1] & 1) != 0;
}

static void
parse_rsa(struct reader *r, struct pubkey *key)
{
	unsigned bits;

	key->rsa_e = rd_mpint(r, RSA_EXPONENT_BITS_MAX / 8, "RSA exponent");
	key->rsa_n = rd_mpint(r, RSA_BITS_MAX / 8, "RSA modulus");
	if (!is_odd(key->rsa_e) ||
	    (key->rsa_e.len == 1 && key->rsa_e.p[0] == 1))
		rd_reject(r, ERR_FORMAT, "RSA exponent");
	if (!is_odd(key->rsa_n))
		rd_reject(r, ERR_FORMAT, "RSA modulus");
	bits = magnitude_bits(key->rsa_n);
	if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
		rd_reject(r, ERR_RANGE, "RSA modulus");
}

static void
parse_material(struct reader *r, struct pubkey *key)
{
	switch (key->row->type) {
	case KEY_ED25519:
		parse_ed25519(r, key);
		return;
	case KEY_ECDSA:
		parse_ec(r, key);
		return;
	case KEY_RSA:
		parse_rsa(r, key);
		return;
	case KEY_SK_ED25519:
		parse_ed25519(r, key);
		break;
	case KEY_SK_ECDSA:
		parse_ec(r, key);
		break;
	}
	key->application = rd_string(r, SK_APPLICATION_MAX, "application");
}

/* ---- certificates ------------------------------------------------------- */

static void
check_principals(struct reader *r, struct bytes principals)
{
	struct reader names = rd_init(principals);
	size_t count = 0;

	while (rd_left(&names) != 0) {
		if (bytes_have_nul(rd_string(&names, KEY_BLOB_MAX,
		    "principals")))
			rd_reject(r, ERR_FORMAT, "principals");
		if (++count > CERT_PRINCIPALS_MAX)
			rd_reject(r, ERR_RANGE, "principals");
	}
	if (names.code != ERR_NONE)
		rd_reject(r, ERR_FORMAT, "principals");
}

static void
check_options(struct reader *r, struct bytes options, const char *field)
{
	struct reader pairs = rd_init(options);

	while (rd_left(&pairs) != 0) {
		(void)rd_string(&pairs, KEY_BLOB_MAX, field);
		(void)rd_string(&pairs, KEY_BLOB_MAX, field);
	}
	if (pairs.code != ERR_NONE)
		rd_reject(r, ERR_FORMAT, field);
}

static bool parse_blob(struct bytes blob, bool may_be_cert,
    struct pubkey *key, struct err *err);

static void
check_ca_key(struct reader *r, struct bytes blob)
{
	struct pubkey ca;
	struct err err;

	if (!parse_blob(blob, false, &ca, &err))
		rd_reject(r, ERR_FORMAT, "CA key");
}

static void
parse_cert(struct reader *r, struct bytes blob, struct cert *cert)
{
	cert->serial       = rd_u64(r, "serial");
	cert->type         = rd_u32(r, "certificate type");
	cert->key_id       = rd_string(r, KEY_BLOB_MAX, "key ID");
	cert->principals   = rd_string(r, KEY_BLOB_MAX, "principals");
	cert->valid_after  = rd_u64(r, "valid after");
	cert->valid_before = rd_u64(r, "valid before");
	cert->critical     = rd_string(r, KEY_BLOB_MAX, "critical options");
	cert->extensions   = rd_string(r, KEY_BLOB_MAX, "extensions");
	(void)rd_string(r, KEY_BLOB_MAX, "reserved");
	cert->ca_key       = rd_string(r, KEY_BLOB_MAX, "CA key");
	cert->signed_part  = bytes_of(blob.p, (size_t)(r->p - blob.p));
	cert->signature    = rd_string(r, SIGNATURE_MAX, "signature");
	if (r->code != ERR_NONE)
		return;
	if (cert->type != CERT_USER && cert->type != CERT_HOST)
		rd_reject(r, ERR_FORMAT, "certificate type");
	if (bytes_have_nul(cert->key_id))
		rd_reject(r, ERR_FORMAT, "key ID");
	check_principals(r, cert->principals);
	check_options(r, cert->critical, "critical options");
	check_options(r, cert->extensions, "extensions");
	check_ca_key(r, cert->ca_key);
}

/* Fills *key with slices of blob. */
static bool
parse_blob(struct bytes blob, bool may_be_cert, struct pubkey *key,
    struct err *err)
{
	struct reader r = rd_init(blob);
	struct bytes name = rd_string(&r, ALG_NAME_MAX, "key type");

	*key = (struct pubkey){ .row = key_type_find(name) };
	if (!rd_ok(&r, err))
		return false;
	if (key->row == NULL || (key->row->is_cert && !may_be_cert))
		return err_set(err, ERR_FORMAT, "key type");
	if (key->row->is_cert)
		(void)rd_string(&r, KEY_BLOB_MAX, "nonce");
	parse_material(&r, key);
	if (key->row->is_cert)
		parse_cert(&r, blob, &key->cert);
	return rd_end(&r, err);
}

/* ---- keys on the heap --------------------------------------------------- */

bool
pubkey_parse(struct bytes blob, struct pubkey **out, struct err *err)
{
	struct pubkey *key;
	uint8_t *copy;

	if (blob.len > KEY_BLOB_MAX)
		return err_set(err, ERR_RANGE, "key");
	/* One piece of memory: the struct, then its blob. */
	if ((key = malloc(sizeof(*key) + blob.len)) == NULL)
		return err_set(err, ERR_NOMEM, "key");
	copy = (uint8_t *)(key + 1);
	if (blob.len != 0)
		memcpy(copy, blob.p, blob.len);
	if (!parse_blob(bytes_of(copy, blob.len), true, key, err)) {
		free(key);
		return false;
	}
	key->blob = copy;
	key->blob_len = blob.len;
	*out = key;
	return true;
}

void
pubkey_free(struct pubkey *key)
{
	free(key);
}

bool
pubkey_equal_plain(const struct pubkey *a, const struct pubkey *b)
{
	return a->row->type == b->row->type && a->row->bits == b->row->bits &&
	    bytes_equal(a->point, b->point) &&
	    bytes_equal(a->rsa_e, b->rsa_e) &&
	    bytes_equal(a->rsa_n, b->rsa_n) &&
	    bytes_equal(a->application, b->application);
}

unsigned
pubkey_bits(const struct pubkey *key)
{
	return key->row->bits != 0 ? key->row->bits :
	    magnitude_bits(key->rsa_n);
}

static void
build_plain(struct writer *w, const struct pubkey *key)
{
	wr_cstring(w, key->row->plain_name);
	switch (key->row->type) {
	case KEY_RSA:
		wr_mpint(w, key->rsa_e);
		wr_mpint(w, key->rsa_n);
		return;
	case KEY_ED25519:
		wr_string(w, key->point);
		return;
	case KEY_ECDSA:
		wr_cstring(w, key->row->curve);
		wr_string(w, key->point);
		return;
	case KEY_SK_ED25519:
		wr_string(w, key->point);
		break;
	case KEY_SK_ECDSA:
		wr_cstring(w, key->row->curve);
		wr_string(w, key->point);
		break;
	}
	wr_string(w, key->application);
}

bool
pubkey_plain_blob(const struct pubkey *key, uint8_t **out, size_t *len,
    struct err *err)
{
	/* A plain form is never longer than what it was taken from. */
	uint8_t *blob = malloc(key->blob_len);
	struct writer w = wr_init(blob, key->blob_len);

	if (blob == NULL)
		return err_set(err, ERR_NOMEM, "key");
	build_plain(&w, key);
	if (!wr_end(&w, err)) {
		free(blob);
		return false;
	}
	*out = blob;
	*len = w.len;
	return true;
}

/* ---- text --------------------------------------------------------------- */

bool
pubkey_parse_text(struct bytes text, struct pubkey **out, struct bytes *rest,
    struct err *err)
{
	struct bytes name = text_take_word(&text, TEXT_BLANK_CR), word;
	struct pubkey *key;
	uint8_t *blob;
	size_t len;
	bool ok;

	if (key_type_find(name) == NULL)
		return err_set(err, ERR_FORMAT, "key type");
	word = text_take_word(&text, TEXT_BLANK_CR);
	if (word.len > BASE64_LEN(KEY_BLOB_MAX))
		return err_set(err, ERR_RANGE, "key");
	if ((blob = malloc(word.len + 1)) == NULL)
		return err_set(err, ERR_NOMEM, "key");
	if (!base64_decode(word, blob, word.len, &len))
		ok = err_set(err, ERR_FORMAT, "base64");
	else
		ok = pubkey_parse(bytes_of(blob, len), &key, err);
	free(blob);
	if (!ok)
		return false;
	if (!bytes_is(name, key->row->name)) {
		pubkey_free(key);
		return err_set(err, ERR_FORMAT, "key type");
	}
	*out = key;
	*rest = text;
	return true;
}
