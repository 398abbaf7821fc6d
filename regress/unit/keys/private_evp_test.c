/* SPDX-License-Identifier: ISC */
#include "unit/keys/keys_util.h"

#include "keys/private.h"
#include "keys/private_evp.h"
#include "keys/private_openssh.h"
#include "unit/keys/samples.h"

static const struct kind {
	enum key_type type;
	unsigned bits;
	const char *name;
} kinds[] = {
	{ KEY_ED25519, 256, "ssh-ed25519" },
	{ KEY_ECDSA, 256, "ecdsa-sha2-nistp256" },
	{ KEY_ECDSA, 384, "ecdsa-sha2-nistp384" },
	{ KEY_ECDSA, 521, "ecdsa-sha2-nistp521" },
	{ KEY_RSA, 1024, "ssh-rsa" },
	{ KEY_RSA, 2048, "ssh-rsa" },
};

static void
private_evp__what_is_made_and_built_is_read_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct private_parts parts;
		struct private_key *key;
		struct secret text;
		struct err err;

		assert_true(private_evp_generate(kinds[i].type,
		    kinds[i].bits, &parts, &err));
		assert_string_equal(parts.public->row->name, kinds[i].name);
		assert_int_equal(pubkey_bits(parts.public), kinds[i].bits);
		assert_true(private_openssh_build(&parts, "a comment", &text,
		    &err));
		assert_true(private_key_parse(secret_bytes(&text), &key,
		    &err));
		assert_true(pubkey_equal_plain(private_key_public(key),
		    parts.public));
		assert_string_equal(private_key_comment(key), "a comment");
		private_key_free(key);
		secret_clear(&text);
		private_parts_clear(&parts);
	}
}

static void
private_evp__two_keys_are_never_the_same(void **state)
{
	struct private_parts one, two;
	struct err err;

	(void)state;
	assert_true(private_evp_generate(KEY_ED25519, 0, &one, &err));
	assert_true(private_evp_generate(KEY_ED25519, 0, &two, &err));
	assert_false(pubkey_equal_plain(one.public, two.public));
	private_parts_clear(&one);
	private_parts_clear(&two);
}

static void
private_evp__keys_of_devices_are_not_made(void **state)
{
	struct private_parts parts;
	struct err err;

	(void)state;
	assert_false(private_evp_generate(KEY_SK_ED25519, 0, &parts, &err));
	assert_false(private_evp_generate(KEY_ECDSA, 255, &parts, &err));
}

static void
private_openssh_build__writes_what_ssh_keygen_wrote(void **state)
{
	struct private_parts parts = { 0 };
	struct secret text;
	struct err err;

	(void)state;
	assert_true(private_openssh_parse(bytes_str(sample_ed_private),
	    &parts, &err));
	assert_true(private_openssh_build(&parts, parts.comment, &text,
	    &err));
	/* only the check number, chosen at random, may differ */
	assert_int_equal(text.len, strlen(sample_ed_private));
	private_parts_clear(&parts);
	secret_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(private_evp__what_is_made_and_built_is_read_again),
		TEST(private_evp__two_keys_are_never_the_same),
		TEST(private_evp__keys_of_devices_are_not_made),
		TEST(private_openssh_build__writes_what_ssh_keygen_wrote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
