/* SPDX-License-Identifier: ISC */
#include "lib/crypto/sntrup761.h"

#include <openssl/evp.h>

#include "unit/crypto/pq_vectors.h"

struct kem {
	uint8_t public[SNTRUP761_PUBLIC_LEN], secret[SNTRUP761_SECRET_LEN];
	uint8_t ciphertext[SNTRUP761_CIPHERTEXT_LEN];
	uint8_t shared[SNTRUP761_SHARED_LEN];
	struct err err;
};

enum { WORDS_LEN = 761 * 4 };	/* one polynomial's worth of words */

/* The first record of the published KAT. */
static const char kat_seed[] =
    "061550234D158C5EC95595FE04EF7A25767F2E24CC2BC479"
    "D09D86DC9ABCFDE7056A8C266F9EF97ED08541DBD2E1FFA1";

/* SHA-512(seed || le32(j)), j = 0, 1, ...: the hashed KAT's stream. */
struct stream {
	char seed[64];
	uint32_t j;
	uint8_t block[64];
	size_t left;
};

static bool
stream_random(void *arg, uint8_t *p, size_t len)
{
	struct stream *s = arg;
	uint8_t in[sizeof(s->seed) + 4];
	size_t n = strlen(s->seed);

	for (; len > 0; len--) {
		if (s->left == 0) {
			memcpy(in, s->seed, n);
			for (size_t i = 0; i < 4; i++)
				in[n + i] = (uint8_t)(s->j >> 8 * i);
			s->j++;
			assert_int_equal(EVP_Digest(in, n + 4, s->block, NULL,
			    EVP_sha512(), NULL), 1);
			s->left = sizeof(s->block);
		}
		*p++ = s->block[sizeof(s->block) - s->left--];
	}
	return true;
}

/* CTR_DRBG of SP 800-90A: AES-256, no derivation function. */
struct drbg {
	uint8_t key[32], v[16];
	bool in_words;		/* a request of its own for each word */
};

static void
drbg_blocks(struct drbg *d, uint8_t *out, size_t count)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len;

	assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_256_ecb(), NULL,
	    d->key, NULL), 1);
	for (; count > 0; count--, out += 16) {
		for (int i = 15; i >= 0 && ++d->v[i] == 0; i--)
			;
		assert_int_equal(EVP_EncryptUpdate(ctx, out, &len, d->v, 16),
		    1);
	}
	EVP_CIPHER_CTX_free(ctx);
}

static void
drbg_update(struct drbg *d, const uint8_t data[48])
{
	uint8_t fresh[48];

	drbg_blocks(d, fresh, 3);
	for (size_t i = 0; i < sizeof(fresh); i++)
		fresh[i] ^= data[i];
	memcpy(d->key, fresh, 32);
	memcpy(d->v, fresh + 32, 16);
}

static void
drbg_init(struct drbg *d, const uint8_t seed[48], bool in_words)
{
	*d = (struct drbg){ .in_words = in_words };
	drbg_update(d, seed);
}

static void
drbg_request(struct drbg *d, uint8_t *p, size_t len)
{
	static const uint8_t nothing[48];
	uint8_t out[WORDS_LEN + 16];

	assert_true(len <= WORDS_LEN);
	drbg_blocks(d, out, (len + 15) / 16);
	memcpy(p, out, len);
	drbg_update(d, nothing);
}

static bool
drbg_random(void *arg, uint8_t *p, size_t len)
{
	struct drbg *d = arg;
	size_t step = d->in_words && len == WORDS_LEN ? 4 : len;

	for (; len > 0; len -= step, p += step)
		drbg_request(d, p, step);
	return true;
}

static void
kem_make(struct kem *k, sntrup761_random *random, void *arg)
{
	assert_true(sntrup761_keygen(k->public, k->secret, random, arg,
	    &k->err));
	assert_true(sntrup761_encaps(k->public, k->ciphertext, k->shared,
	    random, arg, &k->err));
}

static void
assert_decaps(struct kem *k, const uint8_t want[SNTRUP761_SHARED_LEN])
{
	uint8_t got[SNTRUP761_SHARED_LEN];

	assert_true(sntrup761_decaps(k->secret, k->ciphertext, got, &k->err));
	assert_memory_equal(got, want, sizeof(got));
}

static void
assert_sha512(const uint8_t *p, size_t len, const char *want)
{
	uint8_t hash[64];

	assert_int_equal(EVP_Digest(p, len, hash, NULL, EVP_sha512(), NULL),
	    1);
	assert_hex(hash, sizeof(hash), want);
}

/* The values of one record of the hashed KAT, in hex. */
struct hashes {
	const char *public, *secret, *ciphertext, *shared, *rejected;
};

static void
assert_hashes(const char *seed, const struct hashes *want)
{
	struct stream stream = { 0 };
	struct kem k;

	assert_true(strlen(seed) < sizeof(stream.seed));
	memcpy(stream.seed, seed, strlen(seed));
	kem_make(&k, stream_random, &stream);
	assert_sha512(k.public, sizeof(k.public), want->public);
	assert_sha512(k.secret, sizeof(k.secret), want->secret);
	assert_sha512(k.ciphertext, sizeof(k.ciphertext), want->ciphertext);
	assert_hex(k.shared, sizeof(k.shared), want->shared);
	assert_decaps(&k, k.shared);
	k.ciphertext[0] ^= 1;
	assert_true(sntrup761_decaps(k.secret, k.ciphertext, k.shared,
	    &k.err));
	assert_hex(k.shared, sizeof(k.shared), want->rejected);
}

static void
sntrup761__a_known_stream_gives_the_known_key_and_ciphertext(void **state)
{
	static const struct hashes want = {
		.public = "597101fee410d1a3303ba897b42c1dd1"
		    "45792e5aa203c868771718f865d57880"
		    "aa4f1322aabc6516e1a500a9062c67ed"
		    "e5042ea5bc15813a9b4b192d59b1a568",
		.secret = "aa6a04dfedbd0c83686580e15dfcb712"
		    "c7f9041141117e12d5453e01c87e8dde"
		    "757fbde67a22eda0bc001b5e466070f6"
		    "7766d578be223994f18b17a96b557ae2",
		.ciphertext = "9d4bd929677894720d751523be604764"
		    "cd9a119a7e10c056a6e0833fe78bc2ab"
		    "4aa567dbe2b9fc42a36ecd5e26276116"
		    "662186350cb4ad38dfb061307e614d7f",
		.shared = "83efc9cc0a60166f3e38fc3f13f062e2"
		    "84d0cb3047fa6d26319b9a99a254b27f",
		.rejected = "459b8fda2a5d122baaab2944c2918cfd"
		    "a5858c97dd56381257eac7a9549c597d",
	};

	(void)state;
	assert_hashes("reach sntrup761 kat 0", &want);
}

static void
append_hex(char *text, const char *name, const uint8_t *p, size_t len)
{
	text += strlen(text);
	text += sprintf(text, "%s = ", name);
	for (size_t i = 0; i < len; i++)
		text += sprintf(text, "%02X", p[i]);
	sprintf(text, "\n");
}

/* The record in the form in which liboqs publishes its SHA-256. */
static void
sntrup761__the_bulk_record_has_the_published_hash(void **state)
{
	static char text[16384];
	uint8_t seed[48], hash[32];
	struct drbg drbg;
	struct kem k;

	(void)state;
	assert_int_equal(hex_bytes(kat_seed, seed, sizeof(seed)), 48);
	drbg_init(&drbg, seed, false);
	kem_make(&k, drbg_random, &drbg);
	strcpy(text, "count = 0\n");
	append_hex(text, "seed", seed, sizeof(seed));
	append_hex(text, "pk", k.public, sizeof(k.public));
	append_hex(text, "sk", k.secret, sizeof(k.secret));
	append_hex(text, "ct", k.ciphertext, sizeof(k.ciphertext));
	append_hex(text, "ss", k.shared, sizeof(k.shared));
	assert_int_equal(EVP_Digest(text, strlen(text), hash, NULL,
	    EVP_sha256(), NULL), 1);
	assert_hex(hash, sizeof(hash), "afc42c3a5b10f4ef69654250097ebda9"
	    "b9564570f4086744b24a6daf2bd1f89a");
}

static void
sntrup761__every_changed_byte_of_a_ciphertext_changes_the_key(void **state)
{
	struct stream stream = { .seed = "changed" };
	uint8_t got[SNTRUP761_SHARED_LEN], before[SNTRUP761_SHARED_LEN];
	struct kem k;

	(void)state;
	kem_make(&k, stream_random, &stream);
	assert_decaps(&k, k.shared);
	memcpy(before, k.shared, sizeof(before));
	for (size_t i = 0; i < SNTRUP761_CIPHERTEXT_LEN; i += 13) {
		k.ciphertext[i] ^= (uint8_t)(1 << i % 8);
		assert_true(sntrup761_decaps(k.secret, k.ciphertext, got,
		    &k.err));
		assert_memory_not_equal(got, k.shared, sizeof(got));
		assert_memory_not_equal(got, before, sizeof(got));
		memcpy(before, got, sizeof(before));
		k.ciphertext[i] ^= (uint8_t)(1 << i % 8);
	}
}

static void
sntrup761__numbers_out_of_range_are_taken_modulo_their_radix(void **state)
{
	struct stream stream = { .seed = "garbage" };
	struct kem k, other;

	(void)state;
	kem_make(&k, stream_random, &stream);
	memset(k.public, 0xff, sizeof(k.public));
	assert_true(sntrup761_encaps(k.public, other.ciphertext, other.shared,
	    stream_random, &stream, &k.err));
	memset(k.ciphertext, 0xff, sizeof(k.ciphertext));
	assert_true(sntrup761_decaps(k.secret, k.ciphertext, other.shared,
	    &k.err));
	assert_memory_not_equal(k.shared, other.shared, sizeof(k.shared));
}

struct failing {
	struct stream stream;
	unsigned good;		/* calls before the one that fails */
};

static bool
failing_random(void *arg, uint8_t *p, size_t len)
{
	struct failing *f = arg;

	return f->good-- > 0 && stream_random(&f->stream, p, len);
}

static void
sntrup761__lack_of_randomness_is_a_failure(void **state)
{
	struct stream stream = { .seed = "lack" };
	struct kem k;

	(void)state;
	kem_make(&k, stream_random, &stream);
	for (unsigned good = 0; good < 3; good++) {
		struct failing f = {
			.stream.seed = "reach sntrup761 kat 0", .good = good,
		};

		k.err.code = ERR_NONE;
		assert_false(sntrup761_keygen(k.public, k.secret,
		    failing_random, &f, &k.err));
		assert_int_equal(k.err.code, ERR_CRYPTO);
	}
	assert_false(sntrup761_encaps(k.public, k.ciphertext, k.shared,
	    failing_random, &(struct failing){ .good = 0 }, &k.err));
	assert_int_equal(k.err.code, ERR_CRYPTO);
}

/* The value of a line `name = value`, without its end, if it is that line. */
static bool
field_text(const char *line, const char *name, char *out, size_t cap)
{
	const char *p = field_find(line, name);
	size_t len;

	if (p == NULL)
		return false;
	len = strcspn(p, "\r\n");
	assert_true(len < cap);
	memcpy(out, p, len);
	out[len] = '\0';
	return true;
}

static void
sntrup761__the_hashed_kat_is_reproduced(void **state)
{
	char seed[64], public[132], secret[132], ciphertext[132];
	char shared[68], rejected[68];
	const struct hashes want = {
		public, secret, ciphertext, shared, rejected,
	};
	unsigned count = 0;
	struct vectors v;

	(void)state;
	vectors_open(&v, "sntrup761/sntrup761-hashed-kat.txt");
	while (vectors_next(&v)) {
		(void)field_text(v.line, "stream_seed_ascii", seed,
		    sizeof(seed));
		(void)field_text(v.line, "pk_sha512", public, sizeof(public));
		(void)field_text(v.line, "sk_sha512", secret, sizeof(secret));
		(void)field_text(v.line, "ct_sha512", ciphertext,
		    sizeof(ciphertext));
		(void)field_text(v.line, "ss", shared, sizeof(shared));
		if (field_text(v.line, "ss_rejected", rejected,
		    sizeof(rejected))) {
			assert_hashes(seed, &want);
			count++;
		}
	}
	vectors_close(&v);
	assert_int_equal(count, 3);
}

static void
sntrup761__the_reference_kat_is_reproduced(void **state)
{
	uint8_t seed[48];
	unsigned count = 0;
	struct kem want, got;
	struct vectors v;
	struct drbg drbg;

	(void)state;
	vectors_open(&v, "sntrup761/sntrup761-kat.rsp");
	while (vectors_next(&v)) {
		(void)field_bytes(v.line, "seed", seed, sizeof(seed));
		(void)field_bytes(v.line, "pk", want.public,
		    sizeof(want.public));
		(void)field_bytes(v.line, "sk", want.secret,
		    sizeof(want.secret));
		(void)field_bytes(v.line, "ct", want.ciphertext,
		    sizeof(want.ciphertext));
		if (!field_bytes(v.line, "ss", want.shared,
		    sizeof(want.shared)))
			continue;
		drbg_init(&drbg, seed, true);
		kem_make(&got, drbg_random, &drbg);
		assert_memory_equal(got.public, want.public,
		    sizeof(got.public));
		assert_memory_equal(got.secret, want.secret,
		    sizeof(got.secret));
		assert_memory_equal(got.ciphertext, want.ciphertext,
		    sizeof(got.ciphertext));
		assert_memory_equal(got.shared, want.shared,
		    sizeof(got.shared));
		assert_decaps(&want, want.shared);
		count++;
	}
	vectors_close(&v);
	assert_int_equal(count, 20);
}

/* The secret key of record `count`, drawn anew from the KAT's file. */
static void
kat_secret(const char *record, uint8_t secret[SNTRUP761_SECRET_LEN])
{
	char number[16];
	bool here = false, found = false;
	struct vectors v;

	vectors_open(&v, "sntrup761/sntrup761-kat.rsp");
	while (!found && vectors_next(&v)) {
		if (field_text(v.line, "count", number, sizeof(number)))
			here = strcmp(number, record) == 0;
		found = here && field_bytes(v.line, "sk", secret,
		    SNTRUP761_SECRET_LEN);
	}
	vectors_close(&v);
	assert_true(found);
}

static void
sntrup761__implicit_rejection_gives_the_known_keys(void **state)
{
	unsigned count = 0;
	char number[16];
	struct vectors v;
	struct kem k;

	(void)state;
	vectors_open(&v, "sntrup761/sntrup761-implicit-rejection.txt");
	while (vectors_next(&v)) {
		if (field_text(v.line, "count", number, sizeof(number)))
			kat_secret(number, k.secret);
		(void)field_bytes(v.line, "ct", k.ciphertext,
		    sizeof(k.ciphertext));
		if (field_bytes(v.line, "ss", k.shared, sizeof(k.shared))) {
			assert_decaps(&k, k.shared);
			count++;
		}
	}
	vectors_close(&v);
	assert_int_equal(count, 18);
}

/* All secret: of a key, only g may be drawn again, and it is drawn first. */
struct poisoned {
	struct stream stream;
	unsigned clean;		/* calls before the poisoned ones */
};

static bool
poisoned_random(void *arg, uint8_t *p, size_t len)
{
	struct poisoned *d = arg;
	bool ok = stream_random(&d->stream, p, len);

	if (d->clean == 0)
		POISON(p, len);
	else
		d->clean--;
	return ok;
}

static void
sntrup761__no_branch_or_index_depends_on_a_secret(void **state)
{
	struct poisoned d = {
		.stream.seed = "reach sntrup761 kat 0", .clean = 1,
	};
	unsigned long errors = POISON_ERRORS();
	uint8_t shared[SNTRUP761_SHARED_LEN];
	struct kem k;

	(void)state;
	if (!SECRETS_ARE_WATCHED)
		skip();
	assert_true(sntrup761_keygen(k.public, k.secret, poisoned_random, &d,
	    &k.err));
	UNPOISON(k.public, sizeof(k.public));
	UNPOISON(k.secret + 382, sizeof(k.public));
	UNPOISON(k.secret + sizeof(k.secret) - 32, 32);
	assert_true(sntrup761_encaps(k.public, k.ciphertext, k.shared,
	    poisoned_random, &d, &k.err));
	UNPOISON(k.ciphertext, sizeof(k.ciphertext));
	UNPOISON(k.shared, sizeof(k.shared));
	POISON(k.secret, 382);
	for (int i = 0; i < 2; i++) {
		assert_true(sntrup761_decaps(k.secret, k.ciphertext, shared,
		    &k.err));
		UNPOISON(shared, sizeof(shared));
		assert_int_equal(memcmp(shared, k.shared, sizeof(shared)) == 0,
		    i == 0);
		k.ciphertext[5] ^= 1;
	}
	assert_int_equal(POISON_ERRORS(), errors);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    sntrup761__a_known_stream_gives_the_known_key_and_ciphertext),
		cmocka_unit_test(
		    sntrup761__the_bulk_record_has_the_published_hash),
		cmocka_unit_test(
		    sntrup761__every_changed_byte_of_a_ciphertext_changes_the_key),
		cmocka_unit_test(
		    sntrup761__numbers_out_of_range_are_taken_modulo_their_radix),
		cmocka_unit_test(sntrup761__lack_of_randomness_is_a_failure),
		cmocka_unit_test(sntrup761__the_hashed_kat_is_reproduced),
		cmocka_unit_test(sntrup761__the_reference_kat_is_reproduced),
		cmocka_unit_test(
		    sntrup761__implicit_rejection_gives_the_known_keys),
		cmocka_unit_test(
		    sntrup761__no_branch_or_index_depends_on_a_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
