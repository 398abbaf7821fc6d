/* SPDX-License-Identifier: ISC */
#include "lib/crypto/umac.h"

#include "lib/crypto/openssl.h"
#include "lib/crypto/protect.h"
#include "lib/wire/writer.h"
#include "regress/unit/crypto/hex.h"

#define MESSAGE_CAP	(1048576 + 64)
#define CHUNK_LEN	1024
#define FIELDS_MAX	8

static const size_t tag_lens[] = { 8, 16 };

static struct umac *
umac_of(const char *key, size_t tag_len)
{
	struct umac *u = NULL;
	struct err err;

	assert_int_equal(strlen(key), UMAC_KEY_LEN);
	assert_true(umac_new(&u, (const uint8_t *)key, tag_len, &err));
	return u;
}

/* The tag under a key of its own, against the digits. */
static void
check(const char *key, struct bytes nonce, struct bytes message,
    const char *hex)
{
	uint8_t want[UMAC_TAG_MAX], tag[UMAC_TAG_MAX];
	size_t tag_len = hex_bytes(hex, want, sizeof(want));
	struct umac *u = umac_of(key, tag_len);
	struct err err;

	assert_true(umac_tag(u, nonce, message, tag, &err));
	assert_memory_equal(tag, want, tag_len);
	umac_free(u);
}

/* Fills buf with the text, over and over; returns len bytes. */
static struct bytes
repeated(uint8_t *buf, const char *text, size_t len)
{
	size_t text_len = strlen(text);

	assert_true(len <= MESSAGE_CAP);
	for (size_t i = 0; i < len; i++)
		buf[i] = (uint8_t)text[i % text_len];
	return bytes_of(buf, len);
}

/* Appendix of the RFC; 128 bits as everybody continues it. */
static void
umac__gives_the_values_of_rfc_4418(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *hex64, *hex128;
	} rows[] = {
		{ "a", 0, "6e155fad26900be1",
		    "32fedb100c79ad58f07ff7643cc60465" },
		{ "a", 3, "44b5cb542f220104",
		    "185e4fe905cba7bd85e4c2dc3d117d8d" },
		{ "a", 1024, "26bf2f5d60118bd9",
		    "7a54abe04af82d60fb298c3cbd195bcb" },
		{ "a", 32768, "27f8ef643b0d118d",
		    "7b136bd911e4b734286ef2be501f2c3c" },
		{ "a", 1048576, "a4477e87e9f55853",
		    "f8acfa3ac31cfeea047f7b115b03bef5" },
		{ "abc", 3, "d4d7b9f6bd4fbfcf",
		    "883c3d4b97a61976ffcf232308cba5a5" },
		{ "abc", 1500, "d4cf26ddefd5c01a",
		    "8824a260c53c66a36c9260a62cb83aa1" },
	};
	uint8_t *buf = malloc(MESSAGE_CAP);

	(void)state;
	assert_non_null(buf);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes m = repeated(buf, rows[i].text, rows[i].len);

		check("abcdefghijklmnop", BYTES_LIT("bcdefghi"), m,
		    rows[i].hex64);
		check("abcdefghijklmnop", BYTES_LIT("bcdefghi"), m,
		    rows[i].hex128);
	}
	free(buf);
}

/*
 * NH of a first chunk above 2^64 - 2^32 is what the second level encodes in
 * two steps. The chunk is made from the key: its words and the key's add up
 * to two products and zeros. The tags are those of the RFC's pseudo code,
 * written down in Python.
 */
static void
umac__a_chunk_at_the_top_of_the_range_takes_two_steps(void **state)
{
	static const uint8_t *key = (const uint8_t *)"abcdefghijklmnop";
	static const uint32_t sums[8] = {
		0xffffffff, 0x10000, 0, 0, 0xffffffff, 0x10000,
	};
	uint8_t nh_key[CHUNK_LEN] = { 0 }, message[CHUNK_LEN + 3];
	EVP_CIPHER_CTX *aes = EVP_CIPHER_CTX_new();
	int n;

	(void)state;
	for (size_t i = 0; i < CHUNK_LEN / 16; i++) {
		nh_key[16 * i + 7] = 1;
		nh_key[16 * i + 15] = (uint8_t)(i + 1);
	}
	assert_int_equal(EVP_EncryptInit_ex(aes, EVP_aes_128_ecb(), NULL,
	    key, NULL), 1);
	assert_int_equal(EVP_EncryptUpdate(aes, nh_key, &n, nh_key,
	    CHUNK_LEN), 1);
	assert_int_equal(n, CHUNK_LEN);
	EVP_CIPHER_CTX_free(aes);
	for (size_t i = 0; i < CHUNK_LEN / 4; i++) {
		const uint8_t *k = nh_key + 4 * i;
		uint32_t word = (i < 8 ? sums[i] : 0) -
		    ((uint32_t)k[0] << 24 | (uint32_t)k[1] << 16 |
		    (uint32_t)k[2] << 8 | k[3]);

		for (size_t j = 0; j < 4; j++)
			message[4 * i + j] = (uint8_t)(word >> 8 * j);
	}
	memcpy(message + CHUNK_LEN, "abc", 3);
	check("abcdefghijklmnop", BYTES_LIT("bcdefghi"),
	    bytes_of(message, sizeof(message)), "4b96e6b375ec36df");
	check("abcdefghijklmnop", BYTES_LIT("bcdefghi"),
	    bytes_of(message, sizeof(message)),
	    "177d620e5f059066e5503bb78ed9f5e7");
}

/* Pads are kept for neighbours: the way to a nonce must not matter. */
static void
umac_tag__does_not_depend_on_the_nonces_before(void **state)
{
	static const uint32_t nonces[] = {
		0, 1, 2, 3, 15, 16, 14, 31, 32, 33, 31, 0, 255, 256, 511, 0,
		UINT32_MAX, UINT32_MAX - 1, 0x01020304, 0x02020304,
	};
	struct err err;

	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(tag_lens); t++) {
		struct umac *u = umac_of("abcdefghijklmnop", tag_lens[t]);

		for (size_t i = 0; i < ARRAY_LEN(nonces); i++) {
			struct umac *fresh = umac_of("abcdefghijklmnop",
			    tag_lens[t]);
			uint8_t nonce[8] = { 0 };
			uint8_t tag[UMAC_TAG_MAX], want[UMAC_TAG_MAX];

			put_u32(nonce + 4, nonces[i]);
			assert_true(umac_tag(u, bytes_of(nonce, 8),
			    BYTES_LIT("message"), tag, &err));
			assert_true(umac_tag(fresh, bytes_of(nonce, 8),
			    BYTES_LIT("message"), want, &err));
			assert_memory_equal(tag, want, tag_lens[t]);
			umac_free(fresh);
		}
		umac_free(u);
	}
}

/* A repeated pad would show the xor of two hashes. */
static void
umac_tag__neighbouring_nonces_have_different_tags(void **state)
{
	struct err err;

	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(tag_lens); t++) {
		struct umac *u = umac_of("abcdefghijklmnop", tag_lens[t]);
		uint8_t tags[300][UMAC_TAG_MAX];

		for (uint32_t n = 0; n < ARRAY_LEN(tags); n++) {
			uint8_t nonce[8] = { 0 };

			put_u32(nonce + 4, n);
			assert_true(umac_tag(u, bytes_of(nonce, 8),
			    BYTES_LIT("message"), tags[n], &err));
			for (uint32_t before = 0; before < n; before++)
				assert_memory_not_equal(tags[n], tags[before],
				    tag_lens[t]);
		}
		umac_free(u);
	}
}

static void
umac_tag__every_byte_counts_and_nothing_behind_is_read(void **state)
{
	static const size_t lens[] = {
		1, 31, 32, 33, 63, 64, 100, 1023, 1024, 1025, 1057, 2080,
	};
	struct umac *u = umac_of("abcdefghijklmnop", 8);
	uint8_t want[8], tag[8];
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		/* its end is the end of the allocation, for the sanitizer */
		uint8_t *m = malloc(lens[i]);

		assert_non_null(m);
		memset(m, 'x', lens[i]);
		assert_true(umac_tag(u, BYTES_LIT("nonce"),
		    bytes_of(m, lens[i]), want, &err));
		for (size_t at = 0; at < lens[i]; at++) {
			m[at] ^= 0x10;
			assert_true(umac_tag(u, BYTES_LIT("nonce"),
			    bytes_of(m, lens[i]), tag, &err));
			assert_memory_not_equal(tag, want, 8);
			m[at] ^= 0x10;
		}
		/* zeros that fill a message up are not the message */
		m[lens[i] - 1] = 0;
		assert_true(umac_tag(u, BYTES_LIT("nonce"),
		    bytes_of(m, lens[i]), want, &err));
		assert_true(umac_tag(u, BYTES_LIT("nonce"),
		    bytes_of(m, lens[i] - 1), tag, &err));
		assert_memory_not_equal(tag, want, 8);
		free(m);
	}
	umac_free(u);
}

/* ---- published files ----------------------------------------------------- */

/* Splits a line of a file without quotes in place. */
static size_t
split(char *line, char *fields[FIELDS_MAX])
{
	size_t n = 0;

	line[strcspn(line, "\n")] = '\0';
	while (n < FIELDS_MAX && (fields[n] = strsep(&line, ",")) != NULL)
		n++;
	return n;
}

typedef void row_check(char *fields[FIELDS_MAX], uint8_t *buf);

static void
each_row(const char *file, size_t field_count, size_t row_count,
    row_check *check_row)
{
	static char line[VECTOR_LINE_MAX];
	FILE *f = vectors_open(file);
	uint8_t *buf = malloc(MESSAGE_CAP);
	size_t rows = 0;

	assert_non_null(buf);
	if (f == NULL) {
		free(buf);
		skip();
	}
	assert_non_null(fgets(line, sizeof(line), f));	/* the head */
	for (; fgets(line, sizeof(line), f) != NULL; rows++) {
		char *fields[FIELDS_MAX];

		assert_int_equal(split(line, fields), field_count);
		check_row(fields, buf);
	}
	assert_int_equal(rows, row_count);
	free(buf);
	fclose(f);
}

/* key, nonce, text, count, umac32, 64, 96, 128. */
static void
check_rfc_row(char *fields[FIELDS_MAX], uint8_t *buf)
{
	size_t len = strlen(fields[2]) * strtoul(fields[3], NULL, 10);
	struct bytes m;

	if (len > UMAC_MESSAGE_MAX)
		return;		/* the row of 32 MiB */
	m = repeated(buf, fields[2], len);
	check(fields[0], bytes_str(fields[1]), m, fields[5]);
	check(fields[0], bytes_str(fields[1]), m, fields[7]);
}

/* key, nonce, text, length, umac64, 128. */
static void
check_size_row(char *fields[FIELDS_MAX], uint8_t *buf)
{
	struct bytes m = repeated(buf, fields[2],
	    strtoul(fields[3], NULL, 10));

	check(fields[0], bytes_str(fields[1]), m, fields[4]);
	check(fields[0], bytes_str(fields[1]), m, fields[5]);
}

/*
 * A packet under an -etm MAC is covered as it arrives, so that opening it
 * checks the MAC of any message that is longer than packet_length.
 */
static void
check_packet(const char *mac_name, const char *fields[3], const char *hex,
    uint8_t *buf)
{
	static const uint8_t zeros[16];
	const struct mac_alg *mac = mac_find(bytes_str(mac_name));
	uint8_t key[UMAC_KEY_LEN];
	uint32_t seqnr = (uint32_t)strtoul(fields[1], NULL, 10);
	size_t len = hex_bytes(fields[2], buf, MESSAGE_CAP - UMAC_TAG_MAX);
	struct protect *p = NULL;
	struct err err;

	assert_non_null(mac);
	if (len <= 4)
		return;
	assert_int_equal(hex_bytes(fields[0], key, sizeof(key)), sizeof(key));
	assert_int_equal(hex_bytes(hex, buf + len, UMAC_TAG_MAX),
	    mac->tag_len);
	assert_true(protect_new(&p, cipher_find(BYTES_LIT("aes128-ctr")),
	    mac, bytes_of(zeros, 16), bytes_of(zeros, 16),
	    bytes_of(key, sizeof(key)), false, &err));
	assert_true(protect_open(p, seqnr, buf, len, &err));
	protect_free(p);
}

/* key, sequence number, message, umac64, 128. */
static void
check_packet_row(char *fields[FIELDS_MAX], uint8_t *buf)
{
	const char *given[3] = { fields[0], fields[1], fields[2] };

	check_packet("umac-64-etm@openssh.com", given, fields[3], buf);
	check_packet("umac-128-etm@openssh.com", given, fields[4], buf);
}

static void
umac_rows__agree_with_the_vectors_of_packets(void **state)
{
	(void)state;
	each_row("rfc/umac-ssh-nonce.csv", 5, 14, check_packet_row);
}

static void
umac__agrees_with_the_vectors_of_the_rfc(void **state)
{
	(void)state;
	each_row("rfc/rfc4418-umac.csv", 8, 8, check_rfc_row);
}

static void
umac__agrees_with_the_vectors_of_nettle(void **state)
{
	(void)state;
	each_row("rfc/umac-sizes.csv", 6, 18, check_size_row);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(umac__gives_the_values_of_rfc_4418),
		TEST(umac__a_chunk_at_the_top_of_the_range_takes_two_steps),
		TEST(umac_tag__does_not_depend_on_the_nonces_before),
		TEST(umac_tag__neighbouring_nonces_have_different_tags),
		TEST(umac_tag__every_byte_counts_and_nothing_behind_is_read),
		TEST(umac__agrees_with_the_vectors_of_the_rfc),
		TEST(umac__agrees_with_the_vectors_of_nettle),
		TEST(umac_rows__agree_with_the_vectors_of_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
