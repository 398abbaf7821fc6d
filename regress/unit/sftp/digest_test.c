/* SPDX-License-Identifier: ISC */
/* Vectors: RFC 1321 A.5; RFC 3174 7.3; FIPS 180-4 examples of NIST. */
#include "sftp-server/digest.h"

#include <stdio.h>

#include "lib/base/compiler.h"
#include "unit/test.h"

#define MILLION	1000000

static const struct {
	const char *name, *text, *hex;
} rows[] = {
	{ "md5", "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ "md5", "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ "md5", "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
	{ "md5", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789", "d174ab98d277d9f5a5611c2c9f419d9f" },
	{ "md5", "1234567890123456789012345678901234567890123456789012345678"
	    "9012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a" },
	{ "sha1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ "sha1", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
	{ "sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9c"
	    "b410ff61f20015ad" },
	{ "sha256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495"
	    "991b7852b855" },
	{ "sha256", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db0"
	    "6c1" },
};

static const struct {
	const char *name, *hex;
} million_rows[] = {
	{ "md5", "7707d6ae4e027c70eea2a935c2296f21" },
	{ "sha1", "34aa973cd4c4daa4f61eeb2bdbad27316534016f" },
	{ "sha256", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39cc"
	    "c7112cd0" },
};

/* In pieces of step bytes. */
static void
digest_hex(const char *name, struct bytes text, size_t step, char hex[65])
{
	struct file_digest d;
	uint8_t out[FILE_DIGEST_MAX];

	file_digest_start(&d, file_digest_find(bytes_str(name)));
	for (size_t at = 0; at < text.len; at += step)
		file_digest_add(&d, bytes_of(text.p + at,
		    MIN(step, text.len - at)));
	file_digest_end(&d, out);
	for (size_t i = 0; i < d.row->size; i++)
		snprintf(hex + 2 * i, 3, "%02x", out[i]);
}

static void
file_digest__published_vectors_hold_in_pieces_of_any_size(void **state)
{
	char hex[65];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t step = 1; step < 70; step++) {
			digest_hex(rows[i].name, bytes_str(rows[i].text),
			    step, hex);
			assert_string_equal(hex, rows[i].hex);
		}
	}
}

static void
file_digest__a_million_letters_hold(void **state)
{
	uint8_t *text = malloc(MILLION);
	char hex[65];

	(void)state;
	assert_non_null(text);
	memset(text, 'a', MILLION);
	for (size_t i = 0; i < ARRAY_LEN(million_rows); i++) {
		digest_hex(million_rows[i].name, bytes_of(text, MILLION), 997,
		    hex);
		assert_string_equal(hex, million_rows[i].hex);
	}
	free(text);
}

static void
file_digest_find__takes_the_first_known_name(void **state)
{
	(void)state;
	assert_string_equal(file_digest_find(
	    bytes_str("sha512,sha1,md5"))->name, "sha1");
	assert_null(file_digest_find(bytes_str("sha512,SHA1")));
	assert_null(file_digest_find(bytes_str("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_digest__published_vectors_hold_in_pieces_of_any_size),
		TEST(file_digest__a_million_letters_hold),
		TEST(file_digest_find__takes_the_first_known_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
