/* SPDX-License-Identifier: ISC */
#include "lib/crypto/mlkem768.h"

#include <openssl/evp.h>

#include "unit/crypto/pq_vectors.h"

struct kem {
	uint8_t seed[MLKEM768_SEED_LEN], m[32];
	uint8_t public[MLKEM768_PUBLIC_LEN], secret[MLKEM768_SECRET_LEN];
	uint8_t ciphertext[MLKEM768_CIPHERTEXT_LEN];
	uint8_t shared[MLKEM768_SHARED_LEN];
	struct err err;
};

enum { COEFFICIENTS = 768, Q = 3329 };

static void
kem_make(struct kem *k)
{
	for (size_t i = 0; i < sizeof(k->seed); i++)
		k->seed[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(k->m); i++)
		k->m[i] = (uint8_t)(200 + i);
	assert_true(mlkem768_keygen(k->seed, k->public, k->secret, &k->err));
	assert_true(mlkem768_encaps(k->public, k->m, k->ciphertext, k->shared,
	    &k->err));
}

static void
assert_decaps(struct kem *k, const uint8_t want[MLKEM768_SHARED_LEN])
{
	uint8_t got[MLKEM768_SHARED_LEN];

	assert_true(mlkem768_decaps(k->secret, k->ciphertext, got, &k->err));
	assert_memory_equal(got, want, sizeof(got));
}

static void
set_coefficient(uint8_t *public, size_t i, unsigned value)
{
	uint8_t *p = public + i / 2 * 3;

	if (i % 2 == 0) {
		p[0] = (uint8_t)value;
		p[1] = (uint8_t)((p[1] & 0xf0) | value >> 8);
	} else {
		p[1] = (uint8_t)((p[1] & 0xf) | value << 4);
		p[2] = (uint8_t)(value >> 4);
	}
}

static void
shake(const EVP_MD *md, const uint8_t *in, size_t in_len, uint8_t *out,
    size_t out_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	assert_int_equal(EVP_DigestInit_ex(ctx, md, NULL), 1);
	assert_int_equal(EVP_DigestUpdate(ctx, in, in_len), 1);
	assert_int_equal(EVP_DigestFinalXOF(ctx, out, out_len), 1);
	EVP_MD_CTX_free(ctx);
}

static void
mlkem768__accumulated_vectors_have_the_published_hash(void **state)
{
	enum { TESTS = 100, DRAWN = 96 + MLKEM768_CIPHERTEXT_LEN };
	static uint8_t drawn[TESTS * DRAWN];
	EVP_MD_CTX *all = EVP_MD_CTX_new();
	uint8_t sum[32];
	struct kem k;

	(void)state;
	shake(EVP_shake128(), NULL, 0, drawn, sizeof(drawn));
	assert_int_equal(EVP_DigestInit_ex(all, EVP_shake128(), NULL), 1);
	for (size_t i = 0; i < TESTS; i++) {
		const uint8_t *d = drawn + i * DRAWN;

		assert_true(mlkem768_keygen(d, k.public, k.secret, &k.err));
		assert_true(mlkem768_encaps(k.public, d + 64, k.ciphertext,
		    k.shared, &k.err));
		EVP_DigestUpdate(all, k.public, sizeof(k.public));
		EVP_DigestUpdate(all, k.secret, sizeof(k.secret));
		EVP_DigestUpdate(all, k.ciphertext, sizeof(k.ciphertext));
		EVP_DigestUpdate(all, k.shared, sizeof(k.shared));
		assert_decaps(&k, k.shared);
		assert_true(mlkem768_decaps(k.secret, d + 96, k.shared,
		    &k.err));
		EVP_DigestUpdate(all, k.shared, sizeof(k.shared));
	}
	assert_int_equal(EVP_DigestFinalXOF(all, sum, sizeof(sum)), 1);
	EVP_MD_CTX_free(all);
	assert_hex(sum, sizeof(sum), "8d65b902f28edc683cebee2872962fd1"
	    "65a4d197c9e24ec74caa4470270df0b7");
}

static void
mlkem768__a_changed_ciphertext_is_rejected_implicitly(void **state)
{
	uint8_t input[32 + MLKEM768_CIPHERTEXT_LEN], want[32];
	struct kem k;

	(void)state;
	kem_make(&k);
	assert_decaps(&k, k.shared);
	for (size_t i = 0; i < MLKEM768_CIPHERTEXT_LEN; i += 29) {
		k.ciphertext[i] ^= (uint8_t)(1 << i % 8);
		memcpy(input, k.seed + 32, 32);
		memcpy(input + 32, k.ciphertext, MLKEM768_CIPHERTEXT_LEN);
		shake(EVP_shake256(), input, sizeof(input), want,
		    sizeof(want));
		assert_decaps(&k, want);
		k.ciphertext[i] ^= (uint8_t)(1 << i % 8);
	}
}

static void
mlkem768__a_coefficient_of_q_or_more_is_refused(void **state)
{
	static const unsigned bad[] = { Q, Q + 1, 3584, 4095 };
	uint8_t public[MLKEM768_PUBLIC_LEN];
	struct kem k;

	(void)state;
	kem_make(&k);
	for (size_t i = 0; i < COEFFICIENTS; i++) {
		memcpy(public, k.public, sizeof(public));
		set_coefficient(public, i, bad[i % ARRAY_LEN(bad)]);
		assert_false(mlkem768_encaps(public, k.m, k.ciphertext,
		    k.shared, &k.err));
		assert_int_equal(k.err.code, ERR_RANGE);
	}
}

static void
mlkem768__the_largest_coefficient_is_accepted_everywhere(void **state)
{
	struct kem k;

	(void)state;
	kem_make(&k);
	for (size_t i = 0; i < COEFFICIENTS; i++)
		set_coefficient(k.public, i, Q - 1);
	assert_true(mlkem768_encaps(k.public, k.m, k.ciphertext, k.shared,
	    &k.err));
}

static void
mlkem768__a_damaged_secret_key_is_refused(void **state)
{
	struct kem k;

	(void)state;
	kem_make(&k);
	for (size_t i = 1152; i < MLKEM768_SECRET_LEN - 32; i += 101) {
		uint8_t got[MLKEM768_SHARED_LEN];

		k.secret[i] ^= 0x10;
		assert_false(mlkem768_decaps(k.secret, k.ciphertext, got,
		    &k.err));
		assert_int_equal(k.err.code, ERR_MISMATCH);
		k.secret[i] ^= 0x10;
	}
}

static void
mlkem768__acvp_keygen_vectors_match(void **state)
{
	uint8_t public[MLKEM768_PUBLIC_LEN], secret[MLKEM768_SECRET_LEN];
	struct vectors v;
	struct kem k;
	unsigned count = 0;

	(void)state;
	vectors_open(&v, "mlkem768/acvp-mlkem768-keygen.json");
	while (vectors_next(&v)) {
		if (!field_bytes(v.line, "d", k.seed, 32))
			continue;
		assert_true(field_bytes(v.line, "z", k.seed + 32, 32));
		assert_true(field_bytes(v.line, "ek", k.public,
		    sizeof(k.public)));
		assert_true(field_bytes(v.line, "dk", k.secret,
		    sizeof(k.secret)));
		assert_true(mlkem768_keygen(k.seed, public, secret, &k.err));
		assert_memory_equal(public, k.public, sizeof(public));
		assert_memory_equal(secret, k.secret, sizeof(secret));
		count++;
	}
	vectors_close(&v);
	assert_int_equal(count, 25);
}

/* A line with ek and m, the ciphertext and the key named as given. */
static void
encaps_line(const char *line, const char *key_name)
{
	uint8_t ciphertext[MLKEM768_CIPHERTEXT_LEN];
	uint8_t shared[MLKEM768_SHARED_LEN];
	struct kem k;

	assert_true(field_bytes(line, "ek", k.public, sizeof(k.public)));
	assert_true(field_bytes(line, "m", k.m, sizeof(k.m)));
	assert_true(field_bytes(line, "c", k.ciphertext,
	    sizeof(k.ciphertext)));
	assert_true(field_bytes(line, key_name, k.shared, sizeof(k.shared)));
	assert_true(mlkem768_encaps(k.public, k.m, ciphertext, shared,
	    &k.err));
	assert_memory_equal(ciphertext, k.ciphertext, sizeof(ciphertext));
	assert_memory_equal(shared, k.shared, sizeof(shared));
}

/* A line with dk, the ciphertext and the key named as given. */
static void
decaps_line(const char *line, const char *key_name)
{
	struct kem k;

	assert_true(field_bytes(line, "dk", k.secret, sizeof(k.secret)));
	assert_true(field_bytes(line, "c", k.ciphertext,
	    sizeof(k.ciphertext)));
	assert_true(field_bytes(line, key_name, k.shared, sizeof(k.shared)));
	assert_decaps(&k, k.shared);
}

static void
mlkem768__acvp_encapsulation_and_decapsulation_vectors_match(void **state)
{
	unsigned encaps_count = 0, decaps_count = 0;
	struct vectors v;

	(void)state;
	vectors_open(&v, "mlkem768/acvp-mlkem768-encap-decap.json");
	while (vectors_next(&v)) {
		if (field_find(v.line, "c") == NULL)
			continue;
		if (field_find(v.line, "m") != NULL) {
			encaps_line(v.line, "k");
			encaps_count++;
		}
		decaps_line(v.line, "k");
		decaps_count++;
	}
	vectors_close(&v);
	assert_int_equal(encaps_count, 25);
	assert_int_equal(decaps_count, 45);
}

static void
mlkem768__acvp_secret_keys_with_a_wrong_hash_are_refused(void **state)
{
	unsigned count = 0;
	struct vectors v;
	struct kem k;

	(void)state;
	vectors_open(&v, "mlkem768/acvp-mlkem768-encap-decap.json");
	memset(k.ciphertext, 0, sizeof(k.ciphertext));
	while (vectors_next(&v)) {
		bool valid = field_is(v.line, "reason",
		    "valid decapsulation key");

		if (!valid && !field_is(v.line, "reason", "modified H"))
			continue;
		assert_true(field_bytes(v.line, "dk", k.secret,
		    sizeof(k.secret)));
		assert_int_equal(mlkem768_decaps(k.secret, k.ciphertext,
		    k.shared, &k.err), valid);
		count++;
	}
	vectors_close(&v);
	assert_int_equal(count, 10);
}

static void
mlkem768__wycheproof_decapsulation_vectors_match(void **state)
{
	unsigned count = 0;
	struct vectors v;
	struct kem k;

	(void)state;
	vectors_open(&v, "mlkem768/wycheproof-mlkem-768.json");
	while (vectors_next(&v)) {
		if (!field_is(v.line, "result", "valid"))
			continue;
		assert_true(field_bytes(v.line, "seed", k.seed,
		    sizeof(k.seed)));
		assert_true(field_bytes(v.line, "c", k.ciphertext,
		    sizeof(k.ciphertext)));
		assert_true(field_bytes(v.line, "K", k.shared,
		    sizeof(k.shared)));
		assert_true(mlkem768_keygen(k.seed, k.public, k.secret,
		    &k.err));
		assert_decaps(&k, k.shared);
		count++;
	}
	vectors_close(&v);
	assert_int_equal(count, 63);
}

static void
mlkem768__wycheproof_encapsulation_vectors_match(void **state)
{
	unsigned valid = 0, overflow = 0;
	struct vectors v;
	struct kem k;

	(void)state;
	vectors_open(&v, "mlkem768/wycheproof-mlkem-768-encaps.json");
	while (vectors_next(&v)) {
		if (field_is(v.line, "result", "valid")) {
			encaps_line(v.line, "K");
			valid++;
		} else if (field_bytes(v.line, "ek", k.public,
		    sizeof(k.public))) {
			assert_true(field_bytes(v.line, "m", k.m,
			    sizeof(k.m)));
			assert_false(mlkem768_encaps(k.public, k.m,
			    k.ciphertext, k.shared, &k.err));
			assert_int_equal(k.err.code, ERR_RANGE);
			overflow++;
		}
	}
	vectors_close(&v);
	assert_int_equal(valid, 38);
	assert_int_equal(overflow, 37);
}

static void
mlkem768__wycheproof_seed_vectors_match(void **state)
{
	uint8_t public[MLKEM768_PUBLIC_LEN], secret[MLKEM768_SECRET_LEN];
	unsigned count = 0;
	struct vectors v;
	struct kem k;

	(void)state;
	vectors_open(&v, "mlkem768/wycheproof-mlkem-768-keygen-seed.json");
	while (vectors_next(&v)) {
		if (!field_bytes(v.line, "seed", k.seed, sizeof(k.seed)))
			continue;
		assert_true(field_bytes(v.line, "ek", public,
		    sizeof(public)));
		assert_true(field_bytes(v.line, "dk", secret,
		    sizeof(secret)));
		assert_true(mlkem768_keygen(k.seed, k.public, k.secret,
		    &k.err));
		assert_memory_equal(k.public, public, sizeof(public));
		assert_memory_equal(k.secret, secret, sizeof(secret));
		count++;
	}
	vectors_close(&v);
	assert_int_equal(count, 10);
}

static void
mlkem768__wycheproof_expanded_key_vectors_match(void **state)
{
	unsigned valid = 0, damaged = 0;
	struct vectors v;
	struct kem k;

	(void)state;
	vectors_open(&v,
	    "mlkem768/wycheproof-mlkem-768-semi-expanded-decaps.json");
	while (vectors_next(&v)) {
		if (field_is(v.line, "result", "valid")) {
			decaps_line(v.line, "K");
			valid++;
		} else if (field_bytes(v.line, "dk", k.secret,
		    sizeof(k.secret)) && field_bytes(v.line, "c",
		    k.ciphertext, sizeof(k.ciphertext))) {
			assert_false(mlkem768_decaps(k.secret, k.ciphertext,
			    k.shared, &k.err));
			damaged++;
		}
	}
	vectors_close(&v);
	assert_int_equal(valid, 3);
	assert_int_equal(damaged, 2);
}

static void
mlkem768__every_cctv_modulus_vector_is_refused(void **state)
{
	uint8_t public[MLKEM768_PUBLIC_LEN];
	unsigned index, value, count = 0;
	struct vectors v;
	struct kem k;

	(void)state;
	memset(k.m, 0x42, sizeof(k.m));
	vectors_open(&v, "mlkem768/cctv-mlkem768-modulus.txt");
	while (vectors_next(&v)) {
		if (field_bytes(v.line, "base_ek", k.public,
		    sizeof(k.public)))
			assert_true(mlkem768_encaps(k.public, k.m,
			    k.ciphertext, k.shared, &k.err));
		if (sscanf(v.line, "bad = %u %u", &index, &value) != 2)
			continue;
		memcpy(public, k.public, sizeof(public));
		set_coefficient(public, index, value);
		assert_false(mlkem768_encaps(public, k.m, k.ciphertext,
		    k.shared, &k.err));
		assert_int_equal(k.err.code, ERR_RANGE);
		count++;
	}
	vectors_close(&v);
	assert_int_equal(count, 780);
}

/* Files of one record, a field in each line. */
static void
read_record(const char *name, struct kem *k)
{
	struct vectors v;

	vectors_open(&v, name);
	while (vectors_next(&v)) {
		(void)field_bytes(v.line, "ek", k->public, sizeof(k->public));
		(void)field_bytes(v.line, "dk", k->secret, sizeof(k->secret));
		(void)field_bytes(v.line, "m", k->m, sizeof(k->m));
		(void)field_bytes(v.line, "c", k->ciphertext,
		    sizeof(k->ciphertext));
		(void)field_bytes(v.line, "K", k->shared, sizeof(k->shared));
	}
	vectors_close(&v);
}

static void
mlkem768__the_unlucky_matrix_is_sampled_to_its_end(void **state)
{
	uint8_t ciphertext[MLKEM768_CIPHERTEXT_LEN];
	uint8_t shared[MLKEM768_SHARED_LEN];
	struct kem k = { 0 };

	(void)state;
	read_record("mlkem768/cctv-mlkem768-unlucky.txt", &k);
	assert_true(mlkem768_encaps(k.public, k.m, ciphertext, shared,
	    &k.err));
	assert_memory_equal(ciphertext, k.ciphertext, sizeof(ciphertext));
	assert_memory_equal(shared, k.shared, sizeof(shared));
	assert_decaps(&k, shared);
}

static void
mlkem768__comparison_does_not_stop_at_a_zero_byte(void **state)
{
	struct kem k = { 0 };

	(void)state;
	read_record("mlkem768/cctv-mlkem768-strcmp.txt", &k);
	assert_decaps(&k, k.shared);
}

static void
mlkem768__no_branch_or_index_depends_on_a_secret(void **state)
{
	unsigned long errors = POISON_ERRORS();
	uint8_t shared[MLKEM768_SHARED_LEN];
	struct kem k;

	(void)state;
	if (!SECRETS_ARE_WATCHED)
		skip();
	kem_make(&k);
	POISON(k.m, sizeof(k.m));
	assert_true(mlkem768_encaps(k.public, k.m, k.ciphertext, k.shared,
	    &k.err));
	UNPOISON(k.ciphertext, sizeof(k.ciphertext));
	UNPOISON(k.shared, sizeof(k.shared));
	POISON(k.secret, 3 * 384);
	POISON(k.secret + MLKEM768_SECRET_LEN - 32, 32);
	for (int i = 0; i < 2; i++) {
		assert_true(mlkem768_decaps(k.secret, k.ciphertext, shared,
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
		    mlkem768__accumulated_vectors_have_the_published_hash),
		cmocka_unit_test(
		    mlkem768__a_changed_ciphertext_is_rejected_implicitly),
		cmocka_unit_test(
		    mlkem768__a_coefficient_of_q_or_more_is_refused),
		cmocka_unit_test(
		    mlkem768__the_largest_coefficient_is_accepted_everywhere),
		cmocka_unit_test(mlkem768__a_damaged_secret_key_is_refused),
		cmocka_unit_test(mlkem768__acvp_keygen_vectors_match),
		cmocka_unit_test(
		    mlkem768__acvp_encapsulation_and_decapsulation_vectors_match),
		cmocka_unit_test(
		    mlkem768__acvp_secret_keys_with_a_wrong_hash_are_refused),
		cmocka_unit_test(
		    mlkem768__wycheproof_decapsulation_vectors_match),
		cmocka_unit_test(
		    mlkem768__wycheproof_encapsulation_vectors_match),
		cmocka_unit_test(mlkem768__wycheproof_seed_vectors_match),
		cmocka_unit_test(
		    mlkem768__wycheproof_expanded_key_vectors_match),
		cmocka_unit_test(
		    mlkem768__every_cctv_modulus_vector_is_refused),
		cmocka_unit_test(
		    mlkem768__the_unlucky_matrix_is_sampled_to_its_end),
		cmocka_unit_test(
		    mlkem768__comparison_does_not_stop_at_a_zero_byte),
		cmocka_unit_test(
		    mlkem768__no_branch_or_index_depends_on_a_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
