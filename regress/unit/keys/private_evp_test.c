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

/* A key of a device: its public half, flags and handle. */
static void
device_parts(struct private_parts *parts, const char *name, const char *curve)
{
	static const uint8_t point[65] = { 4 };
	struct blob b;
	struct err err;

	*parts = (struct private_parts){ 0 };
	blob_init(&b);
	wr_cstring(&b.w, name);
	if (curve != NULL)
		wr_cstring(&b.w, curve);
	wr_string(&b.w, bytes_of(point, curve == NULL ? 32 : 65));
	wr_cstring(&b.w, "ssh:a place");
	parts->public = key_of_blob(blob_view(&b));
	assert_true(private_fields_device(0x21, BYTES_LIT("the handle"),
	    &parts->fields, &err));
}

static void
private_openssh__a_key_of_a_device_is_written_and_read(void **state)
{
	static const struct { const char *name, *curve; } types[] = {
		{ "sk-ssh-ed25519@openssh.com", NULL },
		{ "sk-ecdsa-sha2-nistp256@openssh.com", "nistp256" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		struct private_parts parts;
		struct private_key *key;
		struct private_device device;
		struct secret text;
		uint8_t sig[64];
		size_t len;
		struct err err;

		device_parts(&parts, types[i].name, types[i].curve);
		assert_true(private_openssh_build(&parts, "c", &text, &err));
		assert_true(private_key_parse(secret_bytes(&text), &key,
		    &err));
		assert_true(pubkey_equal_plain(private_key_public(key),
		    parts.public));
		assert_true(private_key_device(key, &device));
		assert_int_equal(device.flags, 0x21);
		assert_true(bytes_is(device.handle, "the handle"));
		assert_false(private_key_sign(key, bytes_str(types[i].name),
		    BYTES_LIT("data"), sig, sizeof(sig), &len, &err));
		assert_int_equal(err.code, ERR_DENIED);
		private_key_free(key);
		for (size_t n = 0; n < text.len - 1; n++)
			assert_false(private_key_parse(bytes_of(text.p, n),
			    &key, &err));
		secret_clear(&text);
		private_parts_clear(&parts);
	}
}

static void
private_fields__a_handle_has_a_length_within_limits(void **state)
{
	static const uint8_t handle[DEVICE_HANDLE_MAX + 1];
	struct secret fields;
	struct err err;

	(void)state;
	assert_false(private_fields_device(0, bytes_of(handle, 0), &fields,
	    &err));
	assert_false(private_fields_device(0, bytes_of(handle,
	    sizeof(handle)), &fields, &err));
	assert_true(private_fields_device(0, bytes_of(handle,
	    DEVICE_HANDLE_MAX), &fields, &err));
	secret_clear(&fields);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(private_evp__what_is_made_and_built_is_read_again),
		TEST(private_evp__two_keys_are_never_the_same),
		TEST(private_evp__keys_of_devices_are_not_made),
		TEST(private_openssh_build__writes_what_ssh_keygen_wrote),
		TEST(
		    private_openssh__a_key_of_a_device_is_written_and_read),
		TEST(private_fields__a_handle_has_a_length_within_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
