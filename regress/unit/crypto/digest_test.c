/* SPDX-License-Identifier: ISC */
#include "lib/crypto/digest.h"

#include "regress/unit/crypto/hex.h"

struct known {
	enum digest_id id;
	const char *text, *hex;
};

/* FIPS 180-2 appendices A to D, RFC 1321 A.5, and the empty string. */
static const struct known knowns[] = {
	{ DIGEST_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ DIGEST_MD5, "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ DIGEST_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ DIGEST_SHA256, "abc",
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad" },
	{ DIGEST_SHA256, "",
	    "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855" },
	{ DIGEST_SHA384, "abc",
	    "cb00753f45a35e8bb5a03d699ac65007"
	    "272c32ab0eded1631a8b605a43ff5bed"
	    "8086072ba1e7cc2358baeca134c825a7" },
	{ DIGEST_SHA512, "abc",
	    "ddaf35a193617abacc417349ae204131"
	    "12e6fa4e89a97ea20a9eeee64b55d39a"
	    "2192992a274fc1a836ba3c23a3feebbd"
	    "454d4423643ce80e2a9ac94fa54ca49f" },
};

static void
digest__gives_the_published_values(void **state)
{
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(knowns); i++) {
		uint8_t want[DIGEST_MAX], got[DIGEST_MAX];
		size_t len = hex_bytes(knowns[i].hex, want, sizeof(want));

		assert_int_equal(digest_len(knowns[i].id), len);
		assert_true(digest_bytes(knowns[i].id,
		    bytes_str(knowns[i].text), got, &err));
		assert_memory_equal(got, want, len);
	}
}

static void
digest__does_not_depend_on_how_the_bytes_are_cut(void **state)
{
	uint8_t text[300], want[DIGEST_MAX], got[DIGEST_MAX];
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 5);
	assert_true(digest_bytes(DIGEST_SHA512, bytes_of(text, sizeof(text)),
	    want, &err));
	for (size_t cut = 0; cut <= sizeof(text); cut++) {
		struct digest d;

		assert_true(digest_init(&d, DIGEST_SHA512, &err));
		assert_true(digest_update(&d, bytes_of(text, cut), &err));
		assert_true(digest_update(&d, bytes_of(text + cut,
		    sizeof(text) - cut), &err));
		assert_true(digest_final(&d, got, &err));
		digest_clear(&d);
		assert_memory_equal(got, want, digest_len(DIGEST_SHA512));
	}
}

static void
digest_string__puts_the_length_first(void **state)
{
	uint8_t want[DIGEST_MAX], got[DIGEST_MAX];
	struct digest d;
	struct err err;

	(void)state;
	assert_true(digest_bytes(DIGEST_SHA256, BYTES_LIT("\0\0\0\3abc"),
	    want, &err));
	assert_true(digest_init(&d, DIGEST_SHA256, &err));
	assert_true(digest_string(&d, BYTES_LIT("abc"), &err));
	assert_true(digest_final(&d, got, &err));
	digest_clear(&d);
	assert_memory_equal(got, want, digest_len(DIGEST_SHA256));
}

static void
digest_string__above_4_gib_is_refused(void **state)
{
	struct digest d;
	struct err err;
	uint8_t one = 0;

	(void)state;
	assert_true(digest_init(&d, DIGEST_SHA256, &err));
	assert_false(digest_string(&d, bytes_of(&one, (size_t)1 << 32), &err));
	assert_int_equal(err.code, ERR_RANGE);
	digest_clear(&d);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(digest__gives_the_published_values),
		TEST(digest__does_not_depend_on_how_the_bytes_are_cut),
		TEST(digest_string__puts_the_length_first),
		TEST(digest_string__above_4_gib_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
