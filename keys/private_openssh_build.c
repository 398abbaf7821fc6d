/* SPDX-License-Identifier: ISC */
/* Apart from private_openssh.c: only the key tool writes private keys. */
#include "keys/private_openssh.h"

#include "keys/base64.h"
#include "lib/crypto/random.h"
#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

#define RSA_NUMBER_MAX	(RSA_BITS_MAX / 8)
#define LINE_LETTERS	70

static void
wr_ed25519(struct writer *w, const struct pubkey *public, struct reader *r)
{
	struct bytes seed = rd_string(r, ED25519_SEED_LEN, "seed");

	wr_string(w, public->point);
	wr_u32(w, (uint32_t)(seed.len + public->point.len));
	wr_bytes(w, seed.p, seed.len);
	wr_bytes(w, public->point.p, public->point.len);
}

static void
wr_rsa(struct writer *w, const struct pubkey *public, struct reader *r)
{
	struct bytes d = rd_mpint(r, RSA_NUMBER_MAX, "d");
	struct bytes p = rd_mpint(r, RSA_NUMBER_MAX, "p");
	struct bytes q = rd_mpint(r, RSA_NUMBER_MAX, "q"), qinv;

	(void)rd_mpint(r, RSA_NUMBER_MAX, "dp");
	(void)rd_mpint(r, RSA_NUMBER_MAX, "dq");
	qinv = rd_mpint(r, RSA_NUMBER_MAX, "qinv");
	wr_mpint(w, public->rsa_n);
	wr_mpint(w, public->rsa_e);
	wr_mpint(w, d);
	wr_mpint(w, qinv);
	wr_mpint(w, p);
	wr_mpint(w, q);
}

static void
wr_device(struct writer *w, const struct pubkey *public, struct reader *r)
{
	if (public->row->curve != NULL)
		wr_cstring(w, public->row->curve);
	wr_string(w, public->point);
	wr_string(w, public->application);
	wr_u8(w, rd_u8(r, "flags"));
	wr_string(w, rd_string(r, DEVICE_HANDLE_MAX, "handle"));
	wr_cstring(w, "");		/* reserved */
}

static MUST_CHECK bool
wr_numbers(struct writer *w, const struct private_parts *parts,
    struct err *err)
{
	const struct pubkey *public = parts->public;
	struct reader r = rd_init(secret_bytes(&parts->fields));

	switch (public->row->type) {
	case KEY_ED25519:
		wr_ed25519(w, public, &r);
		return rd_end(&r, err);
	case KEY_ECDSA:
		wr_cstring(w, public->row->curve);
		wr_string(w, public->point);
		wr_mpint(w, rd_mpint(&r, EC_SCALAR_MAX, "d"));
		return rd_end(&r, err);
	case KEY_RSA:
		wr_rsa(w, public, &r);
		return rd_end(&r, err);
	case KEY_SK_ED25519:
	case KEY_SK_ECDSA:
		wr_device(w, public, &r);
		return rd_end(&r, err);
	}
	return err_set(err, ERR_FORMAT, "private key type");
}

/* The part that could be encrypted. */
static MUST_CHECK bool
wr_section(struct writer *w, const struct private_parts *parts,
    const char *comment, struct err *err)
{
	size_t start = w->len;
	uint32_t check;

	if (!random_bytes(&check, sizeof(check), err))
		return false;
	wr_u32(w, check);
	wr_u32(w, check);
	wr_cstring(w, parts->public->row->name);
	if (!wr_numbers(w, parts, err))
		return false;
	wr_cstring(w, comment);
	for (uint8_t i = 1; (w->len - start) % PRIVATE_OPENSSH_BLOCK != 0; i++) {
		wr_u8(w, i);
		if (w->full)
			break;
	}
	return true;
}

static MUST_CHECK bool
wr_file(struct writer *w, const struct private_parts *parts,
    const char *comment, struct err *err)
{
	size_t at;

	wr_bytes(w, PRIVATE_OPENSSH_MAGIC, sizeof(PRIVATE_OPENSSH_MAGIC));
	wr_cstring(w, "none");
	wr_cstring(w, "none");
	wr_cstring(w, "");
	wr_u32(w, 1);
	wr_string(w, bytes_of(parts->public->blob, parts->public->blob_len));
	at = w->len;
	wr_u32(w, 0);
	if (!wr_section(w, parts, comment, err) || !wr_end(w, err))
		return false;
	put_u32(w->p + at, (uint32_t)(w->len - at - 4));
	return true;
}

static MUST_CHECK bool
armor(struct bytes file, struct secret *text, struct err *err)
{
	static const struct bytes end =
	    { (const uint8_t *)PRIVATE_OPENSSH_END "\n",
	    sizeof(PRIVATE_OPENSSH_END) };
	struct secret letters, whole;
	struct writer w;
	size_t len = 0;
	bool ok;

	if (!secret_init(&letters, BASE64_LEN(file.len) + 1, err))
		return false;
	if (!secret_init(&whole, 128 + letters.len +
	    letters.len / LINE_LETTERS, err)) {
		secret_clear(&letters);
		return false;
	}
	ok = base64_encode(file, BASE64_PADDED, (char *)letters.p,
	    letters.len, &len);
	w = wr_init(whole.p, whole.len);
	wr_bytes(&w, PRIVATE_OPENSSH_BEGIN "\n",
	    sizeof(PRIVATE_OPENSSH_BEGIN));
	for (size_t i = 0; i < len; i += LINE_LETTERS) {
		wr_bytes(&w, letters.p + i, MIN(LINE_LETTERS, len - i));
		wr_u8(&w, '\n');
	}
	wr_bytes(&w, end.p, end.len);
	ok = (ok || err_set(err, ERR_RANGE, "private key")) &&
	    wr_end(&w, err) && secret_copy(text, wr_view(&w), err);
	secret_clear(&letters);
	secret_clear(&whole);
	return ok;
}

bool
private_openssh_build(const struct private_parts *parts, const char *comment,
    struct secret *text, struct err *err)
{
	struct secret file;
	struct writer w;
	bool ok;

	if (!secret_init(&file, 512 + 2 * parts->public->blob_len +
	    parts->fields.len + strlen(comment), err))
		return false;
	w = wr_init(file.p, file.len);
	ok = wr_file(&w, parts, comment, err) &&
	    armor(wr_view(&w), text, err);
	secret_clear(&file);
	return ok;
}
