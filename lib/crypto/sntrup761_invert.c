/* SPDX-License-Identifier: ISC */
#include "lib/crypto/sntrup761_invert.h"

#include <string.h>

/*
 * Both reciprocals take 2p - 1 division steps on
 *   f = the modulus with its coefficients reversed, g = the element reversed
 * where a step is, after exchanging f and g if delta > 0 and g(0) != 0,
 *   g = (f(0) g - g(0) f) / x.
 * v and r follow f and g as multiples of the element, times x for each step
 * so far: f = v g_0 (mod f_0). Scaling g and r alike changes nothing, since
 * the end divides by f(0).
 */
enum {
	P = SNTRUP761_P, Q = SNTRUP761_Q, PADDED = SNTRUP761_PADDED,
	STEPS = 2 * P - 1,
	WORDS = PADDED / 64,
};

/* All ones if delta > 0 and the constant of g is not 0, else 0. */
static uint32_t
must_swap(int32_t delta, uint32_t g0_not_zero)
{
	return pq_hide(-((uint32_t)-delta >> 31 & g0_not_zero));
}

static int32_t
next_delta(int32_t delta, uint32_t swap)
{
	return (int32_t)(((uint32_t)delta ^ swap) - swap) + 1;
}

/*
 * R/q, with Montgomery products. Instead of moving coefficients, g divided
 * by x starts one further on, v times x starts one earlier.
 */
struct work_q {
	PQ_ALIGNED int16_t f[PADDED], r[PADDED];
	PQ_ALIGNED int16_t g[PADDED + STEPS], v[PADDED + STEPS];
};

/* a * b / 2^16 modulo q: |result| <= 2296 + |ab| / 2^16. */
PQ_INLINE int16_t
montgomery(int16_t a, int16_t b)
{
	enum { Q_INVERSE = 15631 };	/* 1 / q modulo 2^16 */
	int16_t m = (int16_t)((uint32_t)(uint16_t)a * (uint16_t)b *
	    Q_INVERSE);

	return (int16_t)((int16_t)((int32_t)a * b >> 16) -
	    (int16_t)((int32_t)m * Q >> 16));
}

/*
 * (f, g) = (f, f0 g - g0 f) after the exchange; f0 and g0 are the constants
 * after it. Entries stay below A with A = 2 (2296 + A * 2295 / 2^16), 4938.
 */
static PQ_KERNEL(step_q, (int16_t *restrict f, int16_t *restrict g, int16_t f0,
    int16_t g0, int16_t swap), (f, g, f0, g0, swap))
{
	for (size_t i = 0; i < PADDED; i++) {
		int16_t t = (int16_t)((f[i] ^ g[i]) & swap);
		int16_t x = (int16_t)(f[i] ^ t), y = (int16_t)(g[i] ^ t);

		f[i] = x;
		g[i] = (int16_t)(montgomery(y, f0) - montgomery(x, g0));
	}
}

/* 1 / x modulo q: x^(q - 2), the exponent being public. */
static int16_t
reciprocal_q(int16_t x)
{
	int16_t power = 1;

	for (int bit = 12; bit >= 0; bit--) {
		power = sntrup761_centre_wide(power * power);
		if ((Q - 2) >> bit & 1)
			power = sntrup761_centre_wide(power * x);
	}
	return power;
}

static void
start_q(struct work_q *w, const int16_t *small)
{
	enum { THIRD = -1530 };		/* 1 / 3 modulo q */

	memset(w, 0, sizeof(*w));
	w->f[0] = 1;
	w->f[P - 1] = -1;
	w->f[P] = -1;
	for (size_t i = 0; i < P; i++)
		w->g[i] = small[P - 1 - i];
	w->r[0] = THIRD;
}

void
sntrup761_invert_triple(struct sntrup761_poly *out,
    const struct sntrup761_poly *small)
{
	struct work_q w;
	int16_t *g = w.g, *v = w.v + STEPS, f0, scale;
	int32_t delta = 1;

	start_q(&w, small->c);
	for (size_t n = 0; n < STEPS; n++) {
		int16_t g0 = sntrup761_centre(sntrup761_squeeze(g[0]));
		uint32_t swap = must_swap(delta, (uint32_t)-(int32_t)(g0 &
		    0x1fff) >> 31);
		int16_t t;

		f0 = sntrup761_centre(sntrup761_squeeze(w.f[0]));
		t = (int16_t)((f0 ^ g0) & (int16_t)swap);
		f0 ^= t;
		g0 ^= t;
		delta = next_delta(delta, swap);
		step_q(w.f, g++, f0, g0, (int16_t)swap);
		step_q(v--, w.r, f0, g0, (int16_t)swap);
		*v = 0;
	}
	f0 = sntrup761_centre(sntrup761_squeeze(w.f[0]));
	scale = reciprocal_q(f0);
	for (size_t i = 0; i < P; i++)
		out->c[i] = sntrup761_centre_wide(scale * v[P - i]);
	memset(out->c + P, 0, (PADDED - P) * sizeof(*out->c));
	explicit_bzero(&w, sizeof(w));
}

/* R/3, 64 coefficients in a word: negative is a subset of nonzero. */
struct trits {
	uint64_t nonzero[WORDS], negative[WORDS];
};

static void
trits_set(struct trits *t, size_t i, int16_t value)
{
	t->nonzero[i / 64] |= (uint64_t)(value & 1) << i % 64;
	t->negative[i / 64] |= (uint64_t)((uint16_t)value >> 15) << i % 64;
}

static int16_t
trits_get(const struct trits *t, size_t i)
{
	return (int16_t)((t->nonzero[i / 64] >> i % 64 & 1) -
	    2 * (t->negative[i / 64] >> i % 64 & 1));
}

static void
trits_swap(struct trits *a, struct trits *b, uint64_t mask)
{
	for (size_t i = 0; i < WORDS; i++) {
		uint64_t t = (a->nonzero[i] ^ b->nonzero[i]) & mask;
		uint64_t u = (a->negative[i] ^ b->negative[i]) & mask;

		a->nonzero[i] ^= t;
		b->nonzero[i] ^= t;
		a->negative[i] ^= u;
		b->negative[i] ^= u;
	}
}

/* a += b where `use` is set, with b's sign turned where `turn` is set. */
static void
trits_add(struct trits *restrict a, const struct trits *restrict b,
    uint64_t use, uint64_t turn)
{
	for (size_t i = 0; i < WORDS; i++) {
		uint64_t nonzero = b->nonzero[i] & use;
		uint64_t negative = (b->negative[i] ^ turn) & nonzero;
		uint64_t one = a->nonzero[i] ^ nonzero;
		uint64_t same = a->nonzero[i] & nonzero &
		    ~(a->negative[i] ^ negative);

		/* 1 + 1 = -1, -1 - 1 = 1 */
		a->negative[i] = (one & (a->negative[i] | negative)) |
		    (same & ~a->negative[i]);
		a->nonzero[i] = one | same;
	}
}

static void
words_divide_by_x(uint64_t w[static WORDS])
{
	for (size_t i = 0; i + 1 < WORDS; i++)
		w[i] = w[i] >> 1 | w[i + 1] << 63;
	w[WORDS - 1] >>= 1;
}

static void
words_times_x(uint64_t w[static WORDS])
{
	for (size_t i = WORDS - 1; i > 0; i--)
		w[i] = w[i] << 1 | w[i - 1] >> 63;
	w[0] <<= 1;
}

struct work_3 {
	struct trits f, g, v, r;
};

static void
start_3(struct work_3 *w, const int16_t *small)
{
	memset(w, 0, sizeof(*w));
	trits_set(&w->f, 0, 1);
	trits_set(&w->f, P - 1, -1);
	trits_set(&w->f, P, -1);
	for (size_t i = 0; i < P; i++)
		trits_set(&w->g, i, small[P - 1 - i]);
	trits_set(&w->r, 0, 1);
}

/* f(0) is 1 or -1, so that g - f(0) g(0) f does for f(0) g - g(0) f. */
static int32_t
step_3(struct work_3 *w, int32_t delta)
{
	uint32_t swap = must_swap(delta, (uint32_t)w->g.nonzero[0] & 1);
	uint64_t swap_mask = (uint64_t)(int64_t)(int32_t)swap;
	uint64_t use, turn;

	trits_swap(&w->f, &w->g, swap_mask);
	trits_swap(&w->v, &w->r, swap_mask);
	use = -(w->g.nonzero[0] & 1);
	turn = -(~(w->f.negative[0] ^ w->g.negative[0]) & 1);
	trits_add(&w->g, &w->f, use, turn);
	trits_add(&w->r, &w->v, use, turn);
	words_divide_by_x(w->g.nonzero);
	words_divide_by_x(w->g.negative);
	words_times_x(w->v.nonzero);
	words_times_x(w->v.negative);
	return next_delta(delta, swap);
}

bool
sntrup761_invert_mod3(struct sntrup761_poly *out,
    const struct sntrup761_poly *small)
{
	struct work_3 w;
	int32_t delta = 1;

	start_3(&w, small->c);
	for (size_t n = 0; n < STEPS; n++)
		delta = step_3(&w, delta);
	for (size_t i = 0; i < P; i++)
		out->c[i] = (int16_t)(trits_get(&w.f, 0) *
		    trits_get(&w.v, P - i));
	memset(out->c + P, 0, (PADDED - P) * sizeof(*out->c));
	explicit_bzero(&w, sizeof(w));
	return delta == 0;
}
