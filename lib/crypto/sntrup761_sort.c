/* SPDX-License-Identifier: ISC */
#include "lib/crypto/sntrup761_sort.h"

#include <stddef.h>
#include <string.h>

#include "lib/crypto/pq_simd.h"

enum {
	COUNT = SNTRUP761_SORT_COUNT,
	HALF = 512,		/* largest power of two below COUNT */
	LANES = 16,
	ROWS = COUNT / LANES,
	/* A column looks at most (HALF - 1) / LANES + 1 rows ahead. */
	ROWS_PADDED = ROWS + HALF / LANES,
};

/*
 * Order a[i] <= b[i] in each of count lanes. The compiler makes vector
 * minimum and maximum of it: the values decide nothing but values.
 */
PQ_INLINE void
exchange(int32_t *restrict a, int32_t *restrict b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int32_t x = a[i], y = b[i];

		a[i] = x < y ? x : y;
		b[i] = x < y ? y : x;
	}
}

/* Algorithm M's steps of stride p >= LANES: runs of p neighbours. */
PQ_INLINE void
merge_wide(int32_t *w, size_t p)
{
	size_t q = HALF, r = 0, d = p;

	for (;;) {
		for (size_t i = r; i + d < COUNT; i += 2 * p)
			for (size_t j = i; j < i + p && j + d < COUNT;
			    j += LANES)
				exchange(w + j, w + j + d, LANES);
		if (q == p)
			break;
		d = q - p;
		q /= 2;
		r = p;
	}
}

/*
 * Steps of stride p < LANES, on the transposed array: word i is
 * column[i % LANES][i / LANES], so that a step again runs over neighbours.
 * Beyond the last row stand infinities, which no exchange moves.
 */
PQ_INLINE void
merge_narrow(int32_t column[LANES][ROWS_PADDED], size_t p)
{
	size_t q = HALF, r = 0, d = p;

	for (;;) {
		for (size_t c = 0; c < LANES; c++)
			if ((c & p) == r)
				exchange(column[c], column[(c + d) % LANES] +
				    (c + d) / LANES, ROWS);
		if (q == p)
			break;
		d = q - p;
		q /= 2;
		r = p;
	}
}

static PQ_KERNEL(merge_exchange, (int32_t w[static COUNT],
    int32_t column[static LANES][ROWS_PADDED]), (w, column))
{
	for (size_t p = HALF; p >= LANES; p /= 2)
		merge_wide(w, p);
	for (size_t c = 0; c < LANES; c++) {
		for (size_t row = 0; row < ROWS; row++)
			column[c][row] = w[row * LANES + c];
		for (size_t row = ROWS; row < ROWS_PADDED; row++)
			column[c][row] = INT32_MAX;
	}
	for (size_t p = LANES / 2; p > 0; p /= 2)
		merge_narrow(column, p);
}

void
sntrup761_sort(uint32_t words[static COUNT])
{
	PQ_ALIGNED int32_t w[COUNT];
	PQ_ALIGNED int32_t column[LANES][ROWS_PADDED];

	/* Flipping the top bit turns unsigned into signed order. */
	for (size_t i = 0; i < COUNT; i++)
		w[i] = (int32_t)(words[i] ^ 0x80000000);
	merge_exchange(w, column);
	for (size_t c = 0; c < LANES; c++)
		for (size_t row = 0; row < ROWS; row++)
			words[row * LANES + c] =
			    (uint32_t)column[c][row] ^ 0x80000000;
	explicit_bzero(w, sizeof(w));
	explicit_bzero(column, sizeof(column));
}
