/* SPDX-License-Identifier: ISC */
#include "unit/keys/keys_util.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys/base64.h"
#include "keys/private.h"
#include "lib/crypto/openssl.h"
#include "unit/keys/samples.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#define KEYGEN		"/usr/bin/ssh-keygen"
#define TEXT_CAP	32768

static struct private_key *
private_of(struct bytes text)
{
	struct private_key *key = NULL;
	struct err err;

	if (!private_key_parse(text, &key, &err))
		fail_msg("%s: %s", err.what, err_text(&err));
	return key;
}

/* Signs under every algorithm of the key, and checks with its public half. */
static void
sign_and_check(const struct private_key *key)
{
	const struct pubkey *public = private_key_public(key);
	struct bytes data = BYTES_LIT("some data");
	const struct sig_alg_row *alg;
	size_t count = 0;

	for (size_t i = 0; (alg = sig_alg_row(i)) != NULL; i++) {
		struct bytes name = bytes_str(alg->name);
		const struct key_type_row *row;
		uint8_t sig[SIGNATURE_MAX];
		size_t len;
		struct err err;
		bool fits;

		row = key_type_find(bytes_str(alg->key_name));
		fits = strcmp(row->plain_name, public->row->name) == 0;
		assert_int_equal(private_key_sign(key, name, data, sig,
		    sizeof(sig), &len, &err), fits);
		if (!fits)
			continue;
		/* A certificate's algorithm signs as the plain one. */
		assert_true(pubkey_verify(public, bytes_str(alg->sig_name),
		    bytes_of(sig, len), data, NULL, &err));
		sig[len - 1] ^= 1;
		assert_false(pubkey_verify(public, bytes_str(alg->sig_name),
		    bytes_of(sig, len), data, NULL, &err));
		/* ECDSA's length varies, but this is too small for all. */
		assert_false(private_key_sign(key, name, data, sig, 64,
		    &len, &err));
		count++;
	}
	assert_true(count >= 2);
}

/* ---- embedded samples --------------------------------------------------- */

static void
private__sample_files_belong_to_their_public_keys(void **state)
{
	static const struct {
		const char *private, *public;	/* NULL: not known */
	} cases[] = {
		{ sample_ed_private, sample_ed_pub },
		{ sample_ec_private, sample_ec_pub },
		{ sample_ec_sec1, sample_ec_pub },
		{ sample_ec_pkcs8, sample_ec_pub },
		{ sample_ed_pkcs8, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct private_key *key;
		struct pubkey *public;

		key = private_of(bytes_str(cases[i].private));
		if (cases[i].public != NULL) {
			public = key_of_text(cases[i].public);
			assert_true(bytes_equal(
			    bytes_of(public->blob, public->blob_len),
			    bytes_of(private_key_public(key)->blob,
			    private_key_public(key)->blob_len)));
			pubkey_free(public);
		}
		sign_and_check(key);
		private_key_free(key);
	}
}

static void
private__encrypted_files_are_denied(void **state)
{
	static const char *const texts[] = {
		sample_ed_encrypted, sample_ed_pkcs8_encrypted,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct private_key *key;
		struct err err;

		assert_false(private_key_parse(bytes_str(texts[i]), &key,
		    &err));
		assert_int_equal(err.code, ERR_DENIED);
	}
}

/* Up to the last dash: the newline behind it is not missed. */
static void
private__every_truncation_of_a_file_is_refused(void **state)
{
	static const char *const texts[] = {
		sample_ed_private, sample_ec_private, sample_ec_sec1,
		sample_ed_pkcs8,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		size_t len = strlen(texts[i]);

		for (size_t n = 0; n + 1 < len; n++) {
			struct private_key *key;
			uint8_t *cut;
			struct err err;

			cut = exact_copy((const uint8_t *)texts[i], n);
			if (private_key_parse(bytes_of(cut, n), &key, &err))
				fail_msg("file %zu, %zu bytes", i, n);
			free(cut);
		}
	}
}

static void
private__other_line_ends_are_fine_and_more_text_is_not(void **state)
{
	char text[TEXT_CAP];
	struct private_key *key;
	size_t n = 0;
	struct err err;

	(void)state;
	for (const char *p = sample_ed_private; *p != '\0'; p++) {
		if (*p == '\n')
			text[n++] = '\r';
		text[n++] = *p;
	}
	private_key_free(private_of(bytes_of(text, n)));
	text[n++] = 'x';
	assert_false(private_key_parse(bytes_of(text, n), &key, &err));
	(void)snprintf(text, sizeof(text), "%s%s", sample_ed_private,
	    sample_ed_private);
	assert_false(private_key_parse(bytes_str(text), &key, &err));
	(void)snprintf(text, sizeof(text), "%s%s", sample_ec_sec1,
	    sample_ec_sec1);
	assert_false(private_key_parse(bytes_str(text), &key, &err));
}

static void
private__a_file_above_the_limit_is_refused(void **state)
{
	size_t len = strlen(sample_ed_private);
	uint8_t *text = malloc(KEY_FILE_MAX + 1);
	struct private_key *key;
	struct err err;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', KEY_FILE_MAX + 1);
	memcpy(text, sample_ed_private, len);
	private_key_free(private_of(bytes_of(text, KEY_FILE_MAX)));
	assert_false(private_key_parse(bytes_of(text, KEY_FILE_MAX + 1),
	    &key, &err));
	assert_int_equal(err.code, ERR_RANGE);
	free(text);
}

/* ---- the inside of the OpenSSH form ------------------------------------- */

/* Where things lie in the Ed25519 sample, for tests that change them. */
enum {
	AT_COUNT = 15 + 8 + 8 + 4,		/* magic, cipher, kdf, "" */
	AT_PUBLIC = AT_COUNT + 4 + 4 + 15 + 4,	/* name, then the point */
	AT_SECTION_LEN = AT_PUBLIC + 32,
	AT_CHECK = AT_SECTION_LEN + 4,
	AT_INNER_POINT = AT_CHECK + 8 + 15 + 4,
	AT_SEED = AT_INNER_POINT + 32 + 4,
	AT_SECOND_POINT = AT_SEED + 32,
};

static size_t
decode_sample(uint8_t *out, size_t cap)
{
	char letters[TEXT_CAP];
	const char *p = strchr(sample_ed_private, '\n');
	size_t n = 0, len;

	for (; *p != '-'; p++) {
		if (*p != '\n')
			letters[n++] = *p;
	}
	assert_true(base64_decode(bytes_of(letters, n), out, cap, &len));
	return len;
}

static bool
parse_binary(struct bytes file, enum err_code *code)
{
	char text[TEXT_CAP], letters[TEXT_CAP / 2];
	struct private_key *key;
	struct err err = { 0 };
	bool ok;

	assert_true(base64_encode(file, BASE64_PADDED, letters,
	    sizeof(letters), NULL));
	(void)snprintf(text, sizeof(text),
	    "-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n"
	    "-----END OPENSSH PRIVATE KEY-----\n", letters);
	ok = private_key_parse(bytes_str(text), &key, &err);
	if (ok)
		private_key_free(key);
	*code = err.code;
	return ok;
}

static void
private__every_truncation_of_the_binary_is_refused(void **state)
{
	uint8_t file[1024];
	size_t len = decode_sample(file, sizeof(file));
	enum err_code code;

	(void)state;
	assert_true(parse_binary(bytes_of(file, len), &code));
	for (size_t n = 1; n < len; n++)
		assert_false(parse_binary(bytes_of(file, n), &code));
	file[len] = 0;
	assert_false(parse_binary(bytes_of(file, len + 1), &code));
	assert_int_equal(code, ERR_TRAILING);
}

static void
private__halves_that_do_not_belong_together_are_refused(void **state)
{
	static const struct {
		const char *what;
		size_t at;
	} cases[] = {
		{ "number of keys", AT_COUNT + 3 },
		{ "public key", AT_PUBLIC },
		{ "check number", AT_CHECK },
		{ "inner public key", AT_INNER_POINT },
		{ "seed", AT_SEED },
		{ "public key behind the seed", AT_SECOND_POINT },
	};
	uint8_t file[1024];
	size_t len = decode_sample(file, sizeof(file));
	enum err_code code;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		file[cases[i].at] ^= 1;
		if (parse_binary(bytes_of(file, len), &code))
			fail_msg("changed %s", cases[i].what);
		file[cases[i].at] ^= 1;
	}
	/* The seed alone against all three copies of the public key. */
	file[AT_PUBLIC] ^= 1;
	file[AT_INNER_POINT] ^= 1;
	file[AT_SECOND_POINT] ^= 1;
	assert_false(parse_binary(bytes_of(file, len), &code));
	assert_int_equal(code, ERR_MISMATCH);
}

static void
private__padding_counts_up(void **state)
{
	uint8_t file[1024];
	size_t len = decode_sample(file, sizeof(file)), section;
	enum err_code code;

	(void)state;
	assert_int_equal(file[len - 1], file[len - 2] + 1);
	file[len - 1]++;
	assert_false(parse_binary(bytes_of(file, len), &code));
	file[len - 1]--;
	section = len - AT_CHECK;
	/* one byte of padding too few, the lengths being right */
	file[AT_SECTION_LEN + 3] = (uint8_t)(section - 1);
	assert_false(parse_binary(bytes_of(file, len - 1), &code));
	assert_int_equal(code, ERR_FORMAT);
}

/* ---- keys made by libcrypto --------------------------------------------- */

static struct bytes
pem_of(EVP_PKEY *key, bool traditional, const char *passphrase, char *out,
    size_t cap)
{
	const EVP_CIPHER *cipher = passphrase == NULL ? NULL :
	    EVP_aes_128_cbc();
	int pass_len = passphrase == NULL ? 0 : (int)strlen(passphrase);
	BIO *bio = BIO_new(BIO_s_mem());
	char *p;
	long len;

	assert_non_null(bio);
	if (traditional)
		assert_int_equal(PEM_write_bio_PrivateKey_traditional(bio,
		    key, cipher, (const unsigned char *)passphrase, pass_len,
		    NULL, NULL), 1);
	else
		assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key,
		    cipher, passphrase, pass_len, NULL, NULL), 1);
	len = BIO_get_mem_data(bio, &p);
	assert_true(len > 0 && (size_t)len < cap);
	memcpy(out, p, (size_t)len);
	BIO_free(bio);
	return bytes_of(out, (size_t)len);
}

static void
private__pem_of_every_type_is_read(void **state)
{
	static const char *const curves[] = { "P-256", "P-384", "P-521" };
	char text[TEXT_CAP];

	(void)state;
	for (size_t i = 0; i < 2 * (ARRAY_LEN(curves) + 1); i++) {
		bool traditional = i % 2 != 0;
		size_t c = i / 2;
		EVP_PKEY *evp = c < ARRAY_LEN(curves) ?
		    EVP_EC_gen(curves[c]) : EVP_RSA_gen(2048);
		struct private_key *key;

		assert_non_null(evp);
		key = private_of(pem_of(evp, traditional, NULL, text,
		    sizeof(text)));
		sign_and_check(key);
		private_key_free(key);
		EVP_PKEY_free(evp);
	}
}

static void
private__encrypted_pem_is_denied_without_asking(void **state)
{
	EVP_PKEY *evp = EVP_EC_gen("P-256");
	char text[TEXT_CAP];

	(void)state;
	assert_non_null(evp);
	for (int traditional = 0; traditional < 2; traditional++) {
		struct private_key *key;
		struct err err;

		assert_false(private_key_parse(pem_of(evp, traditional,
		    "secret", text, sizeof(text)), &key, &err));
		assert_int_equal(err.code, ERR_DENIED);
	}
	EVP_PKEY_free(evp);
}

static void
private__other_types_and_curves_are_refused(void **state)
{
	EVP_PKEY *const keys[] = {
		EVP_EC_gen("secp256k1"),
		EVP_PKEY_Q_keygen(NULL, NULL, "ED448"),
		EVP_PKEY_Q_keygen(NULL, NULL, "X25519"),
		EVP_RSA_gen(RSA_BITS_MIN - 512),
	};
	char text[TEXT_CAP];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct private_key *key;
		struct err err;

		assert_non_null(keys[i]);
		assert_false(private_key_parse(pem_of(keys[i], false, NULL,
		    text, sizeof(text)), &key, &err));
		EVP_PKEY_free(keys[i]);
	}
}

/* RFC 8017 wants full length; some signers leave leading zeros out. */
static void
private__rsa_signature_without_its_leading_zeros_holds(void **state)
{
	EVP_PKEY *evp = EVP_RSA_gen(RSA_BITS_MIN);
	uint8_t data[4] = { 0 }, sig[1024];
	struct private_key *key;
	char text[TEXT_CAP];
	struct blob shorter;
	struct bytes body;
	struct err err;

	(void)state;
	assert_non_null(evp);
	key = private_of(pem_of(evp, false, NULL, text, sizeof(text)));
	do {			/* one signature in 256 */
		struct reader r;
		size_t len;

		put_u32(data, 1 + ((uint32_t)data[2] << 8 | data[3]));
		assert_true(private_key_sign(key, BYTES_LIT("rsa-sha2-256"),
		    bytes_of(data, 4), sig, sizeof(sig), &len, &err));
		r = rd_init(bytes_of(sig, len));
		(void)rd_string(&r, 64, "name");
		body = rd_string(&r, 1024, "body");
		assert_int_equal(body.len, RSA_BITS_MIN / 8);
	} while (body.p[0] != 0);
	blob_init(&shorter);
	wr_cstring(&shorter.w, "rsa-sha2-256");
	wr_string(&shorter.w, bytes_of(body.p + 1, body.len - 1));
	assert_true(pubkey_verify(private_key_public(key),
	    BYTES_LIT("rsa-sha2-256"), blob_view(&shorter), bytes_of(data, 4),
	    NULL, &err));
	blob_init(&shorter);		/* one byte too many */
	wr_cstring(&shorter.w, "rsa-sha2-256");
	wr_u32(&shorter.w, (uint32_t)body.len + 1);
	wr_u8(&shorter.w, 0);
	wr_bytes(&shorter.w, body.p, body.len);
	assert_false(pubkey_verify(private_key_public(key),
	    BYTES_LIT("rsa-sha2-256"), blob_view(&shorter), bytes_of(data, 4),
	    NULL, &err));
	private_key_free(key);
	EVP_PKEY_free(evp);
}

static const struct {
	const char *name;
	const char *digest;
} rsa_algorithms[] = {
	{ "rsa-sha2-512", "SHA512" }, { "rsa-sha2-256", "SHA256" },
	{ "ssh-rsa", "SHA1" },
};

static struct bytes
signature_body(struct bytes signature)
{
	struct reader r = rd_init(signature);

	(void)rd_string(&r, 64, "name");
	return rd_string(&r, 1024, "body");
}

/* RFC 8332 section 3; 4253 section 6.6. */
static void
private__rsa_signs_with_the_hash_that_the_name_promises(void **state)
{
	EVP_PKEY *evp = EVP_RSA_gen(RSA_BITS_MIN);
	struct bytes data = BYTES_LIT("data"), body;
	struct private_key *key;
	char text[TEXT_CAP];

	(void)state;
	assert_non_null(evp);
	key = private_of(pem_of(evp, false, NULL, text, sizeof(text)));
	for (size_t i = 0; i < ARRAY_LEN(rsa_algorithms); i++) {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		uint8_t sig[1024];
		size_t len;
		struct err err;

		assert_true(private_key_sign(key,
		    bytes_str(rsa_algorithms[i].name), data, sig, sizeof(sig),
		    &len, &err));
		body = signature_body(bytes_of(sig, len));
		assert_int_equal(EVP_DigestVerifyInit_ex(ctx, NULL,
		    rsa_algorithms[i].digest, NULL, NULL, evp, NULL), 1);
		assert_int_equal(EVP_DigestVerify(ctx, body.p, body.len,
		    data.p, data.len), 1);
		EVP_MD_CTX_free(ctx);
	}
	private_key_free(key);
	EVP_PKEY_free(evp);
}

/* The hash that the name promises, not the one inside the signature. */
static void
private__rsa_signature_under_another_hash_is_refused(void **state)
{
	EVP_PKEY *evp = EVP_RSA_gen(RSA_BITS_MIN);
	struct bytes data = BYTES_LIT("data");
	struct private_key *key;
	char text[TEXT_CAP];
	struct blob renamed;
	uint8_t sig[1024];
	size_t len;
	struct err err;

	(void)state;
	assert_non_null(evp);
	key = private_of(pem_of(evp, false, NULL, text, sizeof(text)));
	for (size_t i = 0; i < ARRAY_LEN(rsa_algorithms); i++) {
		for (size_t k = 0; k < ARRAY_LEN(rsa_algorithms); k++) {
			struct bytes other = bytes_str(rsa_algorithms[k].name);

			if (i == k)
				continue;
			assert_true(private_key_sign(key,
			    bytes_str(rsa_algorithms[i].name), data, sig,
			    sizeof(sig), &len, &err));
			assert_false(pubkey_verify(private_key_public(key),
			    other, bytes_of(sig, len), data, NULL, &err));
			assert_int_equal(err.code, ERR_DENIED);
			blob_init(&renamed);
			wr_string(&renamed.w, other);
			wr_string(&renamed.w,
			    signature_body(bytes_of(sig, len)));
			assert_false(pubkey_verify(private_key_public(key),
			    other, blob_view(&renamed), data, NULL, &err));
			assert_int_equal(err.code, ERR_MISMATCH);
		}
	}
	private_key_free(key);
	EVP_PKEY_free(evp);
}

/* ---- keys made by ssh-keygen -------------------------------------------- */

static void
run_keygen(const char *const argv[])
{
	pid_t pid = fork();
	int status;

	assert_true(pid != -1);
	if (pid == 0) {
		(void)!freopen("/dev/null", "w", stdout);
		(void)execv(KEYGEN, (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static size_t
read_text(const char *path, char *out, size_t cap)
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(out, 1, cap - 1, f);
	out[n] = '\0';
	(void)fclose(f);
	return n;
}

static void
private__reads_what_ssh_keygen_writes(void **state)
{
	static const struct {
		const char *type, *bits, *form;
	} cases[] = {
		{ "ed25519", "256", "RFC4716" },
		{ "ecdsa", "256", "RFC4716" }, { "ecdsa", "256", "PEM" },
		{ "ecdsa", "384", "RFC4716" }, { "ecdsa", "384", "PKCS8" },
		{ "ecdsa", "521", "RFC4716" }, { "ecdsa", "521", "PEM" },
		{ "rsa", "2048", "RFC4716" }, { "rsa", "1024", "PEM" },
		{ "rsa", "1024", "PKCS8" }, { "rsa", "1032", "RFC4716" },
	};
	char dir[] = "/tmp/private_test.XXXXXX";
	char path[64], pub_path[64], text[TEXT_CAP];

	(void)state;
	if (access(KEYGEN, X_OK) == -1)
		skip();
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/key", dir);
	(void)snprintf(pub_path, sizeof(pub_path), "%s/key.pub", dir);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct private_key *key;
		struct pubkey *public;
		size_t len;

		run_keygen((const char *const[]){ "ssh-keygen", "-q", "-t",
		    cases[i].type, "-b", cases[i].bits, "-m", cases[i].form,
		    "-N", "", "-f", path, NULL });
		len = read_text(path, text, sizeof(text));
		key = private_of(bytes_of(text, len));
		(void)read_text(pub_path, text, sizeof(text));
		public = key_of_text(text);
		assert_true(pubkey_equal_plain(public,
		    private_key_public(key)));
		sign_and_check(key);
		pubkey_free(public);
		private_key_free(key);
		(void)unlink(path);
		(void)unlink(pub_path);
	}
	(void)rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(private__sample_files_belong_to_their_public_keys),
		TEST(private__encrypted_files_are_denied),
		TEST(private__every_truncation_of_a_file_is_refused),
		TEST(private__other_line_ends_are_fine_and_more_text_is_not),
		TEST(private__a_file_above_the_limit_is_refused),
		TEST(private__every_truncation_of_the_binary_is_refused),
		TEST(private__halves_that_do_not_belong_together_are_refused),
		TEST(private__padding_counts_up),
		TEST(private__pem_of_every_type_is_read),
		TEST(private__encrypted_pem_is_denied_without_asking),
		TEST(private__other_types_and_curves_are_refused),
		TEST(private__rsa_signature_without_its_leading_zeros_holds),
		TEST(private__rsa_signs_with_the_hash_that_the_name_promises),
		TEST(private__rsa_signature_under_another_hash_is_refused),
		TEST(private__reads_what_ssh_keygen_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
