/* SPDX-License-Identifier: ISC */
#include "monitor/moduli.h"

#include <fcntl.h>

#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/crypto/kex.h"
#include "lib/crypto/random.h"
#include "monitor/lines.h"

/* moduli(5) */
#define TYPE_SAFE	2	/* (p - 1) / 2 is prime too */
#define TEST_COMPOSITE	0x01
#define TESTS_KNOWN	0x1f

/* Fields of a line, in order. */
enum field { TIME, TYPE, TESTS, TRIES, SIZE, GENERATOR, MODULUS, FIELD_COUNT };

bool
gex_wish_is_possible(const struct gex_wish *wish)
{
	return wish->min <= wish->n && wish->n <= wish->max &&
	    wish->max >= GEX_BITS_MIN && wish->min <= GEX_BITS_MAX;
}

static bool
split(struct bytes line, struct bytes fields[FIELD_COUNT])
{
	size_t count = 0;

	line = text_skip(line, TEXT_BLANK);
	while (line.len != 0) {
		if (count == FIELD_COUNT)
			return false;
		fields[count++] = text_take_word(&line, TEXT_BLANK);
	}
	return count == FIELD_COUNT;
}

static bool
parse_number(struct bytes text, uint32_t max, uint32_t *out)
{
	uint32_t v = 0;

	if (text.len == 0)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		uint32_t digit = (uint32_t)text.p[i] - '0';

		if (digit > 9 || v > (max - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Magnitude without leading zero; zero itself is refused. */
static bool
parse_hex(struct bytes text, uint8_t out[static GEX_NUMBER_MAX],
    size_t *out_len)
{
	size_t len;

	while (text.len != 0 && text.p[0] == '0') {
		text.p++;
		text.len--;
	}
	len = (text.len + 1) / 2;
	if (len == 0 || len > GEX_NUMBER_MAX)
		return false;
	memset(out, 0, len);
	for (size_t i = 0; i < text.len; i++) {
		size_t nibble = text.len - 1 - i;	/* from the end */
		int v = hex_value(text.p[i]);

		if (v == -1)
			return false;
		out[len - 1 - nibble / 2] |=
		    (uint8_t)(nibble % 2 == 0 ? v : v << 4);
	}
	*out_len = len;
	return true;
}

static uint32_t
bit_count(const uint8_t *p, size_t len)
{
	uint32_t bits = (uint32_t)len * 8;

	for (uint8_t top = p[0]; (top & 0x80) == 0; top = (uint8_t)(top << 1))
		bits--;
	return bits;
}

/*
 * The generator has to generate a large group: 0 and 1 do not, and one that
 * is not smaller than the modulus was not written by a sane program.
 */
static bool
generator_is_sane(const struct moduli_group *group)
{
	if (group->g_len == 1 && group->g[0] < 2)
		return false;
	return group->g_len < group->p_len;
}

bool
moduli_line_parse(struct bytes line, struct moduli_group *group)
{
	struct bytes f[FIELD_COUNT];
	uint32_t type, tests, tries, size;

	if (line.len == 0 || line.p[0] == '#' || !split(line, f))
		return false;
	if (!parse_number(f[TYPE], UINT32_MAX, &type) || type != TYPE_SAFE ||
	    !parse_number(f[TESTS], TESTS_KNOWN, &tests) ||
	    (tests & TEST_COMPOSITE) != 0 || tests == 0 ||
	    !parse_number(f[TRIES], UINT32_MAX, &tries) || tries == 0 ||
	    !parse_number(f[SIZE], GEX_BITS_MAX, &size))
		return false;
	if (!parse_hex(f[GENERATOR], group->g, &group->g_len) ||
	    !parse_hex(f[MODULUS], group->p, &group->p_len))
		return false;
	group->bits = bit_count(group->p, group->p_len);
	/* the file counts the highest bit's number, not the bits */
	if (group->bits != size + 1 && group->bits != size)
		return false;
	return (group->p[group->p_len - 1] & 1) != 0 &&
	    generator_is_sane(group);
}

/*
 * Is a group of `bits` a better answer than one of `best` bits (0: none)?
 * 1 yes, 0 just as good, -1 no or outside of the wish.
 */
static int
compare(const struct gex_wish *wish, uint32_t bits, uint32_t best)
{
	uint32_t min = MAX(wish->min, GEX_BITS_MIN);
	uint32_t max = MIN(wish->max, GEX_BITS_MAX);
	bool enough = bits >= wish->n, best_enough = best >= wish->n;

	if (bits < min || bits > max)
		return -1;
	if (best == 0)
		return 1;
	if (bits == best)
		return 0;
	if (enough != best_enough)
		return enough ? 1 : -1;
	/* the smallest that is enough, else the largest */
	return (bits < best) == enough ? 1 : -1;
}

/* The groups of RFC 3526 by the same rule as the lines of the file. */
static bool
choose_fallback(const struct gex_wish *wish, struct moduli_group *group)
{
	static const uint32_t sizes[] = { 2048, 4096, 8192 };
	struct kex_group known;
	uint32_t best = 0;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		if (compare(wish, sizes[i], best) > 0)
			best = sizes[i];
	}
	if (best == 0)
		return false;
	known = kex_fallback_group(best);
	if (known.p.len == 0 || known.p.len > sizeof(group->p) ||
	    known.g.len == 0 || known.g.len > sizeof(group->g))
		return false;
	memcpy(group->p, known.p.p, known.p.len);
	memcpy(group->g, known.g.p, known.g.len);
	group->p_len = known.p.len;
	group->g_len = known.g.len;
	group->bits = best;
	return true;
}

/* One in `count`, so that of equal lines each has the same chance. */
static MUST_CHECK bool
replaces(uint32_t count, bool *yes, struct err *err)
{
	uint64_t r;

	if (!random_bytes(&r, sizeof(r), err))
		return false;
	*yes = r % count == 0;
	return true;
}

static MUST_CHECK bool
choose_from_file(struct lines *lines, const struct gex_wish *wish,
    struct moduli_group *group, bool *found, struct err *err)
{
	struct moduli_group candidate;
	struct bytes line;
	uint32_t equal_count = 0;

	while (lines_next(lines, &line)) {
		bool take = true;
		int order;

		if (!moduli_line_parse(line, &candidate))
			continue;
		order = compare(wish, candidate.bits,
		    *found ? group->bits : 0);
		if (order < 0)
			continue;
		equal_count = order > 0 ? 1 : equal_count + 1;
		if (!replaces(equal_count, &take, err))
			return false;
		if (take)
			*group = candidate;
		*found = true;
	}
	return true;
}

bool
moduli_choose(const char *path, const struct gex_wish *wish,
    struct moduli_group *group, bool *found, struct err *err)
{
	struct lines lines;
	bool ok;
	int fd = -1;

	*found = false;
	if (!gex_wish_is_possible(wish))
		return true;
	if (path == NULL || (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1) {
		log_verbose("WARNING: could not open %s (%s), using fixed "
		    "modulus", path == NULL ? "none" : path, strerror(errno));
		*found = choose_fallback(wish, group);
		return true;
	}
	if (!lines_init(&lines, fd, path, err))
		return false;
	ok = choose_from_file(&lines, wish, group, found, err);
	lines_clear(&lines);
	if (ok && !*found)
		log_info("WARNING: no suitable primes in %s", path);
	return ok;
}
