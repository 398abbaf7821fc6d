/* SPDX-License-Identifier: ISC */
#include "unit/keys/keys_util.h"

#include "keys/base64.h"
#include "unit/keys/samples.h"

static const char *const all_samples[] = {
	sample_ed_pub, sample_ec_pub, sample_ec384_pub, sample_ec521_pub,
	sample_rsa_pub, sample_ca_pub, sample_ed_host_cert,
	sample_ec_user_cert,
};

/* A point that lies nowhere is fine: the parser looks at the form only. */
static void
put_sk(struct blob *b, bool is_ec, const char *application)
{
	uint8_t point[65] = { 4, 1, 2, 3 };

	blob_init(b);
	wr_cstring(&b->w, is_ec ? "sk-ecdsa-sha2-nistp256@openssh.com" :
	    "sk-ssh-ed25519@openssh.com");
	if (is_ec)
		wr_cstring(&b->w, "nistp256");
	wr_string(&b->w, bytes_of(point, is_ec ? 65 : 32));
	wr_cstring(&b->w, application);
}

static void
pubkey__keeps_the_blob_of_every_type(void **state)
{
	struct blob sk[2];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all_samples); i++) {
		struct pubkey *key = key_of_text(all_samples[i]);
		struct pubkey *again;

		again = key_of_blob(bytes_of(key->blob, key->blob_len));
		assert_true(bytes_equal(bytes_of(key->blob, key->blob_len),
		    bytes_of(again->blob, again->blob_len)));
		assert_true(pubkey_equal_plain(key, again));
		pubkey_free(key);
		pubkey_free(again);
	}
	for (size_t i = 0; i < 2; i++) {
		struct pubkey *key;

		put_sk(&sk[i], i == 1, "ssh:");
		key = key_of_blob(blob_view(&sk[i]));
		assert_true(bytes_is(key->application, "ssh:"));
		pubkey_free(key);
	}
}

static void
refuse_each_cut(struct bytes blob)
{
	struct pubkey *key;
	struct err err;

	for (size_t n = 0; n < blob.len; n++) {
		uint8_t *cut = exact_copy(blob.p, n);

		if (pubkey_parse(bytes_of(cut, n), &key, &err))
			fail_msg("%zu of %zu bytes were a key", n, blob.len);
		free(cut);
	}
}

static void
pubkey__every_truncation_is_refused(void **state)
{
	struct blob sk;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all_samples); i++) {
		struct pubkey *key = key_of_text(all_samples[i]);

		refuse_each_cut(bytes_of(key->blob, key->blob_len));
		pubkey_free(key);
	}
	put_sk(&sk, false, "ssh:");
	refuse_each_cut(blob_view(&sk));
	put_sk(&sk, true, "ssh:");
	refuse_each_cut(blob_view(&sk));
}

static void
pubkey__one_trailing_byte_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all_samples); i++) {
		struct pubkey *key = key_of_text(all_samples[i]), *longer;
		uint8_t *more = malloc(key->blob_len + 1);
		struct err err;

		assert_non_null(more);
		memcpy(more, key->blob, key->blob_len);
		more[key->blob_len] = 0;
		assert_false(pubkey_parse(bytes_of(more, key->blob_len + 1),
		    &longer, &err));
		assert_int_equal(err.code, ERR_TRAILING);
		free(more);
		pubkey_free(key);
	}
}

static void
pubkey__unknown_type_names_are_refused(void **state)
{
	static const struct bytes names[] = {
		BYTES_LIT(""), BYTES_LIT("ssh-ed2551"),
		BYTES_LIT("ssh-ed25519 "), BYTES_LIT("SSH-ED25519"),
		BYTES_LIT("ssh-ed25519\0"), BYTES_LIT("ssh-ed25519\0x"),
		BYTES_LIT("ssh-dss"), BYTES_LIT("rsa-sha2-512"),
		BYTES_LIT("webauthn-sk-ecdsa-sha2-nistp256@openssh.com"),
	};
	static const uint8_t point[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct pubkey *key;
		struct blob b;
		struct err err;

		blob_init(&b);
		wr_string(&b.w, names[i]);
		wr_string(&b.w, bytes_of(point, sizeof(point)));
		assert_false(pubkey_parse(blob_view(&b), &key, &err));
		assert_int_equal(err.code, ERR_FORMAT);
	}
}

/* RSA blob whose numbers are written as given, canonical or not. */
static bool
rsa_is_key(struct bytes e, struct bytes n, enum err_code *code)
{
	struct pubkey *key;
	struct blob b;
	struct err err = { 0 };
	bool ok;

	blob_init(&b);
	wr_cstring(&b.w, "ssh-rsa");
	wr_string(&b.w, e);
	wr_string(&b.w, n);
	ok = pubkey_parse(blob_view(&b), &key, &err);
	if (ok)
		pubkey_free(key);
	*code = err.code;
	return ok;
}

static void
pubkey__rsa_numbers_stay_within_their_limits(void **state)
{
	uint8_t n[RSA_BITS_MAX / 8 + 2] = { 0 };
	uint8_t e[RSA_EXPONENT_BITS_MAX / 8 + 1];
	struct bytes f4 = BYTES_LIT("\1\0\1");
	enum err_code code;

	(void)state;
	n[1] = 0x80;
	memset(e, 0x7f, sizeof(e));
#define MODULUS(bits)	(n[(bits) / 8] = 1, bytes_of(n, (bits) / 8 + 1))
	assert_true(rsa_is_key(f4, MODULUS(RSA_BITS_MIN), &code));
	n[RSA_BITS_MIN / 8] = 0;
	assert_true(rsa_is_key(f4, MODULUS(RSA_BITS_MAX), &code));
	assert_true(rsa_is_key(bytes_of(e, RSA_EXPONENT_BITS_MAX / 8),
	    MODULUS(RSA_BITS_MAX), &code));
	assert_false(rsa_is_key(bytes_of(e, sizeof(e)),
	    MODULUS(RSA_BITS_MAX), &code));
	assert_int_equal(code, ERR_RANGE);
	assert_false(rsa_is_key(f4, MODULUS(RSA_BITS_MAX + 8), &code));
	assert_int_equal(code, ERR_RANGE);
	/* One bit too few: the top one is moved down. */
	n[RSA_BITS_MAX / 8 + 1] = n[RSA_BITS_MAX / 8] = 0;
	n[1] = 0x40;
	assert_false(rsa_is_key(f4, bytes_of(MODULUS(RSA_BITS_MIN).p + 1,
	    RSA_BITS_MIN / 8), &code));
	assert_int_equal(code, ERR_RANGE);
#undef MODULUS
}

static void
pubkey__rsa_numbers_have_one_spelling_and_make_sense(void **state)
{
	uint8_t n[130] = { [1] = 0x80, [128] = 1 };
	struct bytes good = bytes_of(n, 129), f4 = BYTES_LIT("\1\0\1");
	enum err_code code;

	(void)state;
	assert_true(rsa_is_key(f4, good, &code));
	assert_true(rsa_is_key(BYTES_LIT("\3"), good, &code));
	assert_false(rsa_is_key(BYTES_LIT(""), good, &code));
	assert_false(rsa_is_key(BYTES_LIT("\0"), good, &code));
	assert_false(rsa_is_key(BYTES_LIT("\1"), good, &code));
	assert_false(rsa_is_key(BYTES_LIT("\2"), good, &code));
	assert_false(rsa_is_key(BYTES_LIT("\1\0\0"), good, &code));
	assert_false(rsa_is_key(BYTES_LIT("\0\1\0\1"), good, &code));
	assert_false(rsa_is_key(BYTES_LIT("\201\0\1"), good, &code));
	assert_false(rsa_is_key(f4, BYTES_LIT(""), &code));
	/* negative; even; a zero in front that nothing needs */
	assert_false(rsa_is_key(f4, bytes_of(n + 1, 128), &code));
	n[128] = 2;
	assert_false(rsa_is_key(f4, good, &code));
	n[128] = 1;
	n[0] = n[1] = 0;
	n[2] = 0x80;
	n[129] = 1;
	assert_false(rsa_is_key(f4, bytes_of(n, 130), &code));
}

static void
pubkey__ec_curve_and_point_must_fit_the_type(void **state)
{
	static const struct {
		const char *name, *curve;
		uint8_t form;
		size_t len;
		bool ok;
	} cases[] = {
		{ "ecdsa-sha2-nistp256", "nistp256", 4, 65, true },
		{ "ecdsa-sha2-nistp256", "nistp256", 4, 64, false },
		{ "ecdsa-sha2-nistp256", "nistp256", 4, 66, false },
		{ "ecdsa-sha2-nistp256", "nistp256", 2, 33, false },
		{ "ecdsa-sha2-nistp256", "nistp256", 6, 65, false },
		{ "ecdsa-sha2-nistp256", "nistp256", 0, 1, false },
		{ "ecdsa-sha2-nistp256", "nistp256", 4, 0, false },
		{ "ecdsa-sha2-nistp256", "nistp384", 4, 65, false },
		{ "ecdsa-sha2-nistp256", "nistp384", 4, 97, false },
		{ "ecdsa-sha2-nistp384", "nistp384", 4, 97, true },
		{ "ecdsa-sha2-nistp521", "nistp521", 4, 133, true },
		{ "ecdsa-sha2-nistp521", "nistp521", 4, 131, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t point[133] = { cases[i].form };
		struct pubkey *key;
		struct blob b;
		struct err err;
		bool ok;

		blob_init(&b);
		wr_cstring(&b.w, cases[i].name);
		wr_cstring(&b.w, cases[i].curve);
		wr_string(&b.w, bytes_of(point, cases[i].len));
		ok = pubkey_parse(blob_view(&b), &key, &err);
		if (ok)
			pubkey_free(key);
		if (ok != cases[i].ok)
			fail_msg("case %zu: got %d, want %d", i, ok,
			    cases[i].ok);
	}
}

/* ---- certificates ------------------------------------------------------- */

struct cert_plan {
	uint32_t type, principal_count;
	struct bytes principals, critical;	/* used when not empty */
	const char *ca;				/* text of the CA key */
};

/* An unsigned certificate for an all-zero Ed25519 key. */
static bool
planned_cert(const struct cert_plan *plan, struct err *err)
{
	static const uint8_t point[32];
	struct pubkey *ca = key_of_text(plan->ca), *key;
	struct blob b, names;
	bool ok;

	blob_init(&names);
	for (uint32_t i = 0; i < plan->principal_count; i++)
		wr_cstring(&names.w, "p");
	wr_bytes(&names.w, plan->principals.p, plan->principals.len);
	blob_init(&b);
	wr_cstring(&b.w, "ssh-ed25519-cert-v01@openssh.com");
	wr_cstring(&b.w, "nonce");
	wr_string(&b.w, bytes_of(point, sizeof(point)));
	wr_u64(&b.w, 1);
	wr_u32(&b.w, plan->type);
	wr_cstring(&b.w, "id");
	wr_string(&b.w, blob_view(&names));
	wr_u64(&b.w, 0);
	wr_u64(&b.w, UINT64_MAX);
	wr_string(&b.w, plan->critical);
	wr_cstring(&b.w, "");
	wr_cstring(&b.w, "reserved");
	wr_string(&b.w, bytes_of(ca->blob, ca->blob_len));
	wr_cstring(&b.w, "");
	ok = pubkey_parse(blob_view(&b), &key, err);
	if (ok)
		pubkey_free(key);
	pubkey_free(ca);
	return ok;
}

static void
pubkey__certificate_fields_are_checked_by_name(void **state)
{
	static const struct {
		struct cert_plan plan;
		const char *what;	/* NULL: fine */
	} cases[] = {
		{ { 1, 1, { 0 }, { 0 }, sample_ca_pub }, NULL },
		{ { 2, 1, { 0 }, { 0 }, sample_rsa_pub }, NULL },
		{ { 1, 0, { 0 }, { 0 }, sample_ec_pub }, NULL },
		{ { 1, 256, { 0 }, { 0 }, sample_ca_pub }, NULL },
		{ { 1, 257, { 0 }, { 0 }, sample_ca_pub }, "principals" },
		{ { 0, 1, { 0 }, { 0 }, sample_ca_pub },
		    "certificate type" },
		{ { 3, 1, { 0 }, { 0 }, sample_ca_pub },
		    "certificate type" },
		{ { 1, 1, BYTES_LIT("\0\0\0\2a"), { 0 }, sample_ca_pub },
		    "principals" },
		{ { 1, 1, { 0 }, BYTES_LIT("\0\0\0\1a"), sample_ca_pub },
		    "critical options" },
		{ { 1, 1, { 0 }, BYTES_LIT("\0\0\0\1a\0\0\0\0"),
		    sample_ca_pub }, NULL },
		{ { 1, 1, { 0 }, BYTES_LIT("\0\0\0\1a\0\0\0\0\0"),
		    sample_ca_pub }, "critical options" },
		{ { 1, 1, { 0 }, { 0 }, sample_ed_host_cert }, "CA key" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };
		bool ok = planned_cert(&cases[i].plan, &err);

		if (ok != (cases[i].what == NULL))
			fail_msg("case %zu: %s", i, ok ? "ok" : err.what);
		if (!ok)
			assert_string_equal(err.what, cases[i].what);
	}
}

static void
pubkey__certificate_yields_what_ssh_keygen_put_in(void **state)
{
	struct pubkey *cert = key_of_text(sample_ec_user_cert);
	struct pubkey *ca = key_of_text(sample_ca_pub);
	struct reader r = rd_init(cert->cert.principals);

	(void)state;
	assert_string_equal(cert->row->short_name, "ECDSA-CERT");
	assert_true(cert->cert.serial == 5);
	assert_int_equal(cert->cert.type, CERT_USER);
	assert_true(bytes_is(cert->cert.key_id, "user id"));
	assert_true(bytes_is(rd_string(&r, 64, "name"), "fred"));
	assert_true(bytes_is(rd_string(&r, 64, "name"), "wilma"));
	assert_int_equal(rd_left(&r), 0);
	assert_true(cert->cert.valid_after == 1577836800);
	assert_true(cert->cert.valid_before == 4070908800);
	r = rd_init(cert->cert.critical);
	assert_true(bytes_is(rd_string(&r, 64, "name"), "force-command"));
	assert_true(bytes_equal(rd_string(&r, 64, "data"),
	    BYTES_LIT("\0\0\0\4true")));
	assert_int_equal(rd_left(&r), 0);
	assert_true(bytes_equal(cert->cert.ca_key,
	    bytes_of(ca->blob, ca->blob_len)));
	pubkey_free(cert);
	pubkey_free(ca);
}

static void
pubkey__certificate_equals_its_plain_key_only(void **state)
{
	struct pubkey *cert = key_of_text(sample_ec_user_cert);
	struct pubkey *plain = key_of_text(sample_ec_pub);
	struct pubkey *other = key_of_text(sample_ed_pub);
	uint8_t *blob;
	size_t len;
	struct err err;

	(void)state;
	assert_true(pubkey_equal_plain(cert, plain));
	assert_false(pubkey_equal_plain(cert, other));
	assert_true(pubkey_plain_blob(cert, &blob, &len, &err));
	assert_true(bytes_equal(bytes_of(blob, len),
	    bytes_of(plain->blob, plain->blob_len)));
	free(blob);
	pubkey_free(cert);
	pubkey_free(plain);
	pubkey_free(other);
}

static void
pubkey__sk_keys_differ_by_application(void **state)
{
	struct blob a, b;
	struct pubkey *key_a, *key_b;

	(void)state;
	put_sk(&a, false, "ssh:");
	put_sk(&b, false, "ssh:x");
	key_a = key_of_blob(blob_view(&a));
	key_b = key_of_blob(blob_view(&b));
	assert_false(pubkey_equal_plain(key_a, key_b));
	pubkey_free(key_a);
	pubkey_free(key_b);
}

static void
pubkey__plain_blob_rebuilds_every_plain_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all_samples); i++) {
		struct pubkey *key = key_of_text(all_samples[i]);
		uint8_t *blob;
		size_t len;
		struct err err;

		assert_true(pubkey_plain_blob(key, &blob, &len, &err));
		if (!key->row->is_cert)
			assert_true(bytes_equal(bytes_of(blob, len),
			    bytes_of(key->blob, key->blob_len)));
		free(blob);
		pubkey_free(key);
	}
}

/* ---- sizes, fingerprints, text ------------------------------------------ */

static void
pubkey__sizes_are_those_of_the_modulus_or_curve(void **state)
{
	static const struct {
		const char *text;
		unsigned bits;
	} cases[] = {
		{ sample_ed_pub, 256 }, { sample_ec_pub, 256 },
		{ sample_ec384_pub, 384 }, { sample_ec521_pub, 521 },
		{ sample_rsa_pub, 2048 }, { sample_ec_user_cert, 256 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct pubkey *key = key_of_text(cases[i].text);

		assert_int_equal(pubkey_bits(key), cases[i].bits);
		pubkey_free(key);
	}
}

static void
pubkey__fingerprints_are_those_of_ssh_keygen(void **state)
{
	static const struct {
		const char *text, *hash, *want;
	} cases[] = {
		{ sample_ed_pub, "sha256", sample_ed_sha256 },
		{ sample_ed_pub, "SHA256", sample_ed_sha256 },
		{ sample_ed_pub, "md5", sample_ed_md5 },
		{ sample_ec_pub, "SHA256", sample_ec_sha256 },
		{ sample_ec_pub, "MD5", sample_ec_md5 },
		{ sample_rsa_pub, "SHA256", sample_rsa_sha256 },
		{ sample_rsa_pub, "MD5", sample_rsa_md5 },
		{ sample_ed_host_cert, "SHA256", sample_ed_sha256 },
		{ sample_ec_user_cert, "MD5", sample_ec_md5 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct pubkey *key = key_of_text(cases[i].text);
		char out[FINGERPRINT_MAX];
		struct err err;

		assert_true(pubkey_fingerprint(key, cases[i].hash, out,
		    sizeof(out), &err));
		assert_string_equal(out, cases[i].want);
		assert_false(pubkey_fingerprint(key, cases[i].hash, out,
		    strlen(cases[i].want), &err));
		assert_false(pubkey_fingerprint(key, "SHA-3", out,
		    sizeof(out), &err));
		pubkey_free(key);
	}
}

static void
pubkey__text_yields_key_and_comment(void **state)
{
	char line[512];
	struct pubkey *key;
	struct bytes rest;
	struct err err;

	(void)state;
	assert_true(pubkey_parse_text(bytes_str(sample_ed_pub), &key, &rest,
	    &err));
	assert_true(bytes_is(rest, "one@example"));
	pubkey_free(key);
	(void)snprintf(line, sizeof(line), "\t%s  with blanks", sample_ed_pub);
	assert_true(pubkey_parse_text(bytes_str(line), &key, &rest, &err));
	assert_true(bytes_is(rest, "one@example  with blanks"));
	pubkey_free(key);
}

static void
pubkey__text_with_another_name_or_bad_letters_is_refused(void **state)
{
	static const char *const texts[] = {
		"", " ", "ssh-ed25519", "ssh-ed25519 ",
		"ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIHT5/ICKc/UTvFd1EKCs7ZowOXG9"
		    "1SnaqNoxzgQUA/iN",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHT5/ICKc/UTvFd1EKCs7Zow"
		    "OXG91SnaqNoxzgQUA/i",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHT5/ICKc/UTvFd1EKCs7Zow"
		    "OXG91SnaqNoxzgQUA-iN",
		"ssh-ed25519,AAAAC3NzaC1lZDI1NTE5AAAAIHT5/ICKc/UTvFd1EKCs7Zow"
		    "OXG91SnaqNoxzgQUA/iN",
		"rsa-sha2-512 AAAAC3NzaC1lZDI1NTE5AAAA",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct pubkey *key;
		struct bytes rest;
		struct err err;

		assert_false(pubkey_parse_text(bytes_str(texts[i]), &key,
		    &rest, &err));
	}
}

/* RFC 4648 section 10, and its section 3.5 on the bits that are left over. */
static void
base64__text_has_one_spelling(void **state)
{
	static const struct {
		const char *text, *bytes;
	} good[] = {
		{ "Zg==", "f" }, { "Zm8=", "fo" }, { "Zm9v", "foo" },
		{ "Zm9vYg==", "foob" }, { "Zm9vYmE=", "fooba" },
		{ "Zm9vYmFy", "foobar" },
	};
	static const char *const bad[] = {
		"", "=", "====", "Z===", "Zg=", "Zg", "Zg=a", "Zh==", "Zm9=",
		"Zg==Zg==", "Zm 9", "Zm9v\n", "Zm-v", "Zm_v", "Zm9v=",
	};
	uint8_t out[16];
	char text[16];
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(base64_decode(bytes_str(good[i].text), out,
		    sizeof(out), &len));
		assert_true(bytes_is(bytes_of(out, len), good[i].bytes));
		assert_false(base64_decode(bytes_str(good[i].text), out,
		    len - 1, &len));
		assert_true(base64_encode(bytes_str(good[i].bytes),
		    BASE64_PADDED, text, sizeof(text), &len));
		assert_string_equal(text, good[i].text);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (base64_decode(bytes_str(bad[i]), out, sizeof(out), &len))
			fail_msg("\"%s\" was taken", bad[i]);
	}
	assert_true(base64_encode(BYTES_LIT("\xfb\xff"), BASE64_URL, text,
	    sizeof(text), NULL));
	assert_string_equal(text, "-_8");
	assert_false(base64_encode(BYTES_LIT("abc"), BASE64_PADDED, text, 4,
	    NULL));
}

/* ---- tables ------------------------------------------------------------- */

static void
algorithms__every_signature_row_has_its_key_type(void **state)
{
	const struct sig_alg_row *alg;
	size_t count = 0;

	(void)state;
	for (; (alg = sig_alg_row(count)) != NULL; count++) {
		const struct key_type_row *row;
		struct bytes sig_name = bytes_str(alg->sig_name);

		assert_ptr_equal(sig_alg_find(bytes_str(alg->name)), alg);
		row = key_type_find(bytes_str(alg->key_name));
		assert_non_null(row);
		assert_int_equal(row->is_cert,
		    strstr(alg->name, "-cert-v01@") != NULL);
		/* A signature is never named after a certificate. */
		assert_null(strstr(alg->sig_name, "-cert-"));
		assert_non_null(sig_alg_find(sig_name));
		assert_ptr_equal(
		    key_type_find(bytes_str(row->plain_name)),
		    key_type_find(bytes_str(
		    sig_alg_find(sig_name)->key_name)));
	}
	assert_int_equal(count, 20);
	assert_null(sig_alg_find(BYTES_LIT("ssh-ed25519\0")));
}

/* Forged collisions of SHA-1 are affordable: nothing uses it unasked. */
static void
algorithms__sha1_is_never_a_default(void **state)
{
	const struct sig_alg_row *alg;

	(void)state;
	for (size_t i = 0; (alg = sig_alg_row(i)) != NULL; i++)
		assert_int_equal(alg->is_default, alg->hash != DIGEST_SHA1);
	assert_non_null(alg = sig_alg_find(BYTES_LIT("ssh-rsa")));
	assert_int_equal(alg->hash, DIGEST_SHA1);
	assert_non_null(sig_alg_find(
	    BYTES_LIT("ssh-rsa-cert-v01@openssh.com")));
}

static void
algorithms__order_is_that_of_the_default_list(void **state)
{
	static const char want[] =
	    "ssh-ed25519-cert-v01@openssh.com,"
	    "ecdsa-sha2-nistp256-cert-v01@openssh.com,"
	    "ecdsa-sha2-nistp384-cert-v01@openssh.com,"
	    "ecdsa-sha2-nistp521-cert-v01@openssh.com,"
	    "sk-ssh-ed25519-cert-v01@openssh.com,"
	    "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,"
	    "webauthn-sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,"
	    "rsa-sha2-512-cert-v01@openssh.com,"
	    "rsa-sha2-256-cert-v01@openssh.com,"
	    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
	    "ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com,"
	    "sk-ecdsa-sha2-nistp256@openssh.com,"
	    "webauthn-sk-ecdsa-sha2-nistp256@openssh.com,"
	    "rsa-sha2-512,rsa-sha2-256";
	const struct sig_alg_row *alg;
	char got[2048] = "";

	(void)state;
	for (size_t i = 0; (alg = sig_alg_row(i)) != NULL; i++) {
		if (!alg->is_default)
			continue;
		if (got[0] != '\0')
			strcat(got, ",");
		strcat(got, alg->name);
	}
	assert_string_equal(got, want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pubkey__keeps_the_blob_of_every_type),
		TEST(pubkey__every_truncation_is_refused),
		TEST(pubkey__one_trailing_byte_is_refused),
		TEST(pubkey__unknown_type_names_are_refused),
		TEST(pubkey__rsa_numbers_stay_within_their_limits),
		TEST(pubkey__rsa_numbers_have_one_spelling_and_make_sense),
		TEST(pubkey__ec_curve_and_point_must_fit_the_type),
		TEST(pubkey__certificate_fields_are_checked_by_name),
		TEST(pubkey__certificate_yields_what_ssh_keygen_put_in),
		TEST(pubkey__certificate_equals_its_plain_key_only),
		TEST(pubkey__sk_keys_differ_by_application),
		TEST(pubkey__plain_blob_rebuilds_every_plain_key),
		TEST(pubkey__sizes_are_those_of_the_modulus_or_curve),
		TEST(pubkey__fingerprints_are_those_of_ssh_keygen),
		TEST(pubkey__text_yields_key_and_comment),
		TEST(pubkey__text_with_another_name_or_bad_letters_is_refused),
		TEST(base64__text_has_one_spelling),
		TEST(algorithms__every_signature_row_has_its_key_type),
		TEST(algorithms__sha1_is_never_a_default),
		TEST(algorithms__order_is_that_of_the_default_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
