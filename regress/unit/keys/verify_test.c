/* SPDX-License-Identifier: ISC */
#include "unit/keys/keys_util.h"

#include <stdlib.h>

#include "keys/base64.h"
#include "keys/private.h"
#include "lib/crypto/digest.h"
#include "unit/keys/samples.h"

#define LINE_CAP	16384
#define PATH_CAP	1024

/* ---- RFC 8032 section 7.1, test 3 ---------------------------------------- */

static const char rfc_public[] =
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
static const char rfc_message[] = "af82";
static const char rfc_signature[] =
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
/* The order of the group, little-endian: RFC 8032 section 5.1. */
static const char group_order[] =
    "edd3f55c1a631258d69cf7a2def9de14"
    "00000000000000000000000000000010";

static struct pubkey *
ed25519_key(const char *hex)
{
	uint8_t point[32];
	struct blob b;

	blob_init(&b);
	wr_cstring(&b.w, "ssh-ed25519");
	wr_string(&b.w, from_hex(hex, point, sizeof(point)));
	return key_of_blob(blob_view(&b));
}

static void
put_signature(struct blob *b, const char *name, struct bytes body)
{
	blob_init(b);
	wr_cstring(&b->w, name);
	wr_string(&b->w, body);
}

static enum err_code
verify(const struct pubkey *key, const char *algorithm, struct bytes sig,
    struct bytes data)
{
	struct err err = { 0 };

	if (pubkey_verify(key, bytes_str(algorithm), sig, data, NULL, &err))
		return ERR_NONE;
	assert_int_not_equal(err.code, ERR_NONE);
	return err.code;
}

static void
verify__ed25519_takes_the_rfc_vector(void **state)
{
	struct pubkey *key = ed25519_key(rfc_public);
	uint8_t raw[64], msg[2];
	struct bytes data = from_hex(rfc_message, msg, sizeof(msg));
	struct blob sig;

	(void)state;
	put_signature(&sig, "ssh-ed25519", from_hex(rfc_signature, raw, 64));
	assert_int_equal(verify(key, "ssh-ed25519", blob_view(&sig), data),
	    ERR_NONE);
	msg[0] ^= 1;
	assert_int_equal(verify(key, "ssh-ed25519", blob_view(&sig), data),
	    ERR_MISMATCH);
	pubkey_free(key);
}

static void
verify__ed25519_refuses_every_changed_bit(void **state)
{
	struct pubkey *key = ed25519_key(rfc_public);
	uint8_t raw[64], msg[2];
	struct bytes data = from_hex(rfc_message, msg, sizeof(msg));
	struct blob sig;

	(void)state;
	from_hex(rfc_signature, raw, sizeof(raw));
	for (size_t bit = 0; bit < 8 * sizeof(raw); bit++) {
		raw[bit / 8] ^= (uint8_t)(1 << bit % 8);
		put_signature(&sig, "ssh-ed25519", bytes_of(raw, 64));
		assert_int_equal(verify(key, "ssh-ed25519", blob_view(&sig),
		    data), ERR_MISMATCH);
		raw[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	pubkey_free(key);
}

/* S + L is the same number in the group, but another signature. */
static void
verify__ed25519_refuses_s_plus_the_group_order(void **state)
{
	struct pubkey *key = ed25519_key(rfc_public);
	uint8_t raw[64], order[32], msg[2];
	struct bytes data = from_hex(rfc_message, msg, sizeof(msg));
	unsigned carry = 0;
	struct blob sig;

	(void)state;
	from_hex(rfc_signature, raw, sizeof(raw));
	from_hex(group_order, order, sizeof(order));
	for (size_t i = 0; i < 32; i++) {
		carry += raw[32 + i] + order[i];
		raw[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(carry, 0);
	put_signature(&sig, "ssh-ed25519", bytes_of(raw, sizeof(raw)));
	assert_int_equal(verify(key, "ssh-ed25519", blob_view(&sig), data),
	    ERR_MISMATCH);
	pubkey_free(key);
}

static void
verify__ed25519_signature_has_one_length(void **state)
{
	struct pubkey *key = ed25519_key(rfc_public);
	uint8_t raw[65] = { 0 }, msg[2];
	struct bytes data = from_hex(rfc_message, msg, sizeof(msg));
	struct blob sig;

	(void)state;
	from_hex(rfc_signature, raw, 64);
	for (size_t n = 0; n <= sizeof(raw); n++) {
		put_signature(&sig, "ssh-ed25519", bytes_of(raw, n));
		if (n != 64)
			assert_int_equal(verify(key, "ssh-ed25519",
			    blob_view(&sig), data), ERR_FORMAT);
	}
	pubkey_free(key);
}

static void
verify__truncated_and_longer_blobs_are_refused(void **state)
{
	struct pubkey *key = ed25519_key(rfc_public);
	uint8_t raw[64], msg[2];
	struct bytes data = from_hex(rfc_message, msg, sizeof(msg));
	struct blob sig;

	(void)state;
	put_signature(&sig, "ssh-ed25519", from_hex(rfc_signature, raw, 64));
	for (size_t n = 0; n < sig.w.len; n++) {
		uint8_t *cut = exact_copy(sig.b, n);

		assert_int_not_equal(verify(key, "ssh-ed25519",
		    bytes_of(cut, n), data), ERR_NONE);
		free(cut);
	}
	wr_u8(&sig.w, 0);
	assert_int_equal(verify(key, "ssh-ed25519", blob_view(&sig), data),
	    ERR_TRAILING);
	pubkey_free(key);
}

/* ---- names -------------------------------------------------------------- */

static void
verify__names_that_do_not_fit_together_are_denied(void **state)
{
	static const struct {
		const char *algorithm, *sig_name;
		enum err_code want;
	} cases[] = {
		{ "ssh-ed25519", "ssh-ed25519", ERR_NONE },
		{ "ssh-ed25519", "rsa-sha2-512", ERR_DENIED },
		{ "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com",
		    ERR_DENIED },
		{ "ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519",
		    ERR_DENIED },
		{ "rsa-sha2-512", "rsa-sha2-512", ERR_DENIED },
		{ "ssh-rsa", "ssh-ed25519", ERR_DENIED },
		{ "sk-ssh-ed25519@openssh.com", "ssh-ed25519", ERR_DENIED },
		{ "", "ssh-ed25519", ERR_DENIED },
		{ "ssh-ed25519", "", ERR_DENIED },
	};
	struct pubkey *key = ed25519_key(rfc_public);
	uint8_t raw[64], msg[2];
	struct bytes data = from_hex(rfc_message, msg, sizeof(msg));
	struct blob sig;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		put_signature(&sig, cases[i].sig_name,
		    from_hex(rfc_signature, raw, 64));
		if (verify(key, cases[i].algorithm, blob_view(&sig), data) !=
		    cases[i].want)
			fail_msg("case %zu", i);
	}
	blob_init(&sig);
	wr_string(&sig.w, BYTES_LIT("ssh-ed25519\0"));
	wr_string(&sig.w, bytes_of(raw, 64));
	assert_int_equal(verify(key, "ssh-ed25519", blob_view(&sig), data),
	    ERR_DENIED);
	pubkey_free(key);
}

/* ---- Wycheproof --------------------------------------------------------- */

/* Text after "name": on the line; one test stands on one line. */
static const char *
member(const char *line, const char *name)
{
	char mark[64];
	const char *p;

	(void)snprintf(mark, sizeof(mark), "\"%s\": \"", name);
	p = strstr(line, mark);
	return p == NULL ? NULL : p + strlen(mark);
}

struct wycheproof {
	const char *algorithm;
	size_t coordinate_len;			/* ECDSA */
	struct pubkey *(*key)(const struct wycheproof *w, const char *group);
	/* False: the test is about an encoding that SSH has not. */
	bool (*sig)(const struct wycheproof *w, struct bytes raw,
	    struct blob *out);
};

static struct pubkey *
wycheproof_ed25519(const struct wycheproof *w, const char *group)
{
	(void)w;
	return ed25519_key(member(group, "pk"));
}

static struct pubkey *
wycheproof_ec(const struct wycheproof *w, const char *group)
{
	uint8_t point[133];
	struct blob b;

	blob_init(&b);
	wr_cstring(&b.w, w->algorithm);
	wr_cstring(&b.w, strstr(w->algorithm, "nistp"));
	wr_string(&b.w, from_hex(member(group, "uncompressed"), point,
	    sizeof(point)));
	return key_of_blob(blob_view(&b));
}

static struct pubkey *
wycheproof_rsa(const struct wycheproof *w, const char *group)
{
	uint8_t n[1024], e[64];
	struct blob b;

	(void)w;
	blob_init(&b);
	wr_cstring(&b.w, "ssh-rsa");
	wr_mpint(&b.w, from_hex(member(group, "publicExponent"), e,
	    sizeof(e)));
	wr_mpint(&b.w, from_hex(member(group, "modulus"), n, sizeof(n)));
	return key_of_blob(blob_view(&b));
}

static bool
sig_plain(const struct wycheproof *w, struct bytes raw, struct blob *out)
{
	put_signature(out, w->algorithm, raw);
	return true;
}

/* r || s, each of the curve's length, to two mpints. */
static bool
sig_mpints(const struct wycheproof *w, struct bytes raw, struct blob *out)
{
	struct blob inner;

	if (raw.len != 2 * w->coordinate_len)
		return false;
	blob_init(&inner);
	wr_mpint(&inner.w, bytes_of(raw.p, raw.len / 2));
	wr_mpint(&inner.w, bytes_of(raw.p + raw.len / 2, raw.len / 2));
	put_signature(out, w->algorithm, blob_view(&inner));
	return true;
}

static void
run_line(const struct wycheproof *w, const struct pubkey *key,
    const char *line, size_t counts[2])
{
	const char *msg_hex = member(line, "msg"), *result;
	const char *sig_hex = member(line, "sig");
	static uint8_t msg[LINE_CAP], raw[LINE_CAP];
	struct blob sig;
	bool ok;

	if (msg_hex == NULL || sig_hex == NULL ||
	    (result = member(line, "result")) == NULL ||
	    !w->sig(w, from_hex(sig_hex, raw, sizeof(raw)), &sig))
		return;
	ok = verify(key, w->algorithm, blob_view(&sig),
	    from_hex(msg_hex, msg, sizeof(msg))) == ERR_NONE;
	counts[ok]++;
	if (strncmp(result, "valid", 5) == 0 && !ok)
		fail_msg("refused: %.200s", line);
	if (strncmp(result, "invalid", 7) == 0 && ok)
		fail_msg("accepted: %.200s", line);
}

static void
run_file(const char *name, const struct wycheproof *w)
{
	const char *dir = getenv("POSTERN_VECTORS");
	const char *srcdir = getenv("srcdir");
	static char line[LINE_CAP];
	struct pubkey *key = NULL;
	size_t counts[2] = { 0 };
	char path[PATH_CAP];
	FILE *f;

	if (dir != NULL)
		(void)snprintf(path, sizeof(path), "%s/wycheproof/%s", dir,
		    name);
	else
		(void)snprintf(path, sizeof(path),
		    "%s/../shared/vectors/wycheproof/%s",
		    srcdir == NULL ? "." : srcdir, name);
	if ((f = fopen(path, "r")) == NULL)
		skip();
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strstr(line, "\"publicKey\": {") != NULL) {
			pubkey_free(key);
			key = w->key(w, line);
		} else if (strstr(line, "{\"tcId\":") != NULL)
			run_line(w, key, line, counts);
	}
	pubkey_free(key);
	(void)fclose(f);
	assert_true(counts[false] > 20 && counts[true] >= 5);
}

static void
verify__agrees_with_wycheproof_ed25519(void **state)
{
	static const struct wycheproof w = {
		"ssh-ed25519", 0, wycheproof_ed25519, sig_plain,
	};

	(void)state;
	run_file("ed25519.json", &w);
}

static void
verify__agrees_with_wycheproof_nistp256(void **state)
{
	static const struct wycheproof w = {
		"ecdsa-sha2-nistp256", 32, wycheproof_ec, sig_mpints,
	};

	(void)state;
	run_file("ecdsa-secp256r1-sha256-p1363.json", &w);
}

static void
verify__agrees_with_wycheproof_nistp384(void **state)
{
	static const struct wycheproof w = {
		"ecdsa-sha2-nistp384", 48, wycheproof_ec, sig_mpints,
	};

	(void)state;
	run_file("ecdsa-secp384r1-sha384-p1363.json", &w);
}

static void
verify__agrees_with_wycheproof_nistp521(void **state)
{
	static const struct wycheproof w = {
		"ecdsa-sha2-nistp521", 66, wycheproof_ec, sig_mpints,
	};

	(void)state;
	run_file("ecdsa-secp521r1-sha512-p1363.json", &w);
}

static void
verify__agrees_with_wycheproof_rsa_sha256(void **state)
{
	static const struct wycheproof w = {
		"rsa-sha2-256", 0, wycheproof_rsa, sig_plain,
	};

	(void)state;
	run_file("rsa-signature-2048-sha256.json", &w);
	run_file("rsa-signature-3072-sha256.json", &w);
}

static void
verify__agrees_with_wycheproof_rsa_sha512(void **state)
{
	static const struct wycheproof w = {
		"rsa-sha2-512", 0, wycheproof_rsa, sig_plain,
	};

	(void)state;
	run_file("rsa-signature-2048-sha512.json", &w);
	run_file("rsa-signature-3072-sha512.json", &w);
}

/* ---- ECDSA shapes ------------------------------------------------------- */

static struct private_key *
private_of(const char *text)
{
	struct private_key *key = NULL;
	struct err err;

	if (!private_key_parse(bytes_str(text), &key, &err))
		fail_msg("%s: %s", err.what, err_text(&err));
	return key;
}

/* r and s of a fresh signature by the sample key. */
static void
fresh_ecdsa(struct bytes data, uint8_t *out, size_t cap, struct bytes *r,
    struct bytes *s)
{
	struct private_key *key = private_of(sample_ec_private);
	struct reader outer, inner;
	size_t len;
	struct err err;

	assert_true(private_key_sign(key, BYTES_LIT("ecdsa-sha2-nistp256"),
	    data, out, cap, &len, &err));
	outer = rd_init(bytes_of(out, len));
	assert_true(bytes_is(rd_string(&outer, 64, "name"),
	    "ecdsa-sha2-nistp256"));
	inner = rd_init(rd_string(&outer, cap, "body"));
	assert_true(rd_end(&outer, &err));
	*r = rd_mpint(&inner, 32, "r");
	*s = rd_mpint(&inner, 32, "s");
	assert_true(rd_end(&inner, &err));
	private_key_free(key);
}

static void
verify__ecdsa_numbers_have_one_spelling(void **state)
{
	struct pubkey *key = key_of_text(sample_ec_pub);
	struct bytes data = BYTES_LIT("data"), r, s;
	struct blob inner, sig;
	uint8_t fresh[256];
	static const uint8_t zeros[2];

	(void)state;
	fresh_ecdsa(data, fresh, sizeof(fresh), &r, &s);
	blob_init(&inner);
	wr_mpint(&inner.w, r);
	wr_mpint(&inner.w, s);
	put_signature(&sig, "ecdsa-sha2-nistp256", blob_view(&inner));
	assert_int_equal(verify(key, "ecdsa-sha2-nistp256", blob_view(&sig),
	    data), ERR_NONE);
	wr_u8(&inner.w, 0);			/* one byte behind s */
	put_signature(&sig, "ecdsa-sha2-nistp256", blob_view(&inner));
	assert_int_equal(verify(key, "ecdsa-sha2-nistp256", blob_view(&sig),
	    data), ERR_TRAILING);
	blob_init(&inner);			/* two zeros before r */
	wr_u32(&inner.w, (uint32_t)r.len + 2);
	wr_bytes(&inner.w, zeros, 2);
	wr_bytes(&inner.w, r.p, r.len);
	wr_mpint(&inner.w, s);
	put_signature(&sig, "ecdsa-sha2-nistp256", blob_view(&inner));
	assert_int_equal(verify(key, "ecdsa-sha2-nistp256", blob_view(&sig),
	    data), ERR_FORMAT);
	pubkey_free(key);
}

static void
verify__ecdsa_refuses_zero_and_negative_numbers(void **state)
{
	struct pubkey *key = key_of_text(sample_ec_pub);
	struct bytes data = BYTES_LIT("data"), r, s;
	struct blob inner, sig;
	uint8_t fresh[256];

	(void)state;
	fresh_ecdsa(data, fresh, sizeof(fresh), &r, &s);
	for (int which = 0; which < 3; which++) {
		blob_init(&inner);
		wr_mpint(&inner.w, which == 1 ? r : (struct bytes){ 0 });
		wr_mpint(&inner.w, which == 0 ? s : (struct bytes){ 0 });
		put_signature(&sig, "ecdsa-sha2-nistp256",
		    blob_view(&inner));
		assert_int_equal(verify(key, "ecdsa-sha2-nistp256",
		    blob_view(&sig), data), ERR_MISMATCH);
	}
	blob_init(&inner);
	wr_string(&inner.w, BYTES_LIT("\377"));		/* -1 */
	wr_mpint(&inner.w, s);
	put_signature(&sig, "ecdsa-sha2-nistp256", blob_view(&inner));
	assert_int_equal(verify(key, "ecdsa-sha2-nistp256", blob_view(&sig),
	    data), ERR_FORMAT);
	pubkey_free(key);
}

static void
verify__ec_point_off_the_curve_verifies_nothing(void **state)
{
	struct pubkey *good = key_of_text(sample_ec_pub), *bad;
	struct bytes data = BYTES_LIT("data"), r, s;
	struct blob inner, sig;
	uint8_t fresh[256], *blob = exact_copy(good->blob, good->blob_len);

	(void)state;
	fresh_ecdsa(data, fresh, sizeof(fresh), &r, &s);
	blob_init(&inner);
	wr_mpint(&inner.w, r);
	wr_mpint(&inner.w, s);
	put_signature(&sig, "ecdsa-sha2-nistp256", blob_view(&inner));
	blob[good->blob_len - 1] ^= 1;
	bad = key_of_blob(bytes_of(blob, good->blob_len));
	assert_int_equal(verify(bad, "ecdsa-sha2-nistp256", blob_view(&sig),
	    data), ERR_CRYPTO);
	free(blob);
	pubkey_free(good);
	pubkey_free(bad);
}

/* ---- certificates ------------------------------------------------------- */

static void
cert__signature_of_ssh_keygen_holds(void **state)
{
	static const char *const certs[] = {
		sample_ed_host_cert, sample_ec_user_cert,
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(certs); i++) {
		struct pubkey *cert = key_of_text(certs[i]);

		assert_true(cert_check_signature(cert, NULL, &err));
		assert_true(cert_check_signature(cert,
		    "rsa-sha2-512,ssh-ed25519", &err));
		assert_false(cert_check_signature(cert, "rsa-sha2-512",
		    &err));
		assert_int_equal(err.code, ERR_DENIED);
		assert_false(cert_check_signature(cert, "", &err));
		pubkey_free(cert);
	}
}

static void
cert__any_changed_byte_spoils_it(void **state)
{
	struct pubkey *cert = key_of_text(sample_ec_user_cert);

	(void)state;
	for (size_t i = 0; i < cert->blob_len; i++) {
		uint8_t *blob = exact_copy(cert->blob, cert->blob_len);
		struct pubkey *changed;
		struct err err;

		blob[i] ^= 0x01;
		if (pubkey_parse(bytes_of(blob, cert->blob_len), &changed,
		    &err)) {
			if (cert_check_signature(changed, NULL, &err))
				fail_msg("byte %zu", i);
			pubkey_free(changed);
		}
		free(blob);
	}
	pubkey_free(cert);
}

static void
cert__a_plain_key_has_no_signature(void **state)
{
	struct pubkey *key = key_of_text(sample_ed_pub);
	struct err err;

	(void)state;
	assert_false(cert_check_signature(key, NULL, &err));
	pubkey_free(key);
}

/* ---- security keys: an ordinary key plays the device -------------------- */

struct device {
	bool is_ec;
	uint8_t flags;
	struct bytes extensions, origin;
	const char *client_data;	/* NULL: no browser between */
};

static const char *
device_algorithm(const struct device *d)
{
	if (d->client_data != NULL)
		return "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";
	return d->is_ec ? "sk-ecdsa-sha2-nistp256@openssh.com" :
	    "sk-ssh-ed25519@openssh.com";
}

static struct pubkey *
device_key(const struct device *d)
{
	struct pubkey *plain = key_of_text(d->is_ec ? sample_ec_pub :
	    sample_ed_pub), *sk;
	struct blob b;

	blob_init(&b);
	wr_cstring(&b.w, d->is_ec ? "sk-ecdsa-sha2-nistp256@openssh.com" :
	    "sk-ssh-ed25519@openssh.com");
	if (d->is_ec)
		wr_cstring(&b.w, "nistp256");
	wr_string(&b.w, plain->point);
	wr_cstring(&b.w, "ssh:");
	sk = key_of_blob(blob_view(&b));
	pubkey_free(plain);
	return sk;
}

/* What the device makes of message, as the client sends it. */
static void
device_sign(const struct device *d, struct bytes message, struct blob *out)
{
	struct private_key *key = private_of(d->is_ec ? sample_ec_private :
	    sample_ed_private);
	struct bytes plain = bytes_str(d->is_ec ? "ecdsa-sha2-nistp256" :
	    "ssh-ed25519"), hashed = message;
	uint8_t digest[DIGEST_MAX], sig[256];
	struct reader r;
	struct blob b;
	size_t len;
	struct err err;

	if (d->client_data != NULL)
		hashed = bytes_str(d->client_data);
	blob_init(&b);
	assert_true(digest_bytes(DIGEST_SHA256, BYTES_LIT("ssh:"), digest,
	    &err));
	wr_bytes(&b.w, digest, 32);
	wr_u8(&b.w, d->flags);
	wr_u32(&b.w, 7);
	wr_bytes(&b.w, d->extensions.p, d->extensions.len);
	assert_true(digest_bytes(DIGEST_SHA256, hashed, digest, &err));
	wr_bytes(&b.w, digest, 32);
	assert_true(private_key_sign(key, plain, blob_view(&b), sig,
	    sizeof(sig), &len, &err));
	r = rd_init(bytes_of(sig, len));
	(void)rd_string(&r, 64, "name");
	put_signature(out, device_algorithm(d), rd_string(&r, 256, "body"));
	wr_u8(&out->w, d->flags);
	wr_u32(&out->w, 7);
	if (d->client_data != NULL) {
		wr_string(&out->w, d->origin);
		wr_cstring(&out->w, d->client_data);
		wr_string(&out->w, d->extensions);
	}
	private_key_free(key);
}

static void
verify__sk_signature_covers_flags_and_yields_them(void **state)
{
	struct bytes message = BYTES_LIT("message");

	(void)state;
	for (int is_ec = 0; is_ec < 2; is_ec++) {
		struct device d = { .is_ec = is_ec, .flags = 5 };
		struct pubkey *key = device_key(&d);
		struct bytes alg = bytes_str(device_algorithm(&d));
		struct sig_details details = { 0 };
		struct blob sig;
		struct err err;

		device_sign(&d, message, &sig);
		assert_true(pubkey_verify(key, alg, blob_view(&sig), message,
		    &details, &err));
		assert_int_equal(details.flags,
		    SIG_USER_PRESENT | SIG_USER_VERIFIED);
		assert_int_equal(details.counter, 7);
		for (size_t back = 1; back <= 5; back++) {
			uint8_t *p = &sig.b[sig.w.len - back];

			*p ^= 4;
			assert_false(pubkey_verify(key, alg,
			    blob_view(&sig), message, NULL, &err));
			*p ^= 4;
		}
		for (size_t n = 0; n < sig.w.len; n++)
			assert_false(pubkey_verify(key, alg,
			    bytes_of(sig.b, n), message, NULL, &err));
		wr_u8(&sig.w, 0);
		assert_false(pubkey_verify(key, alg, blob_view(&sig),
		    message, NULL, &err));
		pubkey_free(key);
	}
}

#define CLIENT_DATA(challenge, origin, rest)				\
	"{\"type\":\"webauthn.get\",\"challenge\":\"" challenge		\
	"\",\"origin\":\"" origin "\"" rest

static void
verify__webauthn_client_data_must_name_message_and_origin(void **state)
{
	/* "bWVzc2FnZQ" is "message" */
	static const struct {
		struct device device;
		bool ok;
	} cases[] = {
		{ { true, 1, { 0 }, BYTES_LIT("https://a.b"),
		    CLIENT_DATA("bWVzc2FnZQ", "https://a.b", "}") }, true },
		{ { true, 1, { 0 }, BYTES_LIT("https://a.b"),
		    CLIENT_DATA("bWVzc2FnZQ", "https://a.b", ",\"x\":1}") },
		    true },
		{ { true, 0x81, BYTES_LIT("\241"), BYTES_LIT("https://a.b"),
		    CLIENT_DATA("bWVzc2FnZQ", "https://a.b", "}") }, true },
		{ { true, 1, { 0 }, BYTES_LIT("https://a.b"),
		    CLIENT_DATA("bWVzc2FnZR", "https://a.b", "}") }, false },
		{ { true, 1, { 0 }, BYTES_LIT("https://a.b"),
		    CLIENT_DATA("bWVzc2FnZQ==", "https://a.b", "}") },
		    false },
		{ { true, 1, { 0 }, BYTES_LIT("https://a.b"),
		    CLIENT_DATA("bWVzc2FnZQ", "https://a.c", "}") }, false },
		{ { true, 1, { 0 }, BYTES_LIT("https://a.b\",\"y\":\""),
		    CLIENT_DATA("bWVzc2FnZQ", "https://a.b\",\"y\":\"",
		    "}") }, false },
		{ { true, 1, { 0 }, BYTES_LIT("https://a.b"), "" }, false },
		{ { true, 1, { 0 }, BYTES_LIT("https://a.b"),
		    "{\"type\":\"webauthn.get\"" }, false },
		{ { true, 0x41, { 0 }, BYTES_LIT("https://a.b"),
		    CLIENT_DATA("bWVzc2FnZQ", "https://a.b", "}") }, false },
		{ { true, 0x81, { 0 }, BYTES_LIT("https://a.b"),
		    CLIENT_DATA("bWVzc2FnZQ", "https://a.b", "}") }, false },
		{ { true, 1, BYTES_LIT("\241"), BYTES_LIT("https://a.b"),
		    CLIENT_DATA("bWVzc2FnZQ", "https://a.b", "}") }, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct pubkey *key = device_key(&cases[i].device);
		struct blob sig;
		bool ok;

		device_sign(&cases[i].device, BYTES_LIT("message"), &sig);
		ok = verify(key, device_algorithm(&cases[i].device),
		    blob_view(&sig), BYTES_LIT("message")) == ERR_NONE;
		if (ok != cases[i].ok)
			fail_msg("case %zu: got %d", i, ok);
		for (size_t n = 0; n < sig.w.len; n++)
			assert_int_not_equal(verify(key,
			    device_algorithm(&cases[i].device),
			    bytes_of(sig.b, n), BYTES_LIT("message")),
			    ERR_NONE);
		pubkey_free(key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verify__ed25519_takes_the_rfc_vector),
		TEST(verify__ed25519_refuses_every_changed_bit),
		TEST(verify__ed25519_refuses_s_plus_the_group_order),
		TEST(verify__ed25519_signature_has_one_length),
		TEST(verify__truncated_and_longer_blobs_are_refused),
		TEST(verify__names_that_do_not_fit_together_are_denied),
		TEST(verify__agrees_with_wycheproof_ed25519),
		TEST(verify__agrees_with_wycheproof_nistp256),
		TEST(verify__agrees_with_wycheproof_nistp384),
		TEST(verify__agrees_with_wycheproof_nistp521),
		TEST(verify__agrees_with_wycheproof_rsa_sha256),
		TEST(verify__agrees_with_wycheproof_rsa_sha512),
		TEST(verify__ecdsa_numbers_have_one_spelling),
		TEST(verify__ecdsa_refuses_zero_and_negative_numbers),
		TEST(verify__ec_point_off_the_curve_verifies_nothing),
		TEST(cert__signature_of_ssh_keygen_holds),
		TEST(cert__any_changed_byte_spoils_it),
		TEST(cert__a_plain_key_has_no_signature),
		TEST(verify__sk_signature_covers_flags_and_yields_them),
		TEST(verify__webauthn_client_data_must_name_message_and_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
