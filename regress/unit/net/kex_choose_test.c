/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/base/compiler.h"
#include "sshd/net/kex_choose.h"

/* kex, host key, cipher, MAC, compression: both directions alike */
struct offer {
	const char *lists[5];
	bool follows;
};

static struct kexinit
kexinit_of(const struct offer *o)
{
	return (struct kexinit){
		.lists = {
			bytes_str(o->lists[0]), bytes_str(o->lists[1]),
			bytes_str(o->lists[2]), bytes_str(o->lists[2]),
			bytes_str(o->lists[3]), bytes_str(o->lists[3]),
			bytes_str(o->lists[4]), bytes_str(o->lists[4]),
			bytes_str(""), bytes_str(""),
		},
		.first_kex_packet_follows = o->follows,
	};
}

static const struct offer server = { {
	"curve25519-sha256,ecdh-sha2-nistp256,ext-info-s,"
	    "kex-strict-s-v00@openssh.com",
	"ssh-ed25519,rsa-sha2-512",
	"chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-ctr",
	"hmac-sha2-256-etm@openssh.com,hmac-sha2-512",
	"none,zlib@openssh.com" }, false };

static void
kex_choose__the_clients_order_decides(void **state)
{
	static const struct offer o = { {
	    "ecdh-sha2-nistp256,curve25519-sha256",
	    "rsa-sha2-512,ssh-ed25519", "aes256-ctr,aes128-gcm@openssh.com",
	    "hmac-sha2-512,hmac-sha2-256-etm@openssh.com",
	    "zlib@openssh.com,none" }, false };
	struct kexinit c = kexinit_of(&o), s = kexinit_of(&server);
	struct kex_choice choice;
	struct bytes offer;
	struct err err;

	(void)state;
	assert_true(kex_choose(&c, &s, &choice, &offer, &err));
	assert_string_equal(choice.alg->name, "ecdh-sha2-nistp256");
	assert_true(bytes_is(choice.host_key_algorithm, "rsa-sha2-512"));
	assert_string_equal(choice.in.cipher->name, "aes256-ctr");
	assert_string_equal(choice.out.mac->name, "hmac-sha2-512");
	assert_true(choice.in.zlib && choice.out.zlib);
	assert_false(choice.guess_wrong);
}

static void
kex_choose__directions_are_chosen_apart(void **state)
{
	struct kexinit c = kexinit_of(&server), s = kexinit_of(&server);
	struct kex_choice choice;
	struct bytes offer;
	struct err err;

	(void)state;
	c.lists[KEXINIT_CIPHER_C2S] = bytes_str("aes256-ctr");
	c.lists[KEXINIT_MAC_C2S] = bytes_str("hmac-sha2-512");
	c.lists[KEXINIT_COMPRESSION_S2C] = bytes_str("zlib@openssh.com");
	assert_true(kex_choose(&c, &s, &choice, &offer, &err));
	assert_string_equal(choice.in.cipher->name, "aes256-ctr");
	assert_string_equal(choice.in.mac->name, "hmac-sha2-512");
	assert_string_equal(choice.out.cipher->name,
	    "chacha20-poly1305@openssh.com");
	assert_null(choice.out.mac);
	assert_false(choice.in.zlib);
	assert_true(choice.out.zlib);
}

static void
kex_choose__an_aead_needs_no_common_mac(void **state)
{
	struct kexinit c = kexinit_of(&server), s = kexinit_of(&server);
	struct kex_choice choice;
	struct bytes offer;
	struct err err;

	(void)state;
	c.lists[KEXINIT_MAC_C2S] = c.lists[KEXINIT_MAC_S2C] = bytes_str("x");
	assert_true(kex_choose(&c, &s, &choice, &offer, &err));
	assert_null(choice.in.mac);
	c.lists[KEXINIT_CIPHER_C2S] = bytes_str("aes256-ctr");
	assert_false(kex_choose(&c, &s, &choice, &offer, &err));
	assert_string_equal(err.what, "MAC");
	assert_true(bytes_is(offer, "x"));
}

static void
kex_choose__the_kind_without_a_match_is_named(void **state)
{
	static const struct {
		enum kexinit_list list;
		const char *offer, *kind;
	} cases[] = {
		{ KEXINIT_KEX, "diffie-hellman-group1-sha1",
		    "key exchange method" },
		{ KEXINIT_KEX, "", "key exchange method" },
		/* what only announces something is never chosen */
		{ KEXINIT_KEX, "ext-info-s,kex-strict-s-v00@openssh.com",
		    "key exchange method" },
		{ KEXINIT_KEX, "curve25519-sha25", "key exchange method" },
		{ KEXINIT_HOST_KEY, "ssh-dss", "host key type" },
		{ KEXINIT_CIPHER_C2S, "3des-cbc", "cipher" },
		{ KEXINIT_CIPHER_S2C, "aes128-gcm@openssh.co", "cipher" },
		{ KEXINIT_COMPRESSION_C2S, "zlib", "compression method" },
		{ KEXINIT_COMPRESSION_S2C, ",,", "compression method" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct kexinit c = kexinit_of(&server), s = c;
		struct kex_choice choice;
		struct bytes offer;
		struct err err;

		c.lists[cases[i].list] = bytes_str(cases[i].offer);
		assert_false(kex_choose(&c, &s, &choice, &offer, &err));
		assert_int_equal(err.code, ERR_NOT_FOUND);
		assert_string_equal(err.what, cases[i].kind);
		assert_true(bytes_is(offer, cases[i].offer));
	}
}

static void
kex_choose__a_guess_holds_only_when_both_first_names_agree(void **state)
{
	static const struct {
		const char *kex, *host_key;
		bool follows, wrong;
	} cases[] = {
		{ "curve25519-sha256,x", "ssh-ed25519,x", true, false },
		{ "ecdh-sha2-nistp256,curve25519-sha256", "ssh-ed25519", true,
		    true },
		{ "x,curve25519-sha256", "ssh-ed25519", true, true },
		{ "curve25519-sha256", "rsa-sha2-512,ssh-ed25519", true, true },
		{ "ecdh-sha2-nistp256", "rsa-sha2-512", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct kexinit c = kexinit_of(&server), s = c;
		struct kex_choice choice;
		struct bytes offer;
		struct err err;

		c.lists[KEXINIT_KEX] = bytes_str(cases[i].kex);
		c.lists[KEXINIT_HOST_KEY] = bytes_str(cases[i].host_key);
		c.first_kex_packet_follows = cases[i].follows;
		assert_true(kex_choose(&c, &s, &choice, &offer, &err));
		assert_int_equal(choice.guess_wrong, cases[i].wrong);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(kex_choose__the_clients_order_decides),
		TEST(kex_choose__directions_are_chosen_apart),
		TEST(kex_choose__an_aead_needs_no_common_mac),
		TEST(kex_choose__the_kind_without_a_match_is_named),
		TEST(kex_choose__a_guess_holds_only_when_both_first_names_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
