/* SPDX-License-Identifier: ISC */
#include "lib/crypto/kex.h"

#include "lib/crypto/mlkem768.h"
#include "lib/crypto/openssl.h"
#include "lib/crypto/random.h"
#include "lib/crypto/sntrup761.h"
#include "lib/crypto/x25519.h"
#include "lib/wire/writer.h"
#include "regress/unit/crypto/hex.h"

static const struct kex_alg *
method(const char *name)
{
	const struct kex_alg *alg = kex_find(bytes_str(name));

	assert_non_null(alg);
	return alg;
}

/* The group that a client of this method works in; GEX: the smallest. */
static struct kex_group
group_of(const struct kex_alg *alg)
{
	if (strstr(alg->name, "group16") != NULL)
		return kex_fallback_group(4096);
	if (strstr(alg->name, "group18") != NULL)
		return kex_fallback_group(8192);
	return kex_fallback_group(2048);
}

static bool
respond(const struct kex_alg *alg, struct bytes client_public,
    struct kex_result *out, struct err *err)
{
	struct kex_group group = group_of(alg);

	return kex_respond(alg, alg->form == KEX_FORM_GEX ? &group : NULL,
	    client_public, out, err);
}

static void
assert_refused(const struct kex_alg *alg, const uint8_t *p, size_t len)
{
	struct kex_result result;
	struct err err = { 0 };

	assert_false(respond(alg, bytes_of(p, len), &result, &err));
	if (err.code != ERR_RANGE && err.code != ERR_DENIED)
		fail_msg("%s, %zu bytes: %s: %s", alg->name, len, err.what,
		    err_text(&err));
	assert_null(result.shared.p);
}

/*
 * A client for each kind of method: begin() makes its public value, finish()
 * computes K from the server's.
 */
struct client {
	uint8_t public[KEX_PUBLIC_MAX];
	size_t public_len;
	uint8_t x_secret[X25519_LEN];
	uint8_t kem_secret[MLKEM768_SECRET_LEN];
	EVP_PKEY *key;			/* ECDH */
	BIGNUM *x;			/* DH */
};

struct client_kind {
	const char *method;
	void (*begin)(const struct kex_alg *, struct client *);
	struct bytes (*finish)(const struct kex_alg *, struct client *,
	    struct bytes server_public, uint8_t *k);
};

static void
x25519_begin(struct client *c)
{
	static const uint8_t base_point[X25519_LEN] = { 9 };
	uint8_t shared[X25519_LEN];
	struct err err;

	assert_true(random_bytes(c->x_secret, X25519_LEN, &err));
	assert_true(x25519_agree(c->x_secret, base_point,
	    c->public + c->public_len, shared, &err));
	c->public_len += X25519_LEN;
}

static void
x25519_finish(struct client *c, const uint8_t *server, uint8_t *shared)
{
	uint8_t own[X25519_LEN];
	struct err err;

	assert_true(x25519_agree(c->x_secret, server, own, shared, &err));
}

static struct bytes
encode(uint8_t *k, const uint8_t *p, size_t len, bool is_mpint)
{
	struct writer w = wr_init(k, KEX_SECRET_MAX);

	if (is_mpint)
		wr_mpint(&w, bytes_of(p, len));
	else
		wr_string(&w, bytes_of(p, len));
	assert_false(w.full);
	return wr_view(&w);
}

static void
curve_begin(const struct kex_alg *alg, struct client *c)
{
	(void)alg;
	x25519_begin(c);
}

static struct bytes
curve_finish(const struct kex_alg *alg, struct client *c,
    struct bytes server, uint8_t *k)
{
	uint8_t shared[X25519_LEN];

	(void)alg;
	assert_int_equal(server.len, X25519_LEN);
	x25519_finish(c, server.p, shared);
	return encode(k, shared, sizeof(shared), true);
}

static void
mlkem_begin(const struct kex_alg *alg, struct client *c)
{
	uint8_t seed[MLKEM768_SEED_LEN];
	struct err err;

	(void)alg;
	assert_true(random_bytes(seed, sizeof(seed), &err));
	assert_true(mlkem768_keygen(seed, c->public, c->kem_secret, &err));
	c->public_len = MLKEM768_PUBLIC_LEN;
	x25519_begin(c);
}

static struct bytes
mlkem_finish(const struct kex_alg *alg, struct client *c,
    struct bytes server, uint8_t *k)
{
	uint8_t both[64], hash[32];
	struct err err;

	(void)alg;
	assert_int_equal(server.len, 1120);
	assert_true(mlkem768_decaps(c->kem_secret, server.p, both, &err));
	x25519_finish(c, server.p + MLKEM768_CIPHERTEXT_LEN, both + 32);
	EVP_Digest(both, sizeof(both), hash, NULL, EVP_sha256(), NULL);
	return encode(k, hash, sizeof(hash), false);
}

static bool
test_random(void *arg, uint8_t *p, size_t len)
{
	struct err err;

	(void)arg;
	return random_bytes(p, len, &err);
}

static void
sntrup_begin(const struct kex_alg *alg, struct client *c)
{
	struct err err;

	(void)alg;
	assert_true(sntrup761_keygen(c->public, c->kem_secret, test_random,
	    NULL, &err));
	c->public_len = SNTRUP761_PUBLIC_LEN;
	x25519_begin(c);
}

static struct bytes
sntrup_finish(const struct kex_alg *alg, struct client *c,
    struct bytes server, uint8_t *k)
{
	uint8_t both[64], hash[64];
	struct err err;

	(void)alg;
	assert_int_equal(server.len, 1071);
	assert_true(sntrup761_decaps(c->kem_secret, server.p, both, &err));
	x25519_finish(c, server.p + SNTRUP761_CIPHERTEXT_LEN, both + 32);
	EVP_Digest(both, sizeof(both), hash, NULL, EVP_sha512(), NULL);
	return encode(k, hash, sizeof(hash), false);
}

static const char *
curve_name(const struct kex_alg *alg)
{
	return strstr(alg->name, "256") != NULL ? "P-256" :
	    strstr(alg->name, "384") != NULL ? "P-384" : "P-521";
}

static void
ecdh_begin(const struct kex_alg *alg, struct client *c)
{
	c->key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve_name(alg));
	assert_non_null(c->key);
	assert_int_equal(EVP_PKEY_get_octet_string_param(c->key, "pub",
	    c->public, sizeof(c->public), &c->public_len), 1);
}

static struct bytes
ecdh_finish(const struct kex_alg *alg, struct client *c,
    struct bytes server, uint8_t *k)
{
	EVP_PKEY *peer = EVP_PKEY_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(c->key, NULL);
	uint8_t shared[66];
	size_t len = sizeof(shared);

	(void)alg;
	assert_int_equal(EVP_PKEY_copy_parameters(peer, c->key), 1);
	assert_int_equal(EVP_PKEY_set1_encoded_public_key(peer, server.p,
	    server.len), 1);
	assert_int_equal(EVP_PKEY_derive_init(ctx), 1);
	assert_int_equal(EVP_PKEY_derive_set_peer(ctx, peer), 1);
	assert_int_equal(EVP_PKEY_derive(ctx, shared, &len), 1);
	EVP_PKEY_free(peer);
	EVP_PKEY_CTX_free(ctx);
	return encode(k, shared, len, true);
}

static BIGNUM *
number(struct bytes b)
{
	BIGNUM *n = BN_bin2bn(b.p, (int)b.len, NULL);

	assert_non_null(n);
	return n;
}

static void
dh_begin(const struct kex_alg *alg, struct client *c)
{
	struct kex_group group = group_of(alg);
	BIGNUM *p = number(group.p), *g = number(group.g), *e = BN_new();
	BN_CTX *ctx = BN_CTX_new();

	c->x = BN_new();
	assert_int_equal(BN_rand(c->x, 512, BN_RAND_TOP_ONE,
	    BN_RAND_BOTTOM_ANY), 1);
	assert_int_equal(BN_mod_exp(e, g, c->x, p, ctx), 1);
	c->public_len = (size_t)BN_bn2bin(e, c->public);
	BN_free(p);
	BN_free(g);
	BN_free(e);
	BN_CTX_free(ctx);
}

static struct bytes
dh_finish(const struct kex_alg *alg, struct client *c, struct bytes server,
    uint8_t *k)
{
	struct kex_group group = group_of(alg);
	BIGNUM *p = number(group.p), *f = number(server), *n = BN_new();
	BN_CTX *ctx = BN_CTX_new();
	uint8_t shared[1024];
	size_t len;

	assert_int_equal(BN_mod_exp(n, f, c->x, p, ctx), 1);
	len = (size_t)BN_bn2bin(n, shared);
	BN_free(p);
	BN_free(f);
	BN_free(n);
	BN_CTX_free(ctx);
	return encode(k, shared, len, true);
}

static const struct client_kind kinds[] = {
	{ "mlkem768x25519-sha256", mlkem_begin, mlkem_finish },
	{ "sntrup761x25519-sha512", sntrup_begin, sntrup_finish },
	{ "sntrup761x25519-sha512@openssh.com", sntrup_begin, sntrup_finish },
	{ "curve25519-sha256", curve_begin, curve_finish },
	{ "curve25519-sha256@libssh.org", curve_begin, curve_finish },
	{ "ecdh-sha2-nistp256", ecdh_begin, ecdh_finish },
	{ "ecdh-sha2-nistp384", ecdh_begin, ecdh_finish },
	{ "ecdh-sha2-nistp521", ecdh_begin, ecdh_finish },
	{ "diffie-hellman-group14-sha256", dh_begin, dh_finish },
	{ "diffie-hellman-group14-sha1", dh_begin, dh_finish },
	{ "diffie-hellman-group16-sha512", dh_begin, dh_finish },
	{ "diffie-hellman-group18-sha512", dh_begin, dh_finish },
	{ "diffie-hellman-group-exchange-sha256", dh_begin, dh_finish },
	{ "diffie-hellman-group-exchange-sha1", dh_begin, dh_finish },
};

static void
client_clear(struct client *c)
{
	EVP_PKEY_free(c->key);
	BN_free(c->x);
}

/* Several rounds: the encoding of K depends on its leading bits. */
static void
kex__both_sides_compute_the_same_k(void **state)
{
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct kex_alg *alg = method(kinds[i].method);
		int rounds = alg->form == KEX_FORM_ECDH ? 8 : 2;

		while (rounds-- > 0) {
			struct client c = { 0 };
			struct kex_result result;
			uint8_t k[KEX_SECRET_MAX];
			struct bytes want;

			kinds[i].begin(alg, &c);
			assert_true(respond(alg, bytes_of(c.public,
			    c.public_len), &result, &err));
			want = kinds[i].finish(alg, &c, bytes_of(
			    result.server_public, result.server_public_len),
			    k);
			assert_int_equal(result.shared.len, want.len);
			assert_memory_equal(result.shared.p, want.p, want.len);
			kex_result_clear(&result);
			assert_null(result.shared.p);
			client_clear(&c);
		}
	}
}

static void
kex__every_row_is_covered_here_and_found_by_its_name(void **state)
{
	size_t count = 0;
	bool defaults_ended = false;

	(void)state;
	for (; kex_row(count) != NULL; count++) {
		const struct kex_alg *alg = kex_row(count);
		size_t i = 0;

		assert_ptr_equal(kex_find(bytes_str(alg->name)), alg);
		while (i < ARRAY_LEN(kinds) &&
		    strcmp(kinds[i].method, alg->name) != 0)
			i++;
		assert_true(i < ARRAY_LEN(kinds));
		/* Offered by default: a prefix, without finite fields. */
		assert_false(alg->is_default && defaults_ended);
		defaults_ended = !alg->is_default;
		assert_int_equal(alg->is_default, alg->form == KEX_FORM_ECDH);
	}
	assert_int_equal(count, ARRAY_LEN(kinds));
	assert_null(kex_find(BYTES_LIT("diffie-hellman-group1-sha1")));
	assert_null(kex_find(BYTES_LIT("")));
}

/* For methods whose values have one right length. */
static void
kex__every_other_length_of_a_public_value_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct kex_alg *alg = method(kinds[i].method);
		struct client c = { 0 };

		if (alg->form != KEX_FORM_ECDH)
			continue;
		kinds[i].begin(alg, &c);
		for (size_t n = 0; n <= c.public_len + 1; n++) {
			if (n != c.public_len)
				assert_refused(alg, c.public, n);
		}
		client_clear(&c);
	}
}

static void
kex__x25519_values_of_low_order_are_refused(void **state)
{
	static const char *const names[] = {
		"curve25519-sha256", "mlkem768x25519-sha256",
		"sntrup761x25519-sha512",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		for (size_t k = 0; k < ARRAY_LEN(names); k++) {
			const struct kex_alg *alg = method(names[k]);
			struct client c = { 0 };

			if (strcmp(kinds[i].method, names[k]) != 0)
				continue;
			kinds[i].begin(alg, &c);
			memset(c.public + c.public_len - 32, 0, 32);
			assert_refused(alg, c.public, c.public_len);
			c.public[c.public_len - 32] = 1;
			assert_refused(alg, c.public, c.public_len);
		}
	}
}

static void
mlkem768x25519__a_coefficient_above_q_is_refused(void **state)
{
	const struct kex_alg *alg = method("mlkem768x25519-sha256");
	struct client c = { 0 };

	(void)state;
	mlkem_begin(alg, &c);
	c.public[0] = 0xff;
	c.public[1] |= 0x0f;
	assert_refused(alg, c.public, c.public_len);
}

static void
ecdh__points_off_the_curve_or_in_another_form_are_refused(void **state)
{
	static const char *const names[] = {
		"ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
		"ecdh-sha2-nistp521",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct kex_alg *alg = method(names[i]);
		struct client c = { 0 };
		uint8_t point[133] = { 0 };

		ecdh_begin(alg, &c);
		for (unsigned form = 0; form < 256; form++) {
			memcpy(point, c.public, c.public_len);
			point[0] = (uint8_t)form;
			if (form != 4)
				assert_refused(alg, point, c.public_len);
		}
		/* Compressed, in its own length. */
		memcpy(point, c.public, c.public_len);
		point[0] = 2 + (point[c.public_len - 1] & 1);
		assert_refused(alg, point, 1 + c.public_len / 2);
		for (size_t bit = 8; bit < c.public_len * 8; bit += 37) {
			memcpy(point, c.public, c.public_len);
			point[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_refused(alg, point, c.public_len);
		}
		memset(point + 1, 0, sizeof(point) - 1);
		point[0] = 4;
		assert_refused(alg, point, c.public_len);
		memset(point + 1, 0xff, sizeof(point) - 1);
		assert_refused(alg, point, c.public_len);
		client_clear(&c);
	}
}

/* What Wycheproof calls acceptable are compressed points: refused here. */
static void
ecdh__refuses_exactly_the_bad_points_of_wycheproof(void **state)
{
	static const char *const sets[][2] = {
		{ "wycheproof/ecdh-secp256r1-ecpoint.json",
		    "ecdh-sha2-nistp256" },
		{ "wycheproof/ecdh-secp384r1-ecpoint.json",
		    "ecdh-sha2-nistp384" },
		{ "wycheproof/ecdh-secp521r1-ecpoint.json",
		    "ecdh-sha2-nistp521" },
	};
	static char line[VECTOR_LINE_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		const struct kex_alg *alg = method(sets[i][1]);
		FILE *f = vectors_open(sets[i][0]);
		size_t refused = 0, accepted = 0;

		if (f == NULL)
			skip();
		while (fgets(line, sizeof(line), f) != NULL) {
			uint8_t point[512];
			struct kex_result result;
			struct err err;
			size_t len;

			if (strstr(line, "\"tcId\"") == NULL)
				continue;
			len = json_bytes(line, "public", point,
			    sizeof(point));
			if (!json_is(line, "result", "valid")) {
				assert_refused(alg, point, len);
				refused++;
			} else if (accepted++ % 8 == 0) {
				assert_true(respond(alg, bytes_of(point, len),
				    &result, &err));
				kex_result_clear(&result);
			}
		}
		fclose(f);
		assert_true(refused > 10 && accepted > 100);
	}
}

/* p changed by a small number, in the group of the method. */
static void
refuse_near_p(const struct kex_alg *alg, int difference)
{
	struct kex_group group = group_of(alg);
	BIGNUM *n = number(group.p);
	uint8_t bytes[1025];

	if (difference < 0)
		assert_int_equal(BN_sub_word(n, (BN_ULONG)-difference), 1);
	else
		assert_int_equal(BN_add_word(n, (BN_ULONG)difference), 1);
	assert_refused(alg, bytes, (size_t)BN_bn2bin(n, bytes));
	BN_free(n);
}

static void
dh__public_values_outside_of_the_group_are_refused(void **state)
{
	static const uint8_t smalls[][1] = { { 0 }, { 1 }, { 2 }, { 7 } };
	uint8_t big[1025] = { 0x70 };

	(void)state;
	for (size_t i = 0; kex_row(i) != NULL; i++) {
		const struct kex_alg *alg = kex_row(i);

		if (alg->form == KEX_FORM_ECDH)
			continue;
		assert_refused(alg, smalls[0], 0);
		for (size_t k = 0; k < ARRAY_LEN(smalls); k++)
			assert_refused(alg, smalls[k], 1);
		refuse_near_p(alg, -1);
		refuse_near_p(alg, 0);
		refuse_near_p(alg, 1);
		/* Three bits set; and longer than the largest group. */
		memset(big, 0, sizeof(big));
		big[0] = 0x70;
		assert_refused(alg, big, 200);
		memset(big, 0x7f, sizeof(big));
		assert_refused(alg, big, sizeof(big));
	}
}

static void
gex__a_bad_group_is_refused(void **state)
{
	const struct kex_alg *alg =
	    method("diffie-hellman-group-exchange-sha256");
	struct kex_group good = kex_fallback_group(2048), bad;
	static const uint8_t zero[1], one[] = { 1 };
	uint8_t e[64], even[256], huge[1025];
	struct kex_result result;
	struct err err;

	(void)state;
	memset(e, 0x55, sizeof(e));
	memset(huge, 0xff, sizeof(huge));
	memcpy(even, good.p.p, sizeof(even));
	even[255] &= 0xfe;
	const struct kex_group bads[] = {
		{ bytes_of(even, sizeof(even)), good.g },
		{ bytes_of(good.p.p, 255), good.g },
		{ bytes_of(huge, sizeof(huge)), good.g },
		{ good.p, bytes_of(zero, 1) },
		{ good.p, bytes_of(one, 1) },
		{ good.p, good.p },
		{ good.p, { 0 } },
		{ { 0 }, good.g },
	};
	for (size_t i = 0; i < ARRAY_LEN(bads); i++) {
		bad = bads[i];
		assert_false(kex_respond(alg, &bad, bytes_of(e, sizeof(e)),
		    &result, &err));
		assert_int_equal(err.code, ERR_RANGE);
		assert_null(result.shared.p);
	}
	assert_true(kex_respond(alg, &good, bytes_of(e, sizeof(e)), &result,
	    &err));
	kex_result_clear(&result);
}

static void
kex_fallback_group__is_the_smallest_that_suffices(void **state)
{
	static const struct { uint32_t asked, bits; } rows[] = {
		{ 0, 2048 }, { 2048, 2048 }, { 2049, 3072 }, { 3072, 3072 },
		{ 4096, 4096 }, { 4097, 6144 }, { 6145, 8192 },
		{ 8192, 8192 }, { 8193, 8192 }, { UINT32_MAX, 8192 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(kex_fallback_group(rows[i].asked).p.len * 8,
		    rows[i].bits);
}

static void
kex_fallback_group__has_the_primes_of_rfc_3526(void **state)
{
	static const struct {
		uint32_t bits;
		BIGNUM *(*get)(BIGNUM *);
	} rows[] = {
		{ 2048, BN_get_rfc3526_prime_2048 },
		{ 3072, BN_get_rfc3526_prime_3072 },
		{ 4096, BN_get_rfc3526_prime_4096 },
		{ 6144, BN_get_rfc3526_prime_6144 },
		{ 8192, BN_get_rfc3526_prime_8192 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct kex_group group = kex_fallback_group(rows[i].bits);
		BIGNUM *ours = number(group.p), *theirs = rows[i].get(NULL);

		assert_int_equal(BN_cmp(ours, theirs), 0);
		assert_true(bytes_equal(group.g, BYTES_LIT("\2")));
		BN_free(ours);
		BN_free(theirs);
	}
}

/* K and H as the known answers below take them: made with hashlib. */
static const struct bytes known_k = { (const uint8_t *)
    "\0\0\0\5\0\x80\1\2\3", 9 };

static void
assert_hash(struct kex_hash_input in, const char *hex)
{
	uint8_t want[DIGEST_MAX], got[DIGEST_MAX];
	size_t len = hex_bytes(hex, want, sizeof(want));
	struct err err;

	in.client_version = bytes_str("SSH-2.0-client");
	in.server_version = bytes_str("SSH-2.0-server");
	in.client_kexinit = bytes_str("\x14" "client kexinit");
	in.server_kexinit = bytes_str("\x14" "server kexinit");
	in.host_key = bytes_str("host key");
	in.shared = known_k;
	assert_int_equal(len, digest_len(in.alg->hash));
	assert_true(kex_hash(&in, got, &err));
	assert_memory_equal(got, want, len);
}

static void
kex_hash__gives_known_answers_in_all_three_forms(void **state)
{
	(void)state;
	assert_hash((struct kex_hash_input){
		.alg = method("curve25519-sha256"),
		.client_public = BYTES_LIT("\0Q_C"),
		.server_public = BYTES_LIT("\x80Q_S"),
	    }, "687616ea741f02a73dcb98ea199614b8dc0746246e3f83b091d8d66ab6b6"
	    "770d");
	assert_hash((struct kex_hash_input){
		.alg = method("diffie-hellman-group16-sha512"),
		.client_public = BYTES_LIT("\x7f" "e"),
		.server_public = BYTES_LIT("\x80" "f"),
	    }, "8ac96b3e01a101684e55faa79901237ba09cf9ccc53862bd1aadb0319676"
	    "704e71a49ca6ae91a638eb8518ba7b6f8f5351cd3c6b6d2ec19aa21a567e"
	    "ada48468");
	assert_hash((struct kex_hash_input){
		.alg = method("diffie-hellman-group-exchange-sha256"),
		.gex_request = BYTES_LIT("\0\0\x08\0\0\0\x0c\0\0\0\x20\0"),
		.gex_p = BYTES_LIT("\xffp"),
		.gex_g = BYTES_LIT("\2"),
		.client_public = BYTES_LIT("\x7f" "e"),
		.server_public = BYTES_LIT("\x80" "f"),
	    }, "a1d3bc897d3400191217886f0935b371a1a8448cbcef778ebbd0abdf2ccb"
	    "8dcf");
}

static void
kex_derive__gives_known_answers(void **state)
{
	static const struct {
		enum digest_id hash;
		char letter;
		const char *hex;
	} rows[] = {
		{ DIGEST_SHA256, 'A', "c5765fb1b732a18da4cc9a2b" },
		{ DIGEST_SHA256, 'C',
		    "a9e2057d13dccc09fbf70519442898f600e5b0e65425c720b01d5b"
		    "d5fb01814776d73f4677a4bdcc3da2e71c0e67133e4181bbde8c52"
		    "78d4644b93b9f1adf975" },
		{ DIGEST_SHA256, 'F',
		    "9a582e9b2520421c9a5628355d97cc67d2d00add1270fa9609fcd0"
		    "3bd59fd4322fcd02ce48837ecb4172b9161112aef6095c0bde5b4c"
		    "1e534e0c9f5bb3686392b1fde3d3768d" },
		{ DIGEST_SHA512, 'E',
		    "b399eb786650dd09faf55cd84e6b7d0a740abfd9cfc682f7b14030"
		    "e9f130345e723a76cbfeacc251823da45babff01ef6dcfd1c5967a"
		    "89a5e7f437da514e20c1" },
		{ DIGEST_SHA512, 'D',
		    "77125febfa21e5f8309ddfc14a7d25998dacbac222d8178bf651e1"
		    "ae5b518ea4e628080ba262b5a25dc8202074579937d72050154253"
		    "f028bdfaa64b287d54bbee018c04f4cf8dbd3dc061412cdfa28869"
		    "af57991de6406a788d635513e8bdf75d5f59dd" },
		{ DIGEST_SHA1, 'B',
		    "66636638a509fdf84c18c9e167433514b0303bb8ed00ffc20795a8"
		    "f45ef447a71a3970a82b8502353da56517681e4f3431c827e46cc8"
		    "bba304bd3b6b3017d197" },
	};
	uint8_t h[DIGEST_MAX], id[DIGEST_MAX], want[128], got[128];
	struct err err;

	(void)state;
	assert_true(digest_bytes(DIGEST_SHA256, BYTES_LIT("exchange hash"), h,
	    &err));
	assert_true(digest_bytes(DIGEST_SHA256, BYTES_LIT("session id"), id,
	    &err));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len = hex_bytes(rows[i].hex, want, sizeof(want));

		got[len] = 0xa5;	/* nothing is written behind */
		assert_true(kex_derive(rows[i].hash, known_k,
		    bytes_of(h, 32), rows[i].letter, bytes_of(id, 32), got,
		    len, &err));
		assert_memory_equal(got, want, len);
		assert_int_equal(got[len], 0xa5);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(kex__both_sides_compute_the_same_k),
		TEST(kex__every_row_is_covered_here_and_found_by_its_name),
		TEST(kex__every_other_length_of_a_public_value_is_refused),
		TEST(kex__x25519_values_of_low_order_are_refused),
		TEST(mlkem768x25519__a_coefficient_above_q_is_refused),
		TEST(ecdh__points_off_the_curve_or_in_another_form_are_refused),
		TEST(ecdh__refuses_exactly_the_bad_points_of_wycheproof),
		TEST(dh__public_values_outside_of_the_group_are_refused),
		TEST(gex__a_bad_group_is_refused),
		TEST(kex_fallback_group__is_the_smallest_that_suffices),
		TEST(kex_fallback_group__has_the_primes_of_rfc_3526),
		TEST(kex_hash__gives_known_answers_in_all_three_forms),
		TEST(kex_derive__gives_known_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
