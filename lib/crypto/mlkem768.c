/* SPDX-License-Identifier: ISC */
#include "lib/crypto/mlkem768.h"

#include <openssl/core_names.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/crypto/hash_ops.h"
#include "lib/crypto/mlkem768_poly.h"

enum {
	K = MLKEM768_K, N = MLKEM768_N, Q = MLKEM768_Q,
	POLY_LEN = MLKEM768_POLY_LEN,
	SEED_LEN = 32,		/* rho, sigma, z, m, r and hashes */
	NOISE_LEN = 128,	/* PRF output for eta = 2 */
	U_LEN = 320,		/* one polynomial of u with 10 bits */
	/* A block of SHAKE-128; three give enough for 99 of 100 entries. */
	XOF_BLOCK = 168,
	XOF_BLOCKS = 3,
	/* Beyond this many blocks FIPS 203 appendix B allows to give up. */
	XOF_BLOCKS_MAX = 24,
	SECRET_PUBLIC = K * POLY_LEN,
	SECRET_HASH = SECRET_PUBLIC + MLKEM768_PUBLIC_LEN,
	SECRET_Z = SECRET_HASH + SEED_LEN,
};

_Static_assert(SECRET_Z + SEED_LEN == MLKEM768_SECRET_LEN, "secret key");
_Static_assert(K * U_LEN + 128 == MLKEM768_CIPHERTEXT_LEN, "ciphertext");

/* FIPS 203 4.1: H, G, J and PRF, XOF. */
enum function { H, G, SHAKE256, SHAKE128, FUNCTION_COUNT };

static const char *const function_names[FUNCTION_COUNT] = {
	[H] = "SHA3-256", [G] = "SHA3-512",
	[SHAKE256] = "SHAKE256", [SHAKE128] = "SHAKE128",
};

struct hasher {
	struct {
		struct hash_ops ops;
		void *ctx;
	} of[FUNCTION_COUNT];
};

static void
hasher_clear(struct hasher *hasher)
{
	for (size_t i = 0; i < FUNCTION_COUNT; i++) {
		if (hasher->of[i].ctx != NULL)
			hasher->of[i].ops.freectx(hasher->of[i].ctx);
	}
}

/* hasher_clear() is due in any case. */
static MUST_CHECK bool
hasher_init(struct hasher *hasher, struct err *err)
{
	*hasher = (struct hasher){ 0 };
	for (size_t i = 0; i < FUNCTION_COUNT; i++) {
		struct hash_ops *ops = &hasher->of[i].ops;

		if (!hash_ops_load(ops, function_names[i]) || (
		    hasher->of[i].ctx = ops->newctx(provider_context())) == NULL)
			return err_set(err, ERR_CRYPTO, "SHA-3");
	}
	return true;
}

/* What a SHAKE gives is as long as one wants it. */
static bool
set_length(const struct hash_ops *ops, void *ctx, size_t len)
{
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_size_t(OSSL_DIGEST_PARAM_XOFLEN, &len),
		OSSL_PARAM_construct_end(),
	};

	return ops->set_params != NULL && ops->set_params(ctx, params) == 1;
}

/* out_len is the digest's length, or any for a SHAKE. */
static MUST_CHECK bool
hash(struct hasher *hasher, enum function f, struct bytes a, struct bytes b,
    uint8_t *out, size_t out_len, struct err *err)
{
	const struct hash_ops *ops = &hasher->of[f].ops;
	void *ctx = hasher->of[f].ctx;
	bool is_xof = f == SHAKE256 || f == SHAKE128, ok;
	size_t len = 0;

	ok = ops->init(ctx, NULL) == 1 &&
	    (!is_xof || set_length(ops, ctx, out_len)) &&
	    ops->update(ctx, a.p, a.len) == 1 &&
	    (b.len == 0 || ops->update(ctx, b.p, b.len) == 1) &&
	    ops->final(ctx, out, &len, out_len) == 1 && len == out_len;
	return ok ? true : err_set(err, ERR_CRYPTO, "SHA-3");
}

/* Room for both numbers of the last three bytes. */
enum { FOUND_MAX = N + 1 };

/*
 * The first N numbers below q among the candidates of 12 bits; returns how
 * many there are, N + 1 at most. The stream is public.
 */
static size_t
accept_numbers(int16_t found[static FOUND_MAX], const uint8_t *stream,
    size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i + 3 <= len && count < N; i += 3) {
		const uint8_t *p = stream + i;
		unsigned a = p[0] | (p[1] & 0xfu) << 8;
		unsigned b = p[1] >> 4 | (unsigned)p[2] << 4;

		found[count] = (int16_t)a;
		count += a < Q;
		found[count] = (int16_t)b;
		count += b < Q;
	}
	return count;
}

/* Working storage of all three operations; wiped as a whole. */
struct work {
	struct hasher hasher;
	struct mlkem768_poly row[K];	/* of the matrix: public */
	struct mlkem768_poly key[K];	/* t or s, in the NTT domain */
	struct mlkem768_poly y[K];	/* in the NTT domain */
	struct mlkem768_poly noise[K];
	struct mlkem768_poly sum;
	uint8_t message[SEED_LEN];
	uint8_t pair[2 * SEED_LEN];	/* what G gives */
	uint8_t stream[XOF_BLOCKS_MAX * XOF_BLOCK];
	int16_t found[FOUND_MAX];
	uint8_t again[MLKEM768_CIPHERTEXT_LEN];
};

static void
work_clear(struct work *w)
{
	hasher_clear(&w->hasher);
	explicit_bzero(w, sizeof(*w));
}

/*
 * SampleNTT, FIPS 203 algorithm 7. libcrypto gives the output of a SHAKE only
 * once, so that in the rare unlucky case it all is asked for again, and more.
 */
static MUST_CHECK bool
sample_entry(struct work *w, struct mlkem768_poly *out, const uint8_t *rho,
    uint8_t column, uint8_t row, struct err *err)
{
	const uint8_t place[2] = { column, row };

	for (size_t n = XOF_BLOCKS; n <= XOF_BLOCKS_MAX; n *= 2) {
		if (!hash(&w->hasher, SHAKE128,
		    (struct bytes){ rho, SEED_LEN },
		    (struct bytes){ place, sizeof(place) },
		    w->stream, n * XOF_BLOCK, err))
			return false;
		if (accept_numbers(w->found, w->stream, n * XOF_BLOCK) >= N) {
			mlkem768_transpose(out, w->found);
			return true;
		}
	}
	return err_set(err, ERR_CRYPTO, "ML-KEM matrix");
}

/* Row i of the matrix, or of its transpose. */
static MUST_CHECK bool
sample_row(struct work *w, const uint8_t *rho, uint8_t i, bool transposed,
    struct err *err)
{
	for (uint8_t j = 0; j < K; j++)
		if (!sample_entry(w, &w->row[j], rho, transposed ? i : j,
		    transposed ? j : i, err))
			return false;
	return true;
}

/* SamplePolyCBD with eta = 2: differences of two bits and two bits. */
static MUST_CHECK bool
sample_noise(struct mlkem768_poly *out, const uint8_t seed[static SEED_LEN],
    uint8_t number, struct hasher *hasher, struct err *err)
{
	uint8_t bits[NOISE_LEN];

	if (!hash(hasher, SHAKE256, (struct bytes){ seed, SEED_LEN },
	    (struct bytes){ &number, 1 }, bits, sizeof(bits), err))
		return false;
	for (size_t i = 0; i < NOISE_LEN; i++) {
		unsigned sums = (bits[i] & 0x55u) + (bits[i] >> 1 & 0x55u);

		out->c[2 * i] = (int16_t)((sums & 3) - (sums >> 2 & 3));
		out->c[2 * i + 1] = (int16_t)((sums >> 4 & 3) - (sums >> 6));
	}
	explicit_bzero(bits, sizeof(bits));
	return true;
}

static MUST_CHECK bool
sample_noise_vector(struct mlkem768_poly out[static K],
    const uint8_t seed[static SEED_LEN], uint8_t number,
    struct hasher *hasher, struct err *err)
{
	for (uint8_t i = 0; i < K; i++)
		if (!sample_noise(&out[i], seed, number + i, hasher, err))
			return false;
	return true;
}

/* The modulus check of FIPS 203 7.2 is part of reading the key. */
static MUST_CHECK bool
parse_vector(struct mlkem768_poly out[static K], const uint8_t *in,
    struct err *err)
{
	bool ok = true;

	for (size_t i = 0; i < K; i++)
		ok &= mlkem768_parse_ntt(&out[i], in + i * POLY_LEN);
	return ok ? true : err_set(err, ERR_RANGE, "ML-KEM key");
}

/* K-PKE.Encrypt, FIPS 203 algorithm 14; w->pair holds K and the coins r. */
static MUST_CHECK bool
encrypt(struct work *w, const uint8_t public[static MLKEM768_PUBLIC_LEN],
    const uint8_t m[static SEED_LEN],
    uint8_t out[static MLKEM768_CIPHERTEXT_LEN], struct err *err)
{
	const uint8_t *rho = public + K * POLY_LEN;
	const uint8_t *coins = w->pair + SEED_LEN;

	if (!parse_vector(w->key, public, err) ||
	    !sample_noise_vector(w->y, coins, 0, &w->hasher, err) ||
	    !sample_noise_vector(w->noise, coins, K, &w->hasher, err))
		return false;
	for (size_t i = 0; i < K; i++)
		mlkem768_ntt(&w->y[i]);
	for (uint8_t i = 0; i < K; i++) {
		if (!sample_row(w, rho, i, true, err))
			return false;
		mlkem768_dot(&w->sum, w->row, w->y);
		mlkem768_ntt_inverse(&w->sum);
		mlkem768_add(&w->sum, &w->noise[i]);
		mlkem768_build_10(out + i * U_LEN, &w->sum);
	}
	if (!sample_noise(&w->noise[0], coins, 2 * K, &w->hasher, err))
		return false;
	mlkem768_dot(&w->sum, w->key, w->y);
	mlkem768_ntt_inverse(&w->sum);
	mlkem768_add(&w->sum, &w->noise[0]);
	mlkem768_parse_1(&w->noise[1], m);
	mlkem768_add(&w->sum, &w->noise[1]);
	mlkem768_build_4(out + K * U_LEN, &w->sum);
	return true;
}

bool
mlkem768_encaps(const uint8_t public[static MLKEM768_PUBLIC_LEN],
    const uint8_t m[static 32],
    uint8_t ciphertext[static MLKEM768_CIPHERTEXT_LEN],
    uint8_t shared[static MLKEM768_SHARED_LEN], struct err *err)
{
	struct work w;
	bool ok;

	ok = hasher_init(&w.hasher, err) &&
	    hash(&w.hasher, H, (struct bytes){ public, MLKEM768_PUBLIC_LEN },
	    (struct bytes){ 0 }, w.message, SEED_LEN, err) &&
	    hash(&w.hasher, G, (struct bytes){ m, SEED_LEN },
	    (struct bytes){ w.message, SEED_LEN }, w.pair, sizeof(w.pair),
	    err) &&
	    encrypt(&w, public, m, ciphertext, err);
	if (ok)
		memcpy(shared, w.pair, SEED_LEN);
	work_clear(&w);
	return ok;
}

/* K-PKE.KeyGen, FIPS 203 algorithm 13; w->pair holds rho and sigma. */
static MUST_CHECK bool
make_pair(struct work *w, uint8_t public[static MLKEM768_PUBLIC_LEN],
    uint8_t *secret, struct err *err)
{
	const uint8_t *rho = w->pair, *sigma = w->pair + SEED_LEN;

	if (!sample_noise_vector(w->key, sigma, 0, &w->hasher, err) ||
	    !sample_noise_vector(w->noise, sigma, K, &w->hasher, err))
		return false;
	for (size_t i = 0; i < K; i++) {
		mlkem768_ntt(&w->key[i]);
		mlkem768_ntt(&w->noise[i]);
		mlkem768_build_ntt(secret + i * POLY_LEN, &w->key[i]);
	}
	for (uint8_t i = 0; i < K; i++) {
		if (!sample_row(w, rho, i, false, err))
			return false;
		mlkem768_dot(&w->sum, w->row, w->key);
		mlkem768_scale(&w->sum);
		mlkem768_add(&w->sum, &w->noise[i]);
		mlkem768_build_ntt(public + i * POLY_LEN, &w->sum);
	}
	memcpy(public + K * POLY_LEN, rho, SEED_LEN);
	return true;
}

bool
mlkem768_keygen(const uint8_t seed[static MLKEM768_SEED_LEN],
    uint8_t public[static MLKEM768_PUBLIC_LEN],
    uint8_t secret[static MLKEM768_SECRET_LEN], struct err *err)
{
	const uint8_t rank = K;
	struct work w;
	bool ok;

	ok = hasher_init(&w.hasher, err) &&
	    hash(&w.hasher, G, (struct bytes){ seed, SEED_LEN },
	    (struct bytes){ &rank, 1 }, w.pair, sizeof(w.pair), err) &&
	    make_pair(&w, public, secret, err) &&
	    hash(&w.hasher, H, (struct bytes){ public, MLKEM768_PUBLIC_LEN },
	    (struct bytes){ 0 }, secret + SECRET_HASH, SEED_LEN, err);
	if (ok) {
		memcpy(secret + SECRET_PUBLIC, public, MLKEM768_PUBLIC_LEN);
		memcpy(secret + SECRET_Z, seed + SEED_LEN, SEED_LEN);
	} else {
		explicit_bzero(secret, MLKEM768_SECRET_LEN);
	}
	work_clear(&w);
	return ok;
}

/* K-PKE.Decrypt, FIPS 203 algorithm 15, into w->message. */
static void
decrypt(struct work *w, const uint8_t *secret, const uint8_t *ciphertext)
{
	for (size_t i = 0; i < K; i++) {
		/* Our own key: numbers of q or more are taken modulo q. */
		(void)mlkem768_parse_ntt(&w->key[i], secret + i * POLY_LEN);
		mlkem768_parse_10(&w->y[i], ciphertext + i * U_LEN);
		mlkem768_ntt(&w->y[i]);
	}
	mlkem768_dot(&w->sum, w->key, w->y);
	mlkem768_ntt_inverse(&w->sum);
	mlkem768_parse_4(&w->noise[0], ciphertext + K * U_LEN);
	mlkem768_subtract_from(&w->sum, &w->noise[0]);
	mlkem768_build_1(w->message, &w->sum);
}

/* The hash check of FIPS 203 7.3; all it looks at is public. */
static MUST_CHECK bool
check_secret(struct work *w, const uint8_t *secret, struct err *err)
{
	if (!hash(&w->hasher, H,
	    (struct bytes){ secret + SECRET_PUBLIC, MLKEM768_PUBLIC_LEN },
	    (struct bytes){ 0 }, w->message, SEED_LEN, err))
		return false;
	if (memcmp(w->message, secret + SECRET_HASH, SEED_LEN) != 0)
		return err_set(err, ERR_MISMATCH, "ML-KEM secret key");
	return true;
}

/* ML-KEM.Decaps_internal, FIPS 203 algorithm 18. */
static MUST_CHECK bool
decapsulate(struct work *w, const uint8_t *secret, const uint8_t *ciphertext,
    uint8_t shared[static MLKEM768_SHARED_LEN], struct err *err)
{
	uint32_t diff = 0, wrong;

	if (!check_secret(w, secret, err))
		return false;
	decrypt(w, secret, ciphertext);
	if (!hash(&w->hasher, G, (struct bytes){ w->message, SEED_LEN },
	    (struct bytes){ secret + SECRET_HASH, SEED_LEN }, w->pair,
	    sizeof(w->pair), err) ||
	    !encrypt(w, secret + SECRET_PUBLIC, w->message, w->again, err) ||
	    !hash(&w->hasher, SHAKE256,
	    (struct bytes){ secret + SECRET_Z, SEED_LEN },
	    (struct bytes){ ciphertext, MLKEM768_CIPHERTEXT_LEN },
	    w->message, SEED_LEN, err))
		return false;
	for (size_t i = 0; i < MLKEM768_CIPHERTEXT_LEN; i++)
		diff |= w->again[i] ^ ciphertext[i];
	/* Implicit rejection: which key it is must not show. */
	wrong = pq_hide(-((diff + 0xff) >> 8));
	for (size_t i = 0; i < SEED_LEN; i++)
		shared[i] = (uint8_t)(w->pair[i] ^
		    (wrong & (w->pair[i] ^ w->message[i])));
	return true;
}

bool
mlkem768_decaps(const uint8_t secret[static MLKEM768_SECRET_LEN],
    const uint8_t ciphertext[static MLKEM768_CIPHERTEXT_LEN],
    uint8_t shared[static MLKEM768_SHARED_LEN], struct err *err)
{
	struct work w;
	bool ok;

	ok = hasher_init(&w.hasher, err) &&
	    decapsulate(&w, secret, ciphertext, shared, err);
	work_clear(&w);
	return ok;
}
