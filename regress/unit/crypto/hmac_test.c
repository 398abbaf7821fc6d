/* SPDX-License-Identifier: ISC */
#include "lib/crypto/hmac.h"

#include "regress/unit/crypto/hex.h"

/* RFC 2202 section 3, RFC 4231 section 4; key_len: so many times byte. */
static const struct {
	enum digest_id id;
	const char *key;
	uint8_t byte;
	size_t key_len;
	const char *data, *hex;
} knowns[] = {
	{ DIGEST_SHA1, "Jefe", 0, 0, "what do ya want for nothing?",
	    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
	{ DIGEST_SHA1, NULL, 0x0b, 20, "Hi There",
	    "b617318655057264e28bc0b6fb378c8ef146be00" },
	{ DIGEST_SHA1, NULL, 0xaa, 80, "Test Using Larger Than Block-Size "
	    "Key - Hash Key First",
	    "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
	{ DIGEST_SHA256, "Jefe", 0, 0, "what do ya want for nothing?",
	    "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843" },
	{ DIGEST_SHA512, NULL, 0x0b, 20, "Hi There",
	    "87aa7cdea5ef619d4ff0b4241a1d6cb0"
	    "2379f4e2ce4ec2787ad0b30545e17cde"
	    "daa833b7d6b8a702038b274eaea3f4e4"
	    "be9d914eeb61f1702e696c203a126854" },
	{ DIGEST_SHA512, NULL, 0xaa, 131, "Test Using Larger Than Block-Size "
	    "Key - Hash Key First",
	    "80b24263c7c1a3ebb71493c1dd7be8b4"
	    "9b46d1f41b4aeec1121b013783f8f352"
	    "6b56d037e05f2598bd0fd2215d6a1e52"
	    "95e64f73f63f0aec8b915a985d786598" },
};

static void
hmac__gives_the_published_values(void **state)
{
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(knowns); i++) {
		uint8_t want[DIGEST_MAX], got[DIGEST_MAX], key[256];
		size_t len = hex_bytes(knowns[i].hex, want, sizeof(want));

		memset(key, knowns[i].byte, sizeof(key));
		assert_int_equal(digest_len(knowns[i].id), len);
		assert_true(hmac_bytes(knowns[i].id, knowns[i].key != NULL ?
		    bytes_str(knowns[i].key) :
		    bytes_of(key, knowns[i].key_len),
		    bytes_str(knowns[i].data), got, &err));
		assert_memory_equal(got, want, len);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(hmac__gives_the_published_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
