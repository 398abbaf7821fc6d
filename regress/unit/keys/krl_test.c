/* SPDX-License-Identifier: ISC */
#include "unit/keys/keys_util.h"

#include <stdlib.h>

#include "keys/krl.h"
#include "unit/keys/samples.h"

/*
 * ssh-keygen 9.2 -k -z 9 -s sample_ca_pub of: serials 1, 3, 5, 100-300,
 * 0x10000-0x10004, 0x10007, 0x10009, 2^63 and above; ids "a", "b", "user id";
 * key: sample_ec384_pub, sha1: sample_ed_pub, sha256: sample_rsa_pub.
 */
static const char sample_krl[] =
    "5353484b524c0a00000000010000000000000009000000006b0a473d0000000000"
    "000000000000000000000001000000a4000000330000000b7373682d6564323535"
    "313900000020ea9b2215670699434b4d119a35335a2e42ebc02da45e96a08361ef"
    "3ee897b76900000000220000000d00000000000000010000000115210000001000"
    "00000000000064000000000000012c220000000e00000000000100000000000202"
    "9f21000000108000000000000000ffffffffffffffff2300000015000000016100"
    "000001620000000775736572206964020000008c00000088000000136563647361"
    "2d736861322d6e69737470333834000000086e697374703338340000006104e1d6"
    "a4e8ba5911baf71fcdf206a39906abc3dd9606b34671af0d9509b371ab00e82dc8"
    "62cd9387f38c74f4dba9d976bc8ad17a6c0446beaef1f029a28961984db59bcb8f"
    "bc1686537150a48f67fe7d271b9cc47b93d6ff2f6d0d551c888b61a10300000018"
    "00000014be0c304c472a3f64c532318e558f8cd9973ff111050000002400000020"
    "c7b412b9125f84c4bb6b6a119d222654f669c1da0423e9b6ae392ba856b97fde";

#define KRL_CAP	4096
#define BYTES_INIT(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

static struct bytes
sample(uint8_t out[static KRL_CAP])
{
	return from_hex(sample_krl, out, KRL_CAP);
}

static bool
revokes(struct bytes file, const char *key_text)
{
	struct pubkey *key = key_of_text(key_text);
	bool revoked = false;
	struct err err = { 0 };

	if (!krl_find(file, key, &revoked, &err))
		fail_msg("%s: %s", err.what, err_text(&err));
	pubkey_free(key);
	return revoked;
}

/* A certificate's fields as they are, but another serial and identity. */
static bool
revokes_cert(struct bytes file, uint64_t serial, const char *id)
{
	struct pubkey *key = key_of_text(sample_ec_user_cert);
	bool revoked = false;
	struct err err;

	key->cert.serial = serial;
	key->cert.key_id = bytes_str(id);
	assert_true(krl_find(file, key, &revoked, &err));
	pubkey_free(key);
	return revoked;
}

/* ---- what ssh-keygen writes --------------------------------------------- */

static void
krl__finds_keys_by_blob_and_both_digests(void **state)
{
	uint8_t b[KRL_CAP];
	struct bytes file = sample(b);

	(void)state;
	assert_true(revokes(file, sample_ec384_pub));
	assert_true(revokes(file, sample_ed_pub));
	assert_true(revokes(file, sample_rsa_pub));
	assert_false(revokes(file, sample_ec_pub));
	assert_false(revokes(file, sample_ca_pub));
}

static void
krl__finds_a_certificate_by_its_plain_key(void **state)
{
	uint8_t b[KRL_CAP];

	(void)state;
	assert_true(revokes(sample(b), sample_ed_host_cert));
}

static void
krl__finds_serials_of_lists_ranges_and_bitmaps(void **state)
{
	static const uint64_t listed[] = {
		1, 3, 5, 100, 101, 300, 0x10000, 0x10004, 0x10007, 0x10009,
		1ULL << 63, UINT64_MAX,
	};
	static const uint64_t unlisted[] = {
		0, 2, 4, 6, 7, 8, 99, 301, 0xffff, 0x10005, 0x10006, 0x10008,
		0x1000a, 0x10010, (1ULL << 63) - 1,
	};
	uint8_t b[KRL_CAP];
	struct bytes file = sample(b);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(listed); i++)
		assert_true(revokes_cert(file, listed[i], "x"));
	for (size_t i = 0; i < ARRAY_LEN(unlisted); i++)
		assert_false(revokes_cert(file, unlisted[i], "x"));
}

static void
krl__finds_identities_whole(void **state)
{
	uint8_t b[KRL_CAP];
	struct bytes file = sample(b);

	(void)state;
	assert_true(revokes_cert(file, 0, "user id"));
	assert_true(revokes_cert(file, 0, "a"));
	assert_false(revokes_cert(file, 0, "user i"));
	assert_false(revokes_cert(file, 0, "A"));
	assert_false(revokes_cert(file, 0, ""));
}

static void
krl__of_another_ca_says_nothing_about_a_certificate(void **state)
{
	uint8_t b[KRL_CAP];
	struct bytes file = sample(b);

	(void)state;
	b[0x60] ^= 1;		/* inside the CA's key */
	assert_false(revokes_cert(file, 1, "a"));
}

/* ---- what is written by hand -------------------------------------------- */

static void
wr_head(struct writer *w)
{
	wr_bytes(w, KRL_MAGIC, sizeof(KRL_MAGIC));
	wr_u32(w, KRL_FORMAT);
	wr_u64(w, 1);
	wr_u64(w, 2);
	wr_u64(w, 0);
	wr_cstring(w, "");
	wr_cstring(w, "a comment");
}

/* One section of certificates of any CA with one part. */
static struct bytes
with_part(struct blob *blob, uint8_t type, struct bytes part)
{
	blob_init(blob);
	wr_head(&blob->w);
	wr_u8(&blob->w, KRL_SECTION_CERTIFICATES);
	wr_u32(&blob->w, (uint32_t)(4 + 4 + 1 + 4 + part.len));
	wr_cstring(&blob->w, "");
	wr_cstring(&blob->w, "");
	wr_u8(&blob->w, type);
	wr_string(&blob->w, part);
	return blob_view(blob);
}

static struct bytes
with_section(struct blob *blob, uint8_t type, struct bytes data)
{
	blob_init(blob);
	wr_head(&blob->w);
	wr_u8(&blob->w, type);
	wr_string(&blob->w, data);
	return blob_view(blob);
}

static bool
accepts(struct bytes file)
{
	struct pubkey *key = key_of_text(sample_ec_user_cert);
	bool revoked;
	struct err err;
	bool ok = krl_find(file, key, &revoked, &err);

	pubkey_free(key);
	return ok;
}

static void
krl__without_a_ca_means_every_ca(void **state)
{
	struct blob blob;

	(void)state;
	assert_true(revokes_cert(with_part(&blob, KRL_CERT_SERIAL_LIST,
	    BYTES_LIT("\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\x04")), 4, "x"));
}

static void
krl__serial_0_is_never_revoked(void **state)
{
	struct blob blob;

	(void)state;
	assert_false(revokes_cert(with_part(&blob, KRL_CERT_SERIAL_LIST,
	    BYTES_LIT("\0\0\0\0\0\0\0\0")), 0, "x"));
	assert_false(revokes_cert(with_part(&blob, KRL_CERT_SERIAL_RANGE,
	    BYTES_LIT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7")), 0, "x"));
}

static void
krl__what_breaks_the_grammar_is_an_error(void **state)
{
	static const struct bad {
		const char *what;
		uint8_t type;
		struct bytes part;
	} rows[] = {
		{ "part of a serial", 0x20, BYTES_INIT("\0\0\0\1") },
		{ "range backwards", 0x21, BYTES_INIT(
		    "\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\6") },
		{ "range and more", 0x21, BYTES_INIT(
		    "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2!") },
		{ "negative bitmap", 0x22, BYTES_INIT(
		    "\0\0\0\0\0\0\0\1\0\0\0\1\x80") },
		{ "bitmap past the last serial", 0x22, BYTES_INIT(
		    "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\2\1\1") },
		{ "half an identity", 0x23, BYTES_INIT("\0\0\0\4abc") },
		{ "critical extension", 0x39, BYTES_INIT(
		    "\0\0\0\1x\1\0\0\0\0") },
		{ "part that is not known", 0x24, BYTES_INIT("") },
	};
	struct blob blob;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (accepts(with_part(&blob, rows[i].type, rows[i].part)))
			fail_msg("%s", rows[i].what);
	}
	assert_false(accepts(with_section(&blob, 9, BYTES_LIT(""))));
	assert_false(accepts(with_section(&blob, KRL_SECTION_SHA1,
	    BYTES_LIT("\0\0\0\2ab"))));
	assert_false(accepts(with_section(&blob, KRL_SECTION_CERTIFICATES,
	    BYTES_LIT("\0\0\0\2ab\0\0\0\0"))));
}

static void
krl__extensions_that_are_not_critical_are_passed_over(void **state)
{
	static const struct bytes extension =
	    BYTES_INIT("\0\0\0\1x\0\0\0\0\0");
	struct blob blob;

	(void)state;
	assert_true(accepts(with_part(&blob, KRL_CERT_EXTENSION, extension)));
	assert_true(accepts(with_section(&blob, KRL_SECTION_EXTENSION,
	    extension)));
}

static void
krl__every_truncation_is_an_error_or_a_shorter_list(void **state)
{
	uint8_t b[KRL_CAP];
	struct bytes file = sample(b);
	size_t accepted = 0;

	(void)state;
	for (size_t n = 0; n < file.len; n++) {
		uint8_t *copy = exact_copy(file.p, n);

		accepted += accepts(bytes_of(copy, n));
		free(copy);
	}
	/* the ends of the head and of three of its four sections */
	assert_int_equal(accepted, 4);
}

static void
krl__one_byte_more_is_an_error(void **state)
{
	uint8_t b[KRL_CAP];
	struct bytes file = sample(b);

	(void)state;
	b[file.len++] = 2;
	assert_false(accepts(file));
}

static void
krl__another_version_of_the_format_is_an_error(void **state)
{
	uint8_t b[KRL_CAP];
	struct bytes file = sample(b);

	(void)state;
	b[sizeof(KRL_MAGIC) + 3] = 2;
	assert_false(accepts(file));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(krl__finds_keys_by_blob_and_both_digests),
		TEST(krl__finds_a_certificate_by_its_plain_key),
		TEST(krl__finds_serials_of_lists_ranges_and_bitmaps),
		TEST(krl__finds_identities_whole),
		TEST(krl__of_another_ca_says_nothing_about_a_certificate),
		TEST(krl__without_a_ca_means_every_ca),
		TEST(krl__serial_0_is_never_revoked),
		TEST(krl__what_breaks_the_grammar_is_an_error),
		TEST(krl__extensions_that_are_not_critical_are_passed_over),
		TEST(krl__every_truncation_is_an_error_or_a_shorter_list),
		TEST(krl__one_byte_more_is_an_error),
		TEST(krl__another_version_of_the_format_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
