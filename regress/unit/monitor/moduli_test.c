/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/compiler.h"
#include "monitor/moduli.h"

/* A number of that many bits, odd; whether it is prime is not our matter. */
static void
hex_number(char *out, unsigned bits, char last)
{
	unsigned digits = bits / 4;

	memset(out, '8', digits);
	out[digits - 1] = last;
	out[digits] = '\0';
}

/* malloc'ed */
static char *
make_line(unsigned bits, char last)
{
	char number[GEX_BITS_MAX / 4 + 8], *line;

	hex_number(number, bits, last);
	assert_int_not_equal(asprintf(&line, "20240101000000 2 6 100 %u 2 %s",
	    bits - 1, number), -1);
	return line;
}

static void
moduli_line_parse__takes_a_tested_safe_prime(void **state)
{
	char *line = make_line(2048, 'B');
	struct moduli_group group;

	(void)state;
	assert_true(moduli_line_parse(bytes_str(line), &group));
	assert_int_equal(group.bits, 2048);
	assert_int_equal(group.p_len, 256);
	assert_int_equal(group.p[0], 0x88);
	assert_int_equal(group.p[255], 0x8b);
	assert_int_equal(group.g_len, 1);
	assert_int_equal(group.g[0], 2);
	free(line);
}

static void
moduli_line_parse__passes_over_what_is_not_one(void **state)
{
	static const struct { const char *head, *why; } rows[] = {
		{ "# 1 2 6 100 63 2", "comment" },
		{ "1 4 6 100 63 2", "not a safe prime" },
		{ "1 2 7 100 63 2", "composite" },
		{ "1 2 0 100 63 2", "not tested" },
		{ "1 2 6 0 63 2", "no tries" },
		{ "1 2 6 100 61 2", "size too small" },
		{ "1 2 6 100 65 2", "size too large" },
		{ "1 2 6 100 9999 2", "size out of bounds" },
		{ "1 2 6 100 63 0", "generator 0" },
		{ "1 2 6 100 63 1", "generator 1" },
		{ "1 2 6 100 63 88888888888888888", "generator too large" },
		{ "1 2 6 100 63 g", "generator not hexadecimal" },
		{ "1 x 6 100 63 2", "type not a number" },
		{ "1 2 6 -1 63 2", "negative" },
		{ "1 2 6 100 63", "a field less" },
		{ "1 2 6 100 63 2 3", "a field more" },
	};
	char line[128];
	struct moduli_group group;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(line, sizeof(line), "%s 888888888888888B",
		    rows[i].head);
		if (moduli_line_parse(bytes_str(line), &group))
			fail_msg("taken: %s", rows[i].why);
	}
	assert_true(moduli_line_parse(
	    BYTES_LIT("1 2 6 100 63 2 888888888888888B"), &group));
	/* an even one is no prime */
	assert_false(moduli_line_parse(
	    BYTES_LIT("1 2 6 100 63 2 888888888888888A"), &group));
}

static void
moduli_line_parse__every_truncation_is_passed_over(void **state)
{
	static const char line[] = "1 2 6 100 63 2 888888888888888B";
	struct moduli_group group;

	(void)state;
	for (size_t n = 0; n < sizeof(line) - 1; n++)
		assert_false(moduli_line_parse(bytes_of(line, n), &group));
}

static void
moduli_line_parse__more_bits_than_there_is_room_for_are_refused(void **state)
{
	char *most = make_line(GEX_BITS_MAX, 'B');
	char *more = make_line(GEX_BITS_MAX + 8, 'B');
	struct moduli_group group;

	(void)state;
	assert_true(moduli_line_parse(bytes_str(most), &group));
	assert_false(moduli_line_parse(bytes_str(more), &group));
	free(most);
	free(more);
}

static void
gex_wish_is_possible__asks_for_order_and_for_strength(void **state)
{
	static const struct { struct gex_wish wish; bool want; } rows[] = {
		{ { 2048, 2048, 2048 }, true },
		{ { 1024, 2048, 8192 }, true },
		{ { 1, 1, 2048 }, true },
		{ { 8192, 8192, 16384 }, true },
		{ { 2048, 1024, 8192 }, false },	/* n < min */
		{ { 2048, 8192, 4096 }, false },	/* max < n */
		{ { 1024, 1024, 2047 }, false },	/* too weak */
		{ { 8193, 9000, 16384 }, false },	/* too much */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(gex_wish_is_possible(&rows[i].wish),
		    rows[i].want);
}

/* A file with one group of each size; the last digit tells them apart. */
struct file {
	char path[32];
};

static int
setup(void **state)
{
	static const unsigned sizes[] = { 1024, 2048, 3072, 4096, 8192 };
	struct file *f = calloc(1, sizeof(*f));
	FILE *out;

	assert_non_null(f);
	strcpy(f->path, "/tmp/moduli.XXXXXX");
	assert_non_null(out = fdopen(mkstemp(f->path), "w"));
	fprintf(out, "# a comment\n\nnonsense\n");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *one = make_line(sizes[i], 'B');
		char *two = make_line(sizes[i], 'D');

		fprintf(out, "%s\n%s\n", one, two);
		free(one);
		free(two);
	}
	assert_int_equal(fclose(out), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct file *f = *state;

	unlink(f->path);
	free(f);
	return 0;
}

static void
moduli_choose__takes_the_smallest_that_is_enough(void **state)
{
	static const struct { struct gex_wish wish; uint32_t want; } rows[] = {
		{ { 1024, 2048, 8192 }, 2048 },
		{ { 2048, 2049, 8192 }, 3072 },
		{ { 2048, 3072, 8192 }, 3072 },
		{ { 2048, 5000, 8192 }, 8192 },
		{ { 2048, 5000, 6000 }, 4096 },	/* none is: the largest */
		{ { 1024, 1024, 8192 }, 2048 },	/* never below our minimum */
		{ { 2048, 8192, 16384 }, 8192 },
		{ { 2049, 2050, 3000 }, 0 },
		{ { 1024, 1024, 1024 }, 0 },
	};
	struct file *f = *state;
	struct moduli_group group;
	struct err err;
	bool found;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(moduli_choose(f->path, &rows[i].wish, &group,
		    &found, &err));
		assert_int_equal(found, rows[i].want != 0);
		if (found)
			assert_int_equal(group.bits, rows[i].want);
	}
}

/* Each of two has the chance of a coin: 64 times the same is 2^-63. */
static void
moduli_choose__does_not_always_take_the_same_of_equal_ones(void **state)
{
	const struct gex_wish wish = { 2048, 2048, 8192 };
	struct file *f = *state;
	struct moduli_group group;
	unsigned seen = 0;
	struct err err;
	bool found;

	for (int i = 0; i < 64; i++) {
		assert_true(moduli_choose(f->path, &wish, &group, &found,
		    &err));
		assert_true(found);
		seen |= group.p[group.p_len - 1] == 0x8b ? 1 : 2;
	}
	assert_int_equal(seen, 3);
}

static void
moduli_choose__without_a_file_gives_a_group_of_rfc_3526(void **state)
{
	static const struct { struct gex_wish wish; uint32_t want; } rows[] = {
		{ { 1024, 2048, 2048 }, 2048 },
		{ { 2048, 3000, 8192 }, 4096 },
		{ { 2048, 8000, 8192 }, 8192 },
		{ { 2048, 3000, 3072 }, 2048 },
		{ { 2500, 3000, 3072 }, 0 },
	};
	struct moduli_group group;
	struct err err;
	bool found;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(moduli_choose("/nonexistent/moduli",
		    &rows[i].wish, &group, &found, &err));
		assert_int_equal(found, rows[i].want != 0);
		if (!found)
			continue;
		assert_int_equal(group.p_len, rows[i].want / 8);
		assert_int_equal(group.p[0], 0xff);
		assert_int_equal(group.g[0], 2);
	}
}

#define IN_FILE(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(moduli_line_parse__takes_a_tested_safe_prime),
		TEST(moduli_line_parse__passes_over_what_is_not_one),
		TEST(moduli_line_parse__every_truncation_is_passed_over),
		TEST(moduli_line_parse__more_bits_than_there_is_room_for_are_refused),
		TEST(gex_wish_is_possible__asks_for_order_and_for_strength),
		IN_FILE(moduli_choose__takes_the_smallest_that_is_enough),
		IN_FILE(moduli_choose__does_not_always_take_the_same_of_equal_ones),
		TEST(moduli_choose__without_a_file_gives_a_group_of_rfc_3526),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
