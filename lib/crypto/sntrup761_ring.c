/* SPDX-License-Identifier: ISC */
#include "lib/crypto/sntrup761_ring.h"

#include <string.h>

enum {
	P = SNTRUP761_P, Q = SNTRUP761_Q,
	PADDED = SNTRUP761_PADDED,
	N1 = PADDED / 2,	/* sizes of the two levels of splitting */
	N2 = PADDED / 4,
};

/* The residue modulo 3 nearest to zero, for |x| <= 6000. */
PQ_INLINE int16_t
mod3(int16_t x)
{
	return (int16_t)(x - 3 * ((10923 * x + 16384) >> 15));
}

/*
 * Toeplitz products. An array of 2n numbers m stands for the n x n matrix
 * with m[n + i - j] in row i, column j (m[0] is unused); the vector v is
 * small. Matrix entries are centred, so that a sum of `terms` products with
 * |v| <= 12 / terms and a squeezed number fits 16 bits:
 * 12 * 2295 + 2885 < 32768.
 */
PQ_INLINE int16_t
three_terms(const int16_t *m, const int16_t *v)
{
	return (int16_t)(m[0] * v[0] + m[-1] * v[1] + m[-2] * v[2]);
}

/* |v| <= 1 */
PQ_INLINE void
toeplitz_1(int16_t *restrict out, const int16_t *restrict m,
    const int16_t *restrict v)
{
	memset(out, 0, N2 * sizeof(*out));
	for (size_t j = 0; j < N2; j += 12) {
		const int16_t *at = m + N2 - j;

		for (size_t i = 0; i < N2; i++)
			out[i] = sntrup761_squeeze((int16_t)(out[i] +
			    three_terms(at + i, v + j) +
			    three_terms(at + i - 3, v + j + 3) +
			    three_terms(at + i - 6, v + j + 6) +
			    three_terms(at + i - 9, v + j + 9)));
	}
}

/* |v| <= 2 */
PQ_INLINE void
toeplitz_2(int16_t *restrict out, const int16_t *restrict m,
    const int16_t *restrict v)
{
	memset(out, 0, N2 * sizeof(*out));
	for (size_t j = 0; j < N2; j += 6) {
		const int16_t *at = m + N2 - j;

		for (size_t i = 0; i < N2; i++)
			out[i] = sntrup761_squeeze((int16_t)(out[i] +
			    three_terms(at + i, v + j) +
			    three_terms(at + i - 3, v + j + 3)));
	}
}

/* |v| <= 4 */
PQ_INLINE void
toeplitz_4(int16_t *restrict out, const int16_t *restrict m,
    const int16_t *restrict v)
{
	memset(out, 0, N2 * sizeof(*out));
	for (size_t j = 0; j < N2; j += 3) {
		const int16_t *at = m + N2 - j;

		for (size_t i = 0; i < N2; i++)
			out[i] = sntrup761_squeeze((int16_t)(out[i] +
			    three_terms(at + i, v + j)));
	}
}

/*
 * Three products of half the size instead of four. With the matrix in
 * blocks (diagonal B, above it A, below it C) and the vector (x, y):
 *   B(x + y) + (A - B)y   the upper half of the result
 *   B(x + y) + (C - B)x   the lower half
 */
struct split {
	PQ_ALIGNED int16_t above[PADDED];	/* A - B */
	PQ_ALIGNED int16_t below[PADDED];	/* C - B */
	PQ_ALIGNED int16_t sum[PADDED / 2];	/* x + y */
	PQ_ALIGNED int16_t upper[PADDED / 2];	/* (A - B)y */
	PQ_ALIGNED int16_t lower[PADDED / 2];	/* (C - B)x */
};

PQ_INLINE void
split_before(struct split *s, const int16_t *restrict m,
    const int16_t *restrict v, size_t n)
{
	size_t half = n / 2;

	for (size_t i = 0; i < n; i++) {
		int16_t b = m[half + i];

		s->above[i] = sntrup761_centre((int16_t)(m[i] - b));
		s->below[i] = sntrup761_centre((int16_t)(m[n + i] - b));
	}
	for (size_t i = 0; i < half; i++)
		s->sum[i] = (int16_t)(v[i] + v[half + i]);
}

/* `out` holds B(x + y) in its first half. */
PQ_INLINE void
split_after(int16_t *restrict out, const struct split *s, size_t n)
{
	size_t half = n / 2;

	for (size_t i = 0; i < half; i++) {
		out[half + i] = (int16_t)(out[i] + s->lower[i]);
		out[i] = (int16_t)(out[i] + s->upper[i]);
	}
}

struct work {
	struct split outer, inner;
	PQ_ALIGNED int16_t m[2 * PADDED];
};

/* |v| <= 1; |out| <= 2 * 2885. */
static PQ_KERNEL(toeplitz_half_1, (int16_t *restrict out,
    const int16_t *restrict m, const int16_t *restrict v,
    struct split *restrict s), (out, m, v, s))
{
	split_before(s, m, v, N1);
	toeplitz_2(out, m + N2, s->sum);
	toeplitz_1(s->upper, s->above, v + N2);
	toeplitz_1(s->lower, s->below, v);
	split_after(out, s, N1);
}

/* |v| <= 2; |out| <= 2 * 2885. */
static PQ_KERNEL(toeplitz_half_2, (int16_t *restrict out,
    const int16_t *restrict m, const int16_t *restrict v,
    struct split *restrict s), (out, m, v, s))
{
	split_before(s, m, v, N1);
	toeplitz_4(out, m + N2, s->sum);
	toeplitz_2(s->upper, s->above, v + N2);
	toeplitz_2(s->lower, s->below, v);
	split_after(out, s, N1);
}

/*
 * Multiplication by a as a matrix: coefficient k of the product, reduced by
 * x^p = x + 1, is the sum over j of small[j] times
 *   a[k - j]                          where k >= j
 *   a[k - j + p] + a[k - j + p - 1]   where k <= j (a is 0 outside 0..p-1)
 * except in row 0, which must lack the a[p - 1 - j].
 */
static PQ_KERNEL(matrix_of, (int16_t m[static 2 * PADDED],
    const int16_t *restrict a), (m, a))
{
	memset(m, 0, PADDED * sizeof(*m));
	memcpy(m + PADDED, a, PADDED * sizeof(*m));
	memcpy(m + PADDED - P, a, P * sizeof(*m));
	for (size_t i = 0; i < PADDED; i++)
		m[PADDED - P + 1 + i] = sntrup761_centre((int16_t)(
		    m[PADDED - P + 1 + i] + a[i]));
}

static PQ_KERNEL(split_whole, (struct work *restrict w,
    const int16_t *restrict v), (w, v))
{
	split_before(&w->outer, w->m, v, PADDED);
}

static PQ_KERNEL(join_whole, (int16_t *restrict out,
    const struct work *restrict w), (out, w))
{
	split_after(out, &w->outer, PADDED);
	for (size_t i = 0; i < PADDED; i++)
		out[i] = sntrup761_centre(sntrup761_squeeze(out[i]));
}

/* Row 0 for itself. */
static int16_t
constant_term(const int16_t *a, const int16_t *small)
{
	int32_t sum = a[0] * small[0];

	for (size_t j = 1; j < P; j++)
		sum += a[P - j] * small[j];
	return sntrup761_centre_wide(sum);
}

void
sntrup761_multiply(struct sntrup761_poly *out, const struct sntrup761_poly *a,
    const struct sntrup761_poly *small)
{
	struct work w;
	int16_t first = constant_term(a->c, small->c);

	matrix_of(w.m, a->c);
	split_whole(&w, small->c);
	toeplitz_half_2(out->c, w.m + N1, w.outer.sum, &w.inner);
	toeplitz_half_1(w.outer.upper, w.outer.above, small->c + N1, &w.inner);
	toeplitz_half_1(w.outer.lower, w.outer.below, small->c, &w.inner);
	join_whole(out->c, &w);
	out->c[0] = first;
	memset(out->c + P, 0, (PADDED - P) * sizeof(*out->c));
	explicit_bzero(&w, sizeof(w));
}

void
sntrup761_round(struct sntrup761_poly *poly)
{
	for (size_t i = 0; i < PADDED; i++)
		poly->c[i] = (int16_t)(poly->c[i] - mod3(poly->c[i]));
}

void
sntrup761_mod3(struct sntrup761_poly *poly)
{
	for (size_t i = 0; i < PADDED; i++)
		poly->c[i] = mod3(poly->c[i]);
}

void
sntrup761_triple(struct sntrup761_poly *poly)
{
	for (size_t i = 0; i < PADDED; i++)
		poly->c[i] = sntrup761_centre((int16_t)(3 * poly->c[i]));
}
