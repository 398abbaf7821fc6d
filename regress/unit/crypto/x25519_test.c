/* SPDX-License-Identifier: ISC */
#include "lib/crypto/x25519.h"

#include "regress/unit/crypto/hex.h"

static const uint8_t base_point[X25519_LEN] = { 9 };

/* RFC 7748 6.1. */
static void
x25519__gives_the_values_of_rfc_7748(void **state)
{
	uint8_t a[32], b[32], a_public[32], b_public[32], want[32];
	uint8_t public[32], shared[32];
	struct err err;

	(void)state;
	hex_bytes("77076d0a7318a57d3c16c17251b26645"
	    "df4c2f87ebc0992ab177fba51db92c2a", a, sizeof(a));
	hex_bytes("8520f0098930a754748b7ddcb43ef75a"
	    "0dbf3a0d26381af4eba4a98eaa9b4e6a", a_public, sizeof(a_public));
	hex_bytes("5dab087e624a8a4b79e17f8b83800ee6"
	    "6f3bb1292618b6fd1c2f8b27ff88e0eb", b, sizeof(b));
	hex_bytes("de9edb7d7b7dc1b4d35b61c2ece43537"
	    "3f8343c85b78674dadfc7e146f882b4f", b_public, sizeof(b_public));
	hex_bytes("4a5d9d5ba4ce2de1728e3bf480350f25"
	    "e07e21c947d19e3376f09b3c1e161742", want, sizeof(want));
	assert_true(x25519_agree(a, b_public, public, shared, &err));
	assert_memory_equal(public, a_public, 32);
	assert_memory_equal(shared, want, 32);
	assert_true(x25519_agree(b, a_public, public, shared, &err));
	assert_memory_equal(public, b_public, 32);
	assert_memory_equal(shared, want, 32);
}

static void
x25519_respond__agrees_with_its_peer_and_never_repeats(void **state)
{
	static const uint8_t secret[32] = { 1, 2, 3 };
	uint8_t peer[32], public[32], shared[32], other[32], again[32];
	struct err err;

	(void)state;
	assert_true(x25519_agree(secret, base_point, peer, shared, &err));
	assert_true(x25519_respond(peer, public, shared, &err));
	assert_true(x25519_agree(secret, public, peer, other, &err));
	assert_memory_equal(shared, other, 32);
	assert_true(x25519_respond(peer, again, other, &err));
	assert_memory_not_equal(again, public, 32);
}

/* All points of small order, and those with a coordinate above p. */
static void
x25519__refuses_points_of_low_order(void **state)
{
	static const char *const points[] = {
		"00000000000000000000000000000000"
		"00000000000000000000000000000000",
		"01000000000000000000000000000000"
		"00000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"e0eb7a7c3b41b8ae1656e3faf19fc46a"
		"da098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b"
		"04445cc4581c8e86d8224eddd09f1157",
	};
	uint8_t peer[32], public[32], shared[32];
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(points); i++) {
		hex_bytes(points[i], peer, sizeof(peer));
		assert_false(x25519_respond(peer, public, shared, &err));
		assert_int_equal(err.code, ERR_DENIED);
	}
}

static void
x25519__agrees_with_wycheproof(void **state)
{
	static const uint8_t zeros[32];
	static char line[VECTOR_LINE_MAX];
	FILE *f = vectors_open("wycheproof/x25519.json");
	size_t checked = 0;

	(void)state;
	if (f == NULL)
		skip();
	while (fgets(line, sizeof(line), f) != NULL) {
		uint8_t secret[32], peer[32], want[32], public[32], got[32];
		struct err err;
		bool ok;

		if (strstr(line, "\"tcId\"") == NULL)
			continue;
		assert_int_equal(json_bytes(line, "private", secret, 32), 32);
		assert_int_equal(json_bytes(line, "public", peer, 32), 32);
		assert_int_equal(json_bytes(line, "shared", want, 32), 32);
		ok = x25519_agree(secret, peer, public, got, &err);
		assert_int_equal(ok, memcmp(want, zeros, 32) != 0);
		if (ok)
			assert_memory_equal(got, want, 32);
		checked++;
	}
	fclose(f);
	assert_int_equal(checked, 518);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(x25519__gives_the_values_of_rfc_7748),
		TEST(x25519_respond__agrees_with_its_peer_and_never_repeats),
		TEST(x25519__refuses_points_of_low_order),
		TEST(x25519__agrees_with_wycheproof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
