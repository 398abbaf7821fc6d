/* SPDX-License-Identifier: ISC */
#include "lib/crypto/sntrup761_code.h"

#include <assert.h>
#include <string.h>

enum {
	P = SNTRUP761_P, Q = SNTRUP761_Q, HALF = SNTRUP761_Q_HALF,
	PADDED = SNTRUP761_PADDED,
	ROUNDED_RADIX = (Q + 2) / 3,
	LIMIT = 16384,		/* radices stay below this */
	LEVELS = 11,		/* 761 numbers halve to one in ten steps */
};

/*
 * The mixed-radix code joins neighbours level by level: of a pair (x, y) with
 * radices (m, n), x + m y is written byte by byte until what is left has a
 * radix below LIMIT, and that goes up one level. All radices of one level
 * are equal but for the last. They follow from the first radix: public.
 */
struct level {
	size_t count;		/* numbers on this level */
	uint32_t radix;		/* of all but the last */
	uint32_t last;		/* of the last */
	size_t pair_bytes;	/* written for a pair */
	size_t last_bytes;	/* written for the last pair if count is even */
};

static uint32_t
radix_above(uint32_t product, size_t *bytes)
{
	*bytes = 0;
	while (product >= LIMIT) {
		product = (product + 255) >> 8;
		++*bytes;
	}
	return product;
}

static size_t
levels_make(struct level levels[static LEVELS], uint32_t radix)
{
	size_t depth = 0;

	levels[0] = (struct level){ .count = P, .radix = radix, .last = radix };
	for (struct level *l = levels; l->count > 1; l++) {
		struct level *up = l + 1;

		*up = (struct level){ .count = (l->count + 1) / 2 };
		up->radix = radix_above(l->radix * l->radix, &l->pair_bytes);
		if (l->count % 2 == 0)
			up->last = radix_above(l->radix * l->last,
			    &l->last_bytes);
		else
			up->last = l->last;
		depth++;
	}
	return depth;
}

static uint8_t *
put_bytes(uint8_t *out, uint32_t *value, size_t count)
{
	while (count-- > 0) {
		*out++ = (uint8_t)*value;
		*value >>= 8;
	}
	return out;
}

static uint8_t *
build_level(uint8_t *restrict out, uint16_t *restrict r, const struct level *l)
{
	size_t pairs = l->count / 2, even = l->count % 2 == 0;
	uint32_t v;

	for (size_t i = 0; i < pairs - even; i++) {
		v = r[2 * i] + l->radix * r[2 * i + 1];
		out = put_bytes(out, &v, l->pair_bytes);
		r[i] = (uint16_t)v;
	}
	if (even) {
		v = r[l->count - 2] + l->radix * r[l->count - 1];
		out = put_bytes(out, &v, l->last_bytes);
		r[pairs - 1] = (uint16_t)v;
	} else {
		r[pairs] = r[l->count - 1];
	}
	return out;
}

/* r is used up. */
static void
build_mixed(uint8_t *out, size_t len, uint16_t r[static PADDED],
    uint32_t radix)
{
	struct level levels[LEVELS];
	size_t depth = levels_make(levels, radix);
	uint8_t *end = out + len;
	uint32_t top;

	for (size_t i = 0; i < depth; i++)
		out = build_level(out, r, &levels[i]);
	top = r[0];
	for (uint32_t left = levels[depth].last; left > 1;
	    left = (left + 255) >> 8)
		out = put_bytes(out, &top, 1);
	assert(out == end);
}

/*
 * Division by a public radix without a division: the estimate is at most one
 * too small for any 32-bit x when inverse is 2^32 / radix rounded down.
 */
static uint32_t
divide(uint32_t x, uint32_t radix, uint32_t inverse, uint32_t *remainder)
{
	uint32_t quotient = (uint32_t)((uint64_t)x * inverse >> 32);
	uint32_t rest = x - quotient * radix;
	uint32_t more = ~(uint32_t)((int32_t)(rest - radix) >> 31);

	*remainder = rest - (radix & more);
	return quotient - more;
}

static uint32_t
inverse_of(uint32_t radix)
{
	return (uint32_t)(((uint64_t)1 << 32) / radix);
}

/* The number of which `bytes` stood at p and the rest is r. */
static uint32_t
joined(const uint8_t *p, size_t bytes, uint32_t r)
{
	if (bytes == 0)
		return r;
	if (bytes == 1)
		return r << 8 | p[0];
	return r << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* In place: numbers of one level become those of the level below, l. */
static void
parse_level(uint16_t *r, const uint8_t *in, const struct level *l)
{
	size_t pairs = l->count / 2, even = l->count % 2 == 0, i = pairs;
	uint32_t inverse = inverse_of(l->radix);
	uint32_t last_inverse = inverse_of(l->last), x, y, high;

	if (even) {
		i--;
		x = joined(in + i * l->pair_bytes, l->last_bytes, r[i]);
		high = divide(x, l->radix, inverse, &y);
		r[2 * i] = (uint16_t)y;
		divide(high, l->last, last_inverse, &y);
		r[2 * i + 1] = (uint16_t)y;
	} else {
		r[l->count - 1] = r[pairs];
	}
	while (i-- > 0) {
		x = joined(in + i * l->pair_bytes, l->pair_bytes, r[i]);
		high = divide(x, l->radix, inverse, &y);
		r[2 * i] = (uint16_t)y;
		/* Only a code that no encoder wrote has high >= radix. */
		divide(high, l->radix, inverse, &y);
		r[2 * i + 1] = (uint16_t)y;
	}
}

static size_t
level_bytes(const struct level *l)
{
	size_t even = l->count % 2 == 0;

	return (l->count / 2 - even) * l->pair_bytes + even * l->last_bytes;
}

static void
parse_mixed(uint16_t r[static PADDED], const uint8_t *in, size_t len,
    uint32_t radix)
{
	struct level levels[LEVELS];
	size_t depth = levels_make(levels, radix), at = 0;
	uint32_t top_radix = levels[depth].last, top;

	for (size_t i = 0; i < depth; i++)
		at += level_bytes(&levels[i]);
	assert(at + (top_radix > 256 ? 2 : 1) == len);
	divide(joined(in + at, len - at, 0), top_radix, inverse_of(top_radix),
	    &top);
	r[0] = (uint16_t)top;
	for (size_t i = depth; i-- > 0;) {
		at -= level_bytes(&levels[i]);
		parse_level(r, in + at, &levels[i]);
	}
}

void
sntrup761_build_small(uint8_t out[static SNTRUP761_SMALL_LEN],
    const struct sntrup761_poly *poly)
{
	for (size_t i = 0; i < SNTRUP761_SMALL_LEN; i++) {
		unsigned byte = 0;

		for (size_t j = 0; j < 4 && 4 * i + j < P; j++)
			byte |= (unsigned)(poly->c[4 * i + j] + 1) << 2 * j;
		out[i] = (uint8_t)byte;
	}
}

void
sntrup761_parse_small(struct sntrup761_poly *poly,
    const uint8_t in[static SNTRUP761_SMALL_LEN])
{
	memset(poly, 0, sizeof(*poly));
	for (size_t i = 0; i < P; i++)
		poly->c[i] = (int16_t)((in[i / 4] >> 2 * (i % 4) & 3) - 1);
}

void
sntrup761_build_rq(uint8_t out[static SNTRUP761_RQ_LEN],
    const struct sntrup761_poly *poly)
{
	uint16_t r[PADDED];

	for (size_t i = 0; i < PADDED; i++)
		r[i] = (uint16_t)(poly->c[i] + HALF);
	build_mixed(out, SNTRUP761_RQ_LEN, r, Q);
}

void
sntrup761_parse_rq(struct sntrup761_poly *poly,
    const uint8_t in[static SNTRUP761_RQ_LEN])
{
	uint16_t r[PADDED] = { 0 };

	parse_mixed(r, in, SNTRUP761_RQ_LEN, Q);
	memset(poly, 0, sizeof(*poly));
	for (size_t i = 0; i < P; i++)
		poly->c[i] = (int16_t)(r[i] - HALF);
}

void
sntrup761_build_rounded(uint8_t out[static SNTRUP761_ROUNDED_LEN],
    const struct sntrup761_poly *poly)
{
	PQ_ALIGNED uint16_t r[PADDED];

	/* y * 21846 / 2^16 is y / 3 for every multiple of 3 in range. */
	for (size_t i = 0; i < PADDED; i++)
		r[i] = (uint16_t)((uint32_t)(poly->c[i] + HALF) * 21846 >> 16);
	build_mixed(out, SNTRUP761_ROUNDED_LEN, r, ROUNDED_RADIX);
	explicit_bzero(r, sizeof(r));
}

void
sntrup761_parse_rounded(struct sntrup761_poly *poly,
    const uint8_t in[static SNTRUP761_ROUNDED_LEN])
{
	uint16_t r[PADDED] = { 0 };

	parse_mixed(r, in, SNTRUP761_ROUNDED_LEN, ROUNDED_RADIX);
	memset(poly, 0, sizeof(*poly));
	for (size_t i = 0; i < P; i++)
		poly->c[i] = (int16_t)(r[i] * 3 - HALF);
}
