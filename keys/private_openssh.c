/* SPDX-License-Identifier: ISC */
#include "keys/private_openssh.h"

#include "keys/base64.h"
#include "lib/base/text.h"
#include "lib/wire/reader.h"

#define BEGIN_MARK	PRIVATE_OPENSSH_BEGIN
#define END_MARK	PRIVATE_OPENSSH_END
#define MAGIC		PRIVATE_OPENSSH_MAGIC
#define BLOCK_LEN	PRIVATE_OPENSSH_BLOCK
#define RSA_NUMBER_MAX	(RSA_BITS_MAX / 8)

/* ---- text to bytes ------------------------------------------------------ */

static bool
skip_mark(struct bytes *text, struct bytes mark)
{
	if (text->len < mark.len || memcmp(text->p, mark.p, mark.len) != 0)
		return false;
	text->p += mark.len;
	text->len -= mark.len;
	return true;
}

bool
private_openssh_is(struct bytes text)
{
	text = text_skip(text, TEXT_SPACE);
	return skip_mark(&text, BYTES_LIT(BEGIN_MARK));
}

/* The bytes between the marks, in out. */
static bool
decode_text(struct bytes text, struct secret *out, size_t *len,
    struct err *err)
{
	struct secret letters;
	size_t n = 0;
	bool ok;

	text = text_skip(text, TEXT_SPACE);
	if (!skip_mark(&text, BYTES_LIT(BEGIN_MARK)))
		return err_set(err, ERR_FORMAT, "private key file");
	if (!secret_init(&letters, text.len, err))
		return false;
	for (; text.len != 0 && text.p[0] != '-'; text.p++, text.len--) {
		if (!text_is_in(text.p[0], TEXT_SPACE))
			letters.p[n++] = text.p[0];
	}
	ok = skip_mark(&text, BYTES_LIT(END_MARK));
	text = text_skip(text, TEXT_SPACE);
	if (!ok || text.len != 0)
		ok = err_set(err, ERR_FORMAT, "private key file");
	else if (!secret_init(out, n, err))
		ok = false;
	else if (!base64_decode(bytes_of(letters.p, n), out->p, n, len))
		ok = err_set(err, ERR_FORMAT, "base64");
	secret_clear(&letters);
	return ok;
}

/* ---- the private numbers ------------------------------------------------ */

static bool
parse_ed25519(struct reader *r, const struct pubkey *public,
    struct secret *out, struct err *err)
{
	struct bytes point = rd_string(r, 32, "Ed25519 key");
	struct bytes both = rd_string(r, 64, "Ed25519 private key");

	if (!rd_ok(r, err))
		return false;
	if (both.len != 64 || !bytes_equal(point, public->point) ||
	    memcmp(both.p + 32, point.p, 32) != 0)
		return err_set(err, ERR_MISMATCH, "Ed25519 private key");
	return private_fields_ed25519(bytes_of(both.p, 32), out, err);
}

static bool
parse_ecdsa(struct reader *r, const struct pubkey *public,
    struct secret *out, struct err *err)
{
	struct bytes curve = rd_string(r, ALG_NAME_MAX, "curve");
	struct bytes point = rd_string(r, 1 + 2 * EC_SCALAR_MAX, "EC point");
	struct bytes d = rd_mpint(r, EC_SCALAR_MAX, "ECDSA private key");

	if (!rd_ok(r, err))
		return false;
	if (!bytes_is(curve, public->row->curve) ||
	    !bytes_equal(point, public->point))
		return err_set(err, ERR_MISMATCH, "ECDSA private key");
	return private_fields_ecdsa(d, out, err);
}

static bool
parse_rsa(struct reader *r, const struct pubkey *public, struct secret *out,
    struct err *err)
{
	struct bytes n = rd_mpint(r, RSA_NUMBER_MAX, "RSA modulus");
	struct bytes e = rd_mpint(r, RSA_NUMBER_MAX, "RSA exponent");
	struct bytes d = rd_mpint(r, RSA_NUMBER_MAX, "RSA private exponent");
	struct bytes p, q;

	(void)rd_mpint(r, RSA_NUMBER_MAX, "RSA coefficient");	/* follows */
	p = rd_mpint(r, RSA_NUMBER_MAX, "RSA prime");
	q = rd_mpint(r, RSA_NUMBER_MAX, "RSA prime");
	if (!rd_ok(r, err))
		return false;
	if (!bytes_equal(n, public->rsa_n) || !bytes_equal(e, public->rsa_e))
		return err_set(err, ERR_MISMATCH, "RSA private key");
	return private_fields_rsa(n, d, p, q, out, err);
}

static bool
parse_device(struct reader *r, const struct pubkey *public,
    struct secret *out, struct err *err)
{
	struct bytes curve = public->row->curve == NULL ? (struct bytes){ 0 } :
	    rd_string(r, ALG_NAME_MAX, "curve");
	struct bytes point = rd_string(r, 1 + 2 * EC_SCALAR_MAX, "point");
	struct bytes application = rd_string(r, SK_APPLICATION_MAX,
	    "application");
	uint8_t flags = rd_u8(r, "flags of a security key");
	struct bytes handle = rd_string(r, DEVICE_HANDLE_MAX,
	    "handle of a security key");

	(void)rd_string(r, KEY_FILE_MAX, "reserved part");
	if (!rd_ok(r, err))
		return false;
	if ((public->row->curve != NULL &&
	    !bytes_is(curve, public->row->curve)) ||
	    !bytes_equal(point, public->point) ||
	    !bytes_equal(application, public->application))
		return err_set(err, ERR_MISMATCH, "key of a security key");
	return private_fields_device(flags, handle, out, err);
}

static bool
parse_numbers(struct reader *r, const struct pubkey *public,
    struct secret *out, struct err *err)
{
	switch (public->row->type) {
	case KEY_ED25519:
		return parse_ed25519(r, public, out, err);
	case KEY_ECDSA:
		return parse_ecdsa(r, public, out, err);
	case KEY_RSA:
		return parse_rsa(r, public, out, err);
	case KEY_SK_ED25519:
	case KEY_SK_ECDSA:
		return parse_device(r, public, out, err);
	}
	return err_set(err, ERR_FORMAT, "private key type");
}

/* 1, 2, 3, ... up to a whole block; some writers add one block too many. */
static bool
check_padding(struct bytes section, struct bytes padding, struct err *err)
{
	if (section.len % BLOCK_LEN != 0 || padding.len > BLOCK_LEN)
		return err_set(err, ERR_FORMAT, "padding of private key");
	for (size_t i = 0; i < padding.len; i++) {
		if (padding.p[i] != i + 1)
			return err_set(err, ERR_FORMAT,
			    "padding of private key");
	}
	return true;
}

static bool
parse_section(struct bytes section, struct private_parts *parts,
    struct err *err)
{
	const struct pubkey *public = parts->public;
	struct reader r = rd_init(section);
	uint32_t check = rd_u32(&r, "check number");
	bool same = check == rd_u32(&r, "check number");
	struct bytes name = rd_string(&r, ALG_NAME_MAX, "private key type");
	struct bytes comment;

	if (!rd_ok(&r, err))
		return false;
	if (!same || !bytes_is(name, public->row->name))
		return err_set(err, ERR_FORMAT, "private key");
	if (!parse_numbers(&r, public, &parts->fields, err))
		return false;
	comment = rd_string(&r, KEY_FILE_MAX, "comment");
	if (!rd_ok(&r, err) || !check_padding(section, rd_rest(&r), err))
		return false;
	parts->comment = bytes_dup_str(comment);	/* nothing depends on it */
	return true;
}

/* ---- the whole ---------------------------------------------------------- */

static bool
parse_file(struct bytes file, struct private_parts *out, struct err *err)
{
	struct private_parts parts = { 0 };
	struct reader r = rd_init(file);
	struct bytes magic = rd_fixed(&r, sizeof(MAGIC), "magic");
	struct bytes cipher = rd_string(&r, ALG_NAME_MAX, "cipher");
	struct bytes kdf = rd_string(&r, ALG_NAME_MAX, "key derivation");
	struct bytes kdf_options = rd_string(&r, KEY_FILE_MAX,
	    "key derivation options");
	uint32_t count = rd_u32(&r, "number of keys");
	struct bytes blob = rd_string(&r, KEY_BLOB_MAX, "public key");
	struct bytes section = rd_string(&r, KEY_FILE_MAX, "private key");

	if (!rd_ok(&r, err))
		return false;
	if (memcmp(magic.p, MAGIC, sizeof(MAGIC)) != 0 || count != 1)
		return err_set(err, ERR_FORMAT, "private key file");
	if (!bytes_is(cipher, "none") || !bytes_is(kdf, "none"))
		return err_set(err, ERR_DENIED, "private key is encrypted");
	if (kdf_options.len != 0)
		return err_set(err, ERR_FORMAT, "key derivation options");
	if (!rd_end(&r, err) || !pubkey_parse(blob, &parts.public, err))
		return false;
	if (!parse_section(section, &parts, err)) {
		private_parts_clear(&parts);
		return false;
	}
	*out = parts;
	return true;
}

bool
private_openssh_parse(struct bytes text, struct private_parts *out,
    struct err *err)
{
	struct secret file = { 0 };
	size_t len;
	bool ok;

	ok = decode_text(text, &file, &len, err) &&
	    parse_file(bytes_of(file.p, len), out, err);
	secret_clear(&file);
	return ok;
}
