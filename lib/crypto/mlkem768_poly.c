/* SPDX-License-Identifier: ISC */
#include "lib/crypto/mlkem768_poly.h"

#include <string.h>

enum {
	N = MLKEM768_N, Q = MLKEM768_Q,
	SIDE = 16,		/* of the square that the coefficients form */
};

/*
 * Powers of 17 times 2^16, centred: zeta[k] belongs to block k of FIPS 203
 * appendix A. From 32 on they are sorted by position: the four (two) values
 * of each of the 16 rows stand 16 apart, as the transposed form wants them.
 */
static const int16_t zeta[128] PQ_ALIGNED = {
	-1044, -758, -359, -1517, 1493, 1422, 287, 202,
	-171, 622, 1577, 182, 962, -1202, -1474, 1468,
	573, -1325, 264, 383, -829, 1458, -1602, -130,
	-681, 1017, 732, 608, -1542, 411, -205, -1571,
	1223, -552, -1293, -282, 516, -320, -1618, 126,
	-853, -271, 107, -247, -398, -1508, 448, 677,
	652, 1015, 1491, -1544, -8, -666, -1162, 1469,
	-90, 830, -1421, -951, 961, -725, -1065, -1275,
	-1103, -1251, 422, -291, -246, -777, -1590, 418,
	817, 1322, -1215, -874, -1185, -1510, -108, 958,
	430, 871, 587, -460, 778, 1483, 644, 329,
	1097, -1285, -136, 220, -1530, -854, -308, -1460,
	555, 1550, 177, 1574, 1159, -602, -872, -156,
	603, -1465, 1218, -1187, -1278, -870, 996, 1522,
	843, 105, -235, 1653, -147, 1119, 349, -75,
	610, 384, -1335, -1659, 794, 478, 991, 1628,
};

static const int16_t zeta_inverse[128] PQ_ALIGNED = {
	-1044, 758, 1517, 359, -202, -287, -1422, -1493,
	-1468, 1474, 1202, -962, -182, -1577, -622, 171,
	1571, 205, -411, 1542, -608, -732, -1017, 681,
	130, 1602, -1458, 829, -383, -264, 1325, -573,
	1275, 1065, 725, -961, 951, 1421, -830, 90,
	-1469, 1162, 666, 8, 1544, -1491, -1015, -652,
	-677, -448, 1508, 398, 247, -107, 271, 853,
	-126, 1618, 320, -516, 282, 1293, 552, -1223,
	-1628, -991, -478, -794, 1659, 1335, -384, -610,
	75, -349, -1119, 147, -1653, 235, -105, -843,
	-1522, -996, 870, 1278, 1187, -1218, 1465, -603,
	156, 872, 602, -1159, -1574, -177, -1550, -555,
	1460, 308, 854, 1530, -220, 136, 1285, -1097,
	-329, -644, -1483, -778, 460, -587, -871, -430,
	-958, 108, 1510, 1185, 874, 1215, -1322, -817,
	-418, 1590, 777, 246, 291, -422, 1251, 1103,
};

/* a * b / 2^16 modulo q: |result| <= 1665 + |ab| / 2^16. */
PQ_INLINE int16_t
montgomery(int16_t a, int16_t b)
{
	enum { Q_INVERSE = 62209 };	/* 1 / q modulo 2^16 */
	int16_t m = (int16_t)((uint32_t)(uint16_t)a * (uint16_t)b *
	    Q_INVERSE);

	return (int16_t)((int16_t)((int32_t)a * b >> 16) -
	    (int16_t)((int32_t)m * Q >> 16));
}

/* |result| <= 1664 for every 16-bit x: 20159 / 2^26 is close to 1 / q. */
PQ_INLINE int16_t
reduce(int16_t x)
{
	int16_t t = (int16_t)((int32_t)x * 20159 >> 16);

	t = (int16_t)((int16_t)(t + 512) >> 10);
	return (int16_t)(x - t * Q);
}

/* 0 <= result < q, from a reduced x. */
PQ_INLINE int16_t
positive(int16_t x)
{
	return (int16_t)(x + ((x >> 15) & Q));
}

PQ_INLINE void
transpose(int16_t *restrict out, const int16_t *restrict in)
{
	for (size_t i = 0; i < SIDE; i++)
		for (size_t j = 0; j < SIDE; j++)
			out[i * SIDE + j] = in[j * SIDE + i];
}

/* Cooley-Tukey: (a, b) = (a + zb, a - zb). */
PQ_INLINE void
forward(int16_t *restrict a, int16_t *restrict b, int16_t z)
{
	for (size_t i = 0; i < SIDE; i++) {
		int16_t t = montgomery(b[i], z);

		b[i] = (int16_t)(a[i] - t);
		a[i] = (int16_t)(a[i] + t);
	}
}

PQ_INLINE void
forward_rows(int16_t *restrict a, int16_t *restrict b,
    const int16_t *restrict z)
{
	for (size_t i = 0; i < SIDE; i++) {
		int16_t t = montgomery(b[i], z[i]);

		b[i] = (int16_t)(a[i] - t);
		a[i] = (int16_t)(a[i] + t);
	}
}

/* Gentleman-Sande: (a, b) = (a + b, (a - b) / z). */
PQ_INLINE void
backward(int16_t *restrict a, int16_t *restrict b, int16_t z)
{
	for (size_t i = 0; i < SIDE; i++) {
		int16_t x = a[i], y = b[i];

		a[i] = reduce((int16_t)(x + y));
		b[i] = montgomery((int16_t)(x - y), z);
	}
}

PQ_INLINE void
backward_rows(int16_t *restrict a, int16_t *restrict b,
    const int16_t *restrict z)
{
	for (size_t i = 0; i < SIDE; i++) {
		int16_t x = a[i], y = b[i];

		a[i] = reduce((int16_t)(x + y));
		b[i] = montgomery((int16_t)(x - y), z[i]);
	}
}

/*
 * Each of the seven layers adds less than q to a coefficient: 7q + 1664 fits
 * 16 bits, so that one reduction at the end is enough.
 */
static PQ_KERNEL(ntt, (int16_t *restrict c), (c))
{
	PQ_ALIGNED int16_t t[N];
	size_t k = 1;

	for (size_t len = 128; len >= SIDE; len /= 2)
		for (size_t start = 0; start < N; start += 2 * len, k++)
			for (size_t j = start; j < start + len; j += SIDE)
				forward(c + j, c + j + len, zeta[k]);
	transpose(t, c);
	for (size_t len = SIDE / 2; len >= 2; len /= 2)
		for (size_t start = 0; start < SIDE; start += 2 * len) {
			for (size_t j = start; j < start + len; j++)
				forward_rows(t + j * SIDE,
				    t + (j + len) * SIDE, zeta + k);
			k += SIDE;
		}
	for (size_t i = 0; i < N; i++)
		c[i] = reduce(t[i]);
	explicit_bzero(t, sizeof(t));
}

static PQ_KERNEL(ntt_inverse, (int16_t *restrict c), (c))
{
	enum { LAST = 1441 };	/* 2^32 / 128 */
	PQ_ALIGNED int16_t t[N];
	size_t k;

	for (size_t len = 2; len < SIDE; len *= 2) {
		k = SIDE * (SIDE / (2 * len));
		for (size_t start = 0; start < SIDE; start += 2 * len) {
			for (size_t j = start; j < start + len; j++)
				backward_rows(c + j * SIDE,
				    c + (j + len) * SIDE, zeta_inverse + k);
			k += SIDE;
		}
	}
	transpose(t, c);
	for (size_t len = SIDE; len < N; len *= 2) {
		k = N / (2 * len);
		for (size_t start = 0; start < N; start += 2 * len, k++)
			for (size_t j = start; j < start + len; j += SIDE)
				backward(t + j, t + j + len, zeta_inverse[k]);
	}
	for (size_t i = 0; i < N; i++)
		c[i] = reduce(montgomery(t[i], LAST));
	explicit_bzero(t, sizeof(t));
}

/*
 * Products modulo x^2 - z and x^2 + z for one z: rows 4i and 4i + 1 hold the
 * coefficients of the first, 4i + 2 and 4i + 3 those of the second.
 */
PQ_INLINE void
multiply_add(int16_t *restrict out, const int16_t *restrict a,
    const int16_t *restrict b, const int16_t *restrict z, int16_t sign)
{
	for (size_t i = 0; i < SIDE; i++) {
		int16_t high = montgomery(a[SIDE + i], b[SIDE + i]);

		/* Each summand is below q, and there are three pairs. */
		out[i] = (int16_t)(out[i] + montgomery(a[i], b[i]) +
		    sign * montgomery(high, z[i]));
		out[SIDE + i] = (int16_t)(out[SIDE + i] +
		    montgomery(a[i], b[SIDE + i]) +
		    montgomery(a[SIDE + i], b[i]));
	}
}

static PQ_KERNEL(dot, (int16_t *restrict out,
    const struct mlkem768_poly *restrict a,
    const struct mlkem768_poly *restrict b), (out, a, b))
{
	for (size_t i = 0; i < N; i++)
		out[i] = 0;
	for (size_t j = 0; j < MLKEM768_K; j++) {
		for (size_t i = 0; i < 4; i++) {
			const int16_t *z = zeta + 64 + i * SIDE;
			size_t at = 4 * i * SIDE;

			multiply_add(out + at, a[j].c + at, b[j].c + at, z, 1);
			at += 2 * SIDE;
			multiply_add(out + at, a[j].c + at, b[j].c + at, z, -1);
		}
	}
	for (size_t i = 0; i < N; i++)
		out[i] = reduce(out[i]);
}

void
mlkem768_ntt(struct mlkem768_poly *poly)
{
	ntt(poly->c);
}

void
mlkem768_ntt_inverse(struct mlkem768_poly *poly)
{
	ntt_inverse(poly->c);
}

void
mlkem768_dot(struct mlkem768_poly *out,
    const struct mlkem768_poly a[static MLKEM768_K],
    const struct mlkem768_poly b[static MLKEM768_K])
{
	dot(out->c, a, b);
}

void
mlkem768_add(struct mlkem768_poly *poly, const struct mlkem768_poly *more)
{
	for (size_t i = 0; i < N; i++)
		poly->c[i] = reduce((int16_t)(poly->c[i] + more->c[i]));
}

void
mlkem768_subtract_from(struct mlkem768_poly *poly,
    const struct mlkem768_poly *less)
{
	for (size_t i = 0; i < N; i++)
		poly->c[i] = reduce((int16_t)(less->c[i] - poly->c[i]));
}

void
mlkem768_scale(struct mlkem768_poly *poly)
{
	enum { SQUARE = 1353 };		/* 2^32 modulo q */

	for (size_t i = 0; i < N; i++)
		poly->c[i] = reduce(montgomery(poly->c[i], SQUARE));
}

void
mlkem768_transpose(struct mlkem768_poly *out, const int16_t in[static N])
{
	transpose(out->c, in);
}

void
mlkem768_build_ntt(uint8_t out[static MLKEM768_POLY_LEN],
    const struct mlkem768_poly *poly)
{
	for (size_t i = 0; i < N; i += 2, out += 3) {
		/* Neighbours i and i + 1 lie in one column. */
		const int16_t *c = poly->c + i % SIDE * SIDE + i / SIDE;
		unsigned a = (unsigned)positive(c[0]);
		unsigned b = (unsigned)positive(c[SIDE]);

		out[0] = (uint8_t)a;
		out[1] = (uint8_t)(a >> 8 | b << 4);
		out[2] = (uint8_t)(b >> 4);
	}
}

bool
mlkem768_parse_ntt(struct mlkem768_poly *poly,
    const uint8_t in[static MLKEM768_POLY_LEN])
{
	unsigned too_large = 0;

	for (size_t i = 0; i < N; i += 2, in += 3) {
		int16_t *c = poly->c + i % SIDE * SIDE + i / SIDE;
		unsigned a = in[0] | (in[1] & 0xfu) << 8;
		unsigned b = in[1] >> 4 | (unsigned)in[2] << 4;

		/* The top bit of the difference is set while below q. */
		too_large |= ~(a - Q) | ~(b - Q);
		c[0] = reduce((int16_t)a);
		c[SIDE] = reduce((int16_t)b);
	}
	return too_large >> 31 == 0;
}

/*
 * Compress without a division: round(x * 2^bits / q). The constants are
 * 2^28 / q and 2^32 / q; exact for every x below q. What overflows 32 bits
 * in the first is cut off by the caller's mask anyway.
 */
PQ_INLINE uint32_t
compress(int16_t x, unsigned bits)
{
	return (((uint32_t)positive(x) << bits) + 1665) * 80635 >> 28;
}

PQ_INLINE uint32_t
compress_10(int16_t x)
{
	return (uint32_t)((((uint64_t)positive(x) << 10) + 1665) * 1290167 >>
	    32) & 0x3ff;
}

PQ_INLINE int16_t
decompress(uint32_t x, unsigned bits)
{
	return reduce((int16_t)((x * Q + (1u << (bits - 1))) >> bits));
}

void
mlkem768_build_10(uint8_t out[static 320], const struct mlkem768_poly *poly)
{
	for (size_t i = 0; i < N; i += 4, out += 5) {
		uint64_t v = 0;

		for (size_t j = 0; j < 4; j++)
			v |= (uint64_t)compress_10(poly->c[i + j]) << 10 * j;
		for (size_t j = 0; j < 5; j++)
			out[j] = (uint8_t)(v >> 8 * j);
	}
}

void
mlkem768_parse_10(struct mlkem768_poly *poly, const uint8_t in[static 320])
{
	for (size_t i = 0; i < N; i += 4, in += 5) {
		uint64_t v = 0;

		for (size_t j = 0; j < 5; j++)
			v |= (uint64_t)in[j] << 8 * j;
		for (size_t j = 0; j < 4; j++)
			poly->c[i + j] = decompress(v >> 10 * j & 0x3ff, 10);
	}
}

void
mlkem768_build_4(uint8_t out[static 128], const struct mlkem768_poly *poly)
{
	for (size_t i = 0; i < N / 2; i++)
		out[i] = (uint8_t)((compress(poly->c[2 * i], 4) & 0xf) |
		    (compress(poly->c[2 * i + 1], 4) & 0xf) << 4);
}

void
mlkem768_parse_4(struct mlkem768_poly *poly, const uint8_t in[static 128])
{
	for (size_t i = 0; i < N; i++)
		poly->c[i] = decompress(in[i / 2] >> 4 * (i % 2) & 0xf, 4);
}

void
mlkem768_build_1(uint8_t out[static 32], const struct mlkem768_poly *poly)
{
	for (size_t i = 0; i < N / 8; i++) {
		uint32_t byte = 0;

		for (size_t j = 0; j < 8; j++)
			byte |= (compress(poly->c[8 * i + j], 1) & 1) << j;
		out[i] = (uint8_t)byte;
	}
}

void
mlkem768_parse_1(struct mlkem768_poly *poly, const uint8_t in[static 32])
{
	/* Bits of the message: a compiler would like to branch on them. */
	for (size_t i = 0; i < N; i++)
		poly->c[i] = (int16_t)(pq_hide(-(in[i / 8] >> i % 8 & 1u)) &
		    ((Q + 1) / 2));
}
