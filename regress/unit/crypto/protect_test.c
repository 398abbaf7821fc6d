/* SPDX-License-Identifier: ISC */
#include "lib/crypto/protect.h"

#include "lib/wire/writer.h"
#include "regress/unit/crypto/hex.h"

#define LENGTH_LEN	4
#define PACKET_CAP	(70000 + PROTECT_TAG_MAX)
#define KNOWN_SEQNR	0x01020304
#define SUITES_MAX	128

struct suite {
	const struct cipher_alg *cipher;
	const struct mac_alg *mac;
};

/* Every cipher with every MAC that it can be negotiated with. */
static size_t
suites(struct suite *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; cipher_row(i) != NULL; i++) {
		bool is_aead = cipher_row(i)->is_aead;

		for (size_t k = 0; is_aead ? k == 0 : mac_row(k) != NULL;
		    k++) {
			assert_true(n < cap);
			out[n++] = (struct suite){ cipher_row(i),
			    is_aead ? NULL : mac_row(k) };
		}
	}
	return n;
}

/* Keys count up, so that the known answers can be made elsewhere. */
static struct protect *
protect_of(struct suite s, bool sealing)
{
	uint8_t key[PROTECT_KEY_MAX], iv[PROTECT_IV_MAX];
	uint8_t mac_key[PROTECT_KEY_MAX];
	struct protect *p = NULL;
	struct err err;

	for (size_t i = 0; i < PROTECT_KEY_MAX; i++) {
		key[i] = (uint8_t)i;
		mac_key[i] = (uint8_t)(0x80 + i);
	}
	for (size_t i = 0; i < PROTECT_IV_MAX; i++)
		iv[i] = (uint8_t)(0xf0 + i);
	assert_true(protect_new(&p, s.cipher, s.mac,
	    bytes_of(key, s.cipher == NULL ? 0 : s.cipher->key_len),
	    bytes_of(iv, s.cipher == NULL ? 0 : s.cipher->iv_len),
	    bytes_of(mac_key, s.mac == NULL ? 0 : s.mac->key_len), sealing,
	    &err));
	return p;
}

/* A packet with this packet_length; returns its length without the tag. */
static size_t
packet_fill(uint8_t *packet, uint32_t packet_length)
{
	put_u32(packet, packet_length);
	packet[LENGTH_LEN] = 4;
	for (uint32_t i = 1; i < packet_length; i++)
		packet[LENGTH_LEN + i] = (uint8_t)((i - 1) * 7);
	return LENGTH_LEN + packet_length;
}

/* The packet_length nearest above want that the padding rule allows. */
static uint32_t
length_for(const struct protect *p, uint32_t want)
{
	uint32_t block = (uint32_t)protect_block_len(p);
	uint32_t head = protect_aligns_length(p) ? LENGTH_LEN : 0;

	return (want + head + block - 1) / block * block - head;
}

static bool
open_packet(struct protect *p, uint32_t seqnr, uint8_t *packet, size_t len)
{
	uint32_t packet_length;
	struct err err = { 0 };

	assert_true(protect_open_length(p, seqnr, packet, &packet_length,
	    &err));
	if (protect_open(p, seqnr, packet, len, &err))
		return true;
	assert_int_equal(err.code, ERR_MISMATCH);
	return false;
}

static void
protect__opens_what_it_sealed_at_every_size(void **state)
{
	static const uint32_t sizes[] = {
		5, 12, 60, 100, 188, 192, 196, 200, 251, 252, 256, 500, 512,
		1000, 4096, 16384, 32768 + 13, 35000, 65536,
	};
	struct suite all[SUITES_MAX];
	size_t suite_count = suites(all, ARRAY_LEN(all));
	uint8_t *packet = malloc(PACKET_CAP), *plain = malloc(PACKET_CAP);
	struct err err;

	(void)state;
	for (size_t s = 0; s < suite_count; s++) {
		struct protect *out = protect_of(all[s], true);
		struct protect *in = protect_of(all[s], false);
		uint32_t seqnr = UINT32_MAX - 3, packet_length;

		for (size_t i = 0; i < ARRAY_LEN(sizes); i++, seqnr++) {
			uint32_t want = length_for(out, sizes[i]);
			size_t len = packet_fill(packet, want);

			memcpy(plain, packet, len);
			assert_true(protect_seal(out, seqnr, packet, len,
			    &err));
			assert_memory_not_equal(packet + LENGTH_LEN,
			    plain + LENGTH_LEN, 5);
			assert_true(protect_open_length(in, seqnr, packet,
			    &packet_length, &err));
			assert_int_equal(packet_length, want);
			assert_true(protect_open(in, seqnr, packet, len,
			    &err));
			assert_memory_equal(packet + LENGTH_LEN,
			    plain + LENGTH_LEN, want);
		}
		protect_free(out);
		protect_free(in);
	}
	free(packet);
	free(plain);
}

static void
protect__refuses_every_flipped_bit(void **state)
{
	struct suite all[SUITES_MAX];
	size_t suite_count = suites(all, ARRAY_LEN(all));
	uint8_t sealed[256], packet[256];
	struct err err;

	(void)state;
	for (size_t s = 0; s < suite_count; s++) {
		struct protect *out = protect_of(all[s], true);
		size_t len = packet_fill(sealed, length_for(out, 12));
		size_t bits = (len + protect_tag_len(out)) * 8;

		assert_true(protect_seal(out, 7, sealed, len, &err));
		protect_free(out);
		for (size_t bit = 0; bit <= bits; bit++) {
			struct protect *in = protect_of(all[s], false);

			memcpy(packet, sealed, sizeof(packet));
			if (bit < bits)
				packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(open_packet(in, 7, packet, len),
			    bit == bits);
			protect_free(in);
		}
	}
}

/* GCM has a counter of its own: there a packet opens in its place only. */
static void
protect__refuses_a_packet_in_another_place(void **state)
{
	struct suite all[SUITES_MAX];
	size_t suite_count = suites(all, ARRAY_LEN(all));
	uint8_t first[256], second[256], packet[256];
	struct err err;

	(void)state;
	for (size_t s = 0; s < suite_count; s++) {
		struct protect *out = protect_of(all[s], true);
		struct protect *in = protect_of(all[s], false);
		size_t len = packet_fill(first, length_for(out, 60));

		packet_fill(second, length_for(out, 60));
		assert_true(protect_seal(out, 1, first, len, &err));
		assert_true(protect_seal(out, 2, second, len, &err));
		memcpy(packet, second, sizeof(packet));
		assert_false(open_packet(in, 1, packet, len));
		protect_free(in);

		in = protect_of(all[s], false);
		memcpy(packet, first, sizeof(packet));
		assert_true(open_packet(in, 1, packet, len));
		memcpy(packet, first, sizeof(packet));
		assert_false(open_packet(in, 2, packet, len));
		protect_free(in);
		protect_free(out);
	}
}

static void
protect__refuses_every_truncation(void **state)
{
	struct suite all[SUITES_MAX];
	size_t suite_count = suites(all, ARRAY_LEN(all));
	uint8_t sealed[256] = { 0 }, packet[256];
	struct err err;

	(void)state;
	for (size_t s = 0; s < suite_count; s++) {
		struct protect *out = protect_of(all[s], true);
		size_t len = packet_fill(sealed, length_for(out, 60));

		assert_true(protect_seal(out, 1, sealed, len, &err));
		protect_free(out);
		for (size_t n = 0; n < len; n++) {
			struct protect *in = protect_of(all[s], false);
			uint32_t packet_length;

			memcpy(packet, sealed, sizeof(packet));
			assert_true(protect_open_length(in, 1, packet,
			    &packet_length, &err));
			assert_false(protect_open(in, 1, packet, n, &err));
			protect_free(in);
		}
	}
}

struct known {
	const char *cipher, *mac;
	uint32_t packet_length;
	const char *hex;
};

/*
 * Computed with implementations of RFC 8439 and RFC 4418 written for this in
 * Python, and with pyca/cryptography and hmac, from the keys of protect_of(),
 * sequence number KNOWN_SEQNR and the packet of packet_fill().
 */
static const struct known knowns[] = {
	{ "chacha20-poly1305@openssh.com", NULL, 24,
	    "bc79806392c21bbcce0d0583e5551bbae5140116685d63a9b635fe44f267"
	    "7843c83ec52bf3a1ec66f4ecd4bc" },
	{ "aes128-gcm@openssh.com", NULL, 32,
	    "00000020151ae17d2fc4465e02c400f69a54f6152cff544a6e4764d77919"
	    "7afdd975d370884abb3cbc6b7b1102fb171ae800460e" },
	{ "aes256-gcm@openssh.com", NULL, 32,
	    "000000206d06440e6926f15eaecfc8dcc31e39d479912ebcbd8bdc02f7fe"
	    "9c16e4f719d553e0f297114b3099b8a4e6b510c4e185" },
	{ "aes128-ctr", "hmac-sha2-256-etm@openssh.com", 32,
	    "0000002062a7c0e6214e1262a669e1417e42f6cfdbf1a07e3212af370505"
	    "dc0dd358d43849f03c164834b96784ee7993743e9c973963aaff25389773"
	    "6f58307b2162e541" },
	{ "aes192-ctr", "hmac-sha2-256-etm@openssh.com", 32,
	    "000000202f824f5c41ee4aba82e10944bdb1f391b2785cfd4c1864ab26c7"
	    "2772960562d684448d20f43edb3b1d2a6ad466a8aa15ab9dc456aa432d69"
	    "8039488509d5f0b2" },
	{ "aes256-ctr", "hmac-sha2-256-etm@openssh.com", 32,
	    "000000209600ca83368aa3e16b51d9120d663876a32f0c3e74a6a75bcf0f"
	    "fa97f7b34d5cf8a1de97bb5791d45123ee1b468bd602252fd8a926c309fd"
	    "6af5ab9ea4402c22" },
	{ "aes128-ctr", "hmac-sha2-512-etm@openssh.com", 32,
	    "0000002062a7c0e6214e1262a669e1417e42f6cfdbf1a07e3212af370505"
	    "dc0dd358d438ff6c99b62be74b41dca7b0054372951f304b9f26d32adc3d"
	    "f50955ac238fa9f1cf524b7a4e0aac9dadb81580f9ff9aa91f9321dc8965"
	    "c91a06ab3aea288b205c" },
	{ "aes128-ctr", "hmac-sha1-etm@openssh.com", 32,
	    "0000002062a7c0e6214e1262a669e1417e42f6cfdbf1a07e3212af370505"
	    "dc0dd358d438d865adc495b1b19928e688577a2ed22eb8789ce8" },
	{ "aes128-ctr", "hmac-sha2-256", 28,
	    "66a7c7f430523646824dfd2d022e92ebffd58c62deee4bd32121e021cf34"
	    "b05c50d14e8df23f84ec08bc6ca300d5ce3d280c903acd758a1d8cda9502"
	    "351ee1bb" },
	{ "aes128-ctr", "hmac-sha2-512", 28,
	    "66a7c7f430523646824dfd2d022e92ebffd58c62deee4bd32121e021cf34"
	    "b05c8ba2572bd0bf66ec0a2a5779711a3f361bc37d50433580a25619275d"
	    "c93152276a3cfb3f898784f6f71c565bbf19b42974c23ac8b79b27e99267"
	    "b48e75dadd16" },
	{ "aes128-ctr", "hmac-sha1", 28,
	    "66a7c7f430523646824dfd2d022e92ebffd58c62deee4bd32121e021cf34"
	    "b05ce0f30a449102b409e926751a7a1be84c1ca00552" },
	{ "aes128-cbc", "hmac-sha2-256", 28,
	    "61210d8f7faaaf66a4965fcb99c68a412274b3a0b9c8f5e05c63d8c562f7"
	    "a54750d14e8df23f84ec08bc6ca300d5ce3d280c903acd758a1d8cda9502"
	    "351ee1bb" },
	{ "aes192-cbc", "hmac-sha1", 28,
	    "8b4ce9b7fef33abfcd8239f10df9799fd338554a8e103f1abc1d22bca16b"
	    "861ee0f30a449102b409e926751a7a1be84c1ca00552" },
	{ "aes256-cbc", "hmac-sha2-256", 28,
	    "8c05ac38d2e8a3019bd8055cdbd41bb3c1ebfd9029b7bff61528c5068131"
	    "c46d50d14e8df23f84ec08bc6ca300d5ce3d280c903acd758a1d8cda9502"
	    "351ee1bb" },
	{ "aes256-cbc", "hmac-sha2-256-etm@openssh.com", 32,
	    "000000205d8af6e289e18e70e058c35d4f0cc8f641cb1f4d7215a2903b3a"
	    "6dc9086707f067b546f437808c87914ae894d9da05044db6ce8f823fd4dc"
	    "12411ff4c3450bc8" },
	{ "3des-cbc", "hmac-sha1", 20,
	    "d06a3ea103a5c13ba3d92bb759fd695a4bd57093011b6a3ab4e3c5c1c6d0"
	    "7b1f0b7144a309693d91d2f1c30e" },
	{ "3des-cbc", "hmac-sha2-256-etm@openssh.com", 24,
	    "0000001818d8f13b32b37bf12431fb89bc17a40fc7a0a13f247009ca2555"
	    "4ae65cc3e624792dcfb70a1f29fe90aa1e4852aa5b2a35d7832991739e73" },
	{ "aes128-ctr", "umac-64-etm@openssh.com", 32,
	    "0000002062a7c0e6214e1262a669e1417e42f6cfdbf1a07e3212af370505"
	    "dc0dd358d438dc6d78dab47715c3" },
	{ "aes128-ctr", "umac-128-etm@openssh.com", 32,
	    "0000002062a7c0e6214e1262a669e1417e42f6cfdbf1a07e3212af370505"
	    "dc0dd358d438dc6d78dab47715c3144001c73b6b0a6c" },
	{ "aes128-ctr", "umac-64@openssh.com", 28,
	    "66a7c7f430523646824dfd2d022e92ebffd58c62deee4bd32121e021cf34"
	    "b05c786ebd9607fd5e74" },
	{ "aes128-ctr", "umac-128@openssh.com", 28,
	    "66a7c7f430523646824dfd2d022e92ebffd58c62deee4bd32121e021cf34"
	    "b05c786ebd9607fd5e748dc6ff336bf107b0" },
};

static struct suite
suite_named(const char *cipher, const char *mac)
{
	struct suite s = { cipher_find(bytes_str(cipher)),
	    mac == NULL ? NULL : mac_find(bytes_str(mac)) };

	assert_non_null(s.cipher);
	assert_true((mac == NULL) == (s.mac == NULL));
	return s;
}

static void
protect__seals_to_the_known_bytes(void **state)
{
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(knowns); i++) {
		const struct known *k = &knowns[i];
		struct protect *p = protect_of(suite_named(k->cipher, k->mac),
		    true);
		uint8_t packet[256], want[256];
		size_t len = packet_fill(packet, k->packet_length);

		assert_int_equal(hex_bytes(k->hex, want, sizeof(want)),
		    len + protect_tag_len(p));
		assert_true(protect_seal(p, KNOWN_SEQNR, packet, len, &err));
		assert_memory_equal(packet, want, len + protect_tag_len(p));
		protect_free(p);
	}
}

static void
protect__opens_the_known_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(knowns); i++) {
		const struct known *k = &knowns[i];
		struct protect *p = protect_of(suite_named(k->cipher, k->mac),
		    false);
		uint8_t packet[256], plain[256];
		size_t len = packet_fill(plain, k->packet_length);

		hex_bytes(k->hex, packet, sizeof(packet));
		assert_true(open_packet(p, KNOWN_SEQNR, packet, len));
		assert_memory_equal(packet + LENGTH_LEN, plain + LENGTH_LEN,
		    len - LENGTH_LEN);
		protect_free(p);
	}
}

/* RFC 4253 6.3: the last block of a packet is the IV of the next. */
static void
cbc__chains_over_packets_in_both_directions(void **state)
{
	static const struct known seconds[] = {
		{ "aes256-cbc", "hmac-sha1", 28,
		    "a4118ffb246a9c3d7b60113793fbeabead7ccc020c684a930ae515c7"
		    "19cad626376f69115895f5c1685c7716039f77f5a4eb9648" },
		{ "3des-cbc", "hmac-sha1", 28,
		    "54f3b39f26bf870b0b9dd94e8fa9ab107502981c64624699a0f47169"
		    "c088d678376f69115895f5c1685c7716039f77f5a4eb9648" },
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
		struct suite s = suite_named(seconds[i].cipher,
		    seconds[i].mac);
		struct protect *out = protect_of(s, true);
		struct protect *in = protect_of(s, false);
		uint8_t packet[256], want[256], plain[256];
		size_t len = packet_fill(plain, seconds[i].packet_length);

		hex_bytes(seconds[i].hex, want, sizeof(want));
		for (uint32_t n = 0; n < 2; n++) {
			memcpy(packet, plain, len);
			assert_true(protect_seal(out, KNOWN_SEQNR + n, packet,
			    len, &err));
			if (n == 1)
				assert_memory_equal(packet, want, len +
				    protect_tag_len(out));
			assert_true(open_packet(in, KNOWN_SEQNR + n, packet,
			    len));
			assert_memory_equal(packet, plain, len);
		}
		protect_free(out);
		protect_free(in);
	}
}

static void
protect_hides_errors__of_cbc_under_a_mac_of_the_plaintext(void **state)
{
	static const struct {
		const char *cipher, *mac;
		bool hides;
	} rows[] = {
		{ "aes128-cbc", "hmac-sha2-256", true },
		{ "3des-cbc", "umac-64@openssh.com", true },
		{ "aes128-cbc", "hmac-sha2-256-etm@openssh.com", false },
		{ "aes128-ctr", "hmac-sha2-256", false },
		{ "aes128-gcm@openssh.com", NULL, false },
	};
	struct protect *plain = protect_of((struct suite){ 0 }, false);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct protect *p = protect_of(suite_named(rows[i].cipher,
		    rows[i].mac), false);

		assert_int_equal(protect_hides_errors(p), rows[i].hides);
		protect_free(p);
	}
	assert_false(protect_hides_errors(plain));
	protect_free(plain);
}

/* Made like the knowns; long enough to leave the path of small packets. */
static void
chachapoly__seals_a_long_packet_to_the_known_bytes(void **state)
{
	struct protect *p = protect_of(
	    suite_named("chacha20-poly1305@openssh.com", NULL), true);
	uint8_t packet[1100], want[32];
	size_t len = packet_fill(packet, 1000);
	struct err err;

	(void)state;
	hex_bytes("b4d5bba68afc64317765dd74163c3432f879e77e468ca1cb32e889061d"
	    "e04b79", want, sizeof(want));
	assert_true(protect_seal(p, KNOWN_SEQNR, packet, len, &err));
	assert_memory_equal(packet + len + 16 - sizeof(want), want,
	    sizeof(want));
	protect_free(p);
}

static void
gcm__counts_packets_in_64_bits_of_the_iv(void **state)
{
	const struct cipher_alg *gcm =
	    cipher_find(BYTES_LIT("aes128-gcm@openssh.com"));
	static const uint8_t key[16];
	uint8_t iv[12] = { 1, 2, 3, 4, 255, 255, 255, 255, 255, 255, 255, 255 };
	uint8_t wrapped[256], fresh[256];
	struct protect *p;
	size_t len = packet_fill(wrapped, 32);
	struct err err;

	(void)state;
	assert_true(protect_new(&p, gcm, NULL, bytes_of(key, sizeof(key)),
	    bytes_of(iv, sizeof(iv)), (struct bytes){ 0 }, true, &err));
	assert_true(protect_seal(p, 0, wrapped, len, &err));
	packet_fill(wrapped, 32);
	assert_true(protect_seal(p, 1, wrapped, len, &err));
	protect_free(p);
	memset(iv + 4, 0, 8);
	packet_fill(fresh, 32);
	assert_true(protect_new(&p, gcm, NULL, bytes_of(key, sizeof(key)),
	    bytes_of(iv, sizeof(iv)), (struct bytes){ 0 }, true, &err));
	assert_true(protect_seal(p, 0, fresh, len, &err));
	protect_free(p);
	assert_memory_equal(wrapped, fresh, len + 16);
}

static void
protect__without_a_cipher_leaves_bytes_alone(void **state)
{
	struct suite none = { 0 };
	struct protect *out = protect_of(none, true);
	struct protect *in = protect_of(none, false);
	uint8_t packet[64], plain[64];
	size_t len = packet_fill(packet, 12);
	uint32_t packet_length;
	struct err err;

	(void)state;
	memcpy(plain, packet, len);
	assert_int_equal(protect_tag_len(out), 0);
	assert_int_equal(protect_block_len(out), 8);
	assert_true(protect_aligns_length(out));
	assert_true(protect_seal(out, 0, packet, len, &err));
	assert_true(protect_open_length(in, 0, packet, &packet_length, &err));
	assert_int_equal(packet_length, 12);
	assert_true(protect_open(in, 0, packet, len, &err));
	assert_memory_equal(packet, plain, len);
	protect_free(out);
	protect_free(in);
}

static void
protect__refuses_keys_of_another_length(void **state)
{
	struct suite all[SUITES_MAX];
	size_t suite_count = suites(all, ARRAY_LEN(all));
	uint8_t zeros[PROTECT_KEY_MAX + 1] = { 0 };
	struct err err;

	(void)state;
	for (size_t s = 0; s < suite_count; s++) {
		const struct cipher_alg *c = all[s].cipher;
		const struct mac_alg *m = all[s].mac;
		size_t mac_len = m == NULL ? 0 : m->key_len;
		struct protect *p = NULL;

		assert_false(protect_new(&p, c, m,
		    bytes_of(zeros, c->key_len - 1),
		    bytes_of(zeros, c->iv_len), bytes_of(zeros, mac_len),
		    true, &err));
		assert_int_equal(err.code, ERR_RANGE);
		assert_false(protect_new(&p, c, m,
		    bytes_of(zeros, c->key_len),
		    bytes_of(zeros, c->iv_len + 1), bytes_of(zeros, mac_len),
		    true, &err));
		assert_int_equal(err.code, ERR_RANGE);
		if (m != NULL)
			assert_false(protect_new(&p, c, m,
			    bytes_of(zeros, c->key_len),
			    bytes_of(zeros, c->iv_len),
			    bytes_of(zeros, mac_len - 1), true, &err));
		assert_null(p);
	}
}

static void
cipher_and_mac_rows__are_unique_and_within_their_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; cipher_row(i) != NULL; i++) {
		const struct cipher_alg *c = cipher_row(i);

		assert_ptr_equal(cipher_find(bytes_str(c->name)), c);
		assert_true(strlen(c->name) <= ALG_NAME_MAX);
		assert_in_range(c->key_len, 16, PROTECT_KEY_MAX);
		assert_true(c->iv_len <= PROTECT_IV_MAX);
		assert_true(c->block_len >= 8 && c->rekey_bytes != 0);
		assert_int_equal(c->is_aead, c->aead_tag_len != 0);
	}
	for (size_t i = 0; mac_row(i) != NULL; i++) {
		const struct mac_alg *m = mac_row(i);

		assert_ptr_equal(mac_find(bytes_str(m->name)), m);
		assert_true(strlen(m->name) <= ALG_NAME_MAX);
		assert_in_range(m->key_len, 16, PROTECT_KEY_MAX);
		assert_in_range(m->tag_len, 8, PROTECT_TAG_MAX);
		assert_int_equal(m->is_etm, strstr(m->name, "-etm@") != NULL);
	}
	assert_null(cipher_find(BYTES_LIT("none")));
	assert_null(cipher_find(BYTES_LIT("aes128-ctr\0")));
	assert_null(mac_find(BYTES_LIT("hmac-sha2")));
}

/*
 * A packet under an -etm MAC is sequence number and bytes as they arrive, so
 * that opening checks the MAC of any message of more than 8 bytes.
 */
static void
hmac_vectors(const char *file, const char *mac_name)
{
	struct suite s = suite_named("aes128-ctr", mac_name);
	static char line[VECTOR_LINE_MAX];
	static const uint8_t zeros[16];
	FILE *f = vectors_open(file);
	size_t checked = 0;

	if (f == NULL)
		skip();
	while (fgets(line, sizeof(line), f) != NULL) {
		uint8_t key[128], msg[1024], tag[128];
		struct protect *p = NULL;
		size_t msg_len;
		struct err err;

		if (strstr(line, "\"tcId\"") == NULL ||
		    json_bytes(line, "key", key, sizeof(key)) !=
		    s.mac->key_len ||
		    json_bytes(line, "tag", tag, sizeof(tag)) !=
		    s.mac->tag_len)
			continue;
		msg_len = json_bytes(line, "msg", msg, sizeof(msg) - 128);
		if (msg_len <= 8)
			continue;
		memcpy(msg + msg_len, tag, s.mac->tag_len);
		assert_true(protect_new(&p, s.cipher, s.mac,
		    bytes_of(zeros, 16), bytes_of(zeros, 16),
		    bytes_of(key, s.mac->key_len), false, &err));
		assert_int_equal(protect_open(p, (uint32_t)msg[0] << 24 |
		    (uint32_t)msg[1] << 16 | (uint32_t)msg[2] << 8 | msg[3],
		    msg + 4, msg_len - 4, &err),
		    json_is(line, "result", "valid"));
		protect_free(p);
		checked++;
	}
	fclose(f);
	assert_true(checked > 20);
}

static void
hmac_sha2_256__agrees_with_wycheproof(void **state)
{
	(void)state;
	hmac_vectors("wycheproof/hmac-sha256.json",
	    "hmac-sha2-256-etm@openssh.com");
}

static void
hmac_sha2_512__agrees_with_wycheproof(void **state)
{
	(void)state;
	hmac_vectors("wycheproof/hmac-sha512.json",
	    "hmac-sha2-512-etm@openssh.com");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(protect__opens_what_it_sealed_at_every_size),
		TEST(protect__refuses_every_flipped_bit),
		TEST(protect__refuses_a_packet_in_another_place),
		TEST(protect__refuses_every_truncation),
		TEST(protect__seals_to_the_known_bytes),
		TEST(protect__opens_the_known_bytes),
		TEST(cbc__chains_over_packets_in_both_directions),
		TEST(protect_hides_errors__of_cbc_under_a_mac_of_the_plaintext),
		TEST(chachapoly__seals_a_long_packet_to_the_known_bytes),
		TEST(gcm__counts_packets_in_64_bits_of_the_iv),
		TEST(protect__without_a_cipher_leaves_bytes_alone),
		TEST(protect__refuses_keys_of_another_length),
		TEST(cipher_and_mac_rows__are_unique_and_within_their_bounds),
		TEST(hmac_sha2_256__agrees_with_wycheproof),
		TEST(hmac_sha2_512__agrees_with_wycheproof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
