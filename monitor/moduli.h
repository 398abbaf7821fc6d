/* SPDX-License-Identifier: ISC */
/*
 * moduli - groups for Diffie-Hellman group exchange.
 *
 * Shapes:  the file of moduli(5): time, type, tests, tries, size, generator
 *          and modulus in hexadecimal, separated by blanks.
 * Units:   bits of the prime.
 * Errors:  a line that does not hold a tested safe prime is passed over.
 * Owns:    struct moduli_group its numbers.
 * Source:  moduli(5), RFC 4419 section 3.
 */
#ifndef MONITOR_MODULI_H
#define MONITOR_MODULI_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

#define GEX_BITS_MIN	2048	/* RFC 8270 */
#define GEX_BITS_MAX	8192
#define GEX_NUMBER_MAX	(GEX_BITS_MAX / 8)

/* Big-endian magnitudes without leading zero. */
struct moduli_group {
	uint8_t p[GEX_NUMBER_MAX], g[GEX_NUMBER_MAX];
	size_t p_len, g_len;
	uint32_t bits;
};

/* What a client asked for: RFC 4419 section 3. */
struct gex_wish {
	uint32_t min, n, max;
};

/* Does the request make sense, and can we serve any of it? */
bool gex_wish_is_possible(const struct gex_wish *wish);
/* Pure: false for a comment, or a line that is not to be used. */
bool moduli_line_parse(struct bytes line, struct moduli_group *group);
/*
 * A group for wish from the file at path; without a file one of RFC 3526.
 * *found is false when no group fits.
 */
MUST_CHECK bool moduli_choose(const char *path, const struct gex_wish *wish,
    struct moduli_group *group, bool *found, struct err *err);

#endif
