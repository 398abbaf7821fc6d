/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/base/duration.h"

static void
duration__parts_are_summed(void **state)
{
	static const struct {
		const char *text;
		double want;
	} cases[] = {
		{ "0", 0 }, { "600", 600 }, { "10m", 600 }, { "1h30m", 5400 },
		{ "1h30", 3630 }, { "1W2D3H4M5S", 788645 }, { "1.5", 1.5 },
		{ "2.25s", 2.25 }, { "1m0.5", 60.5 }, { "90.000000", 90 },
		{ "2147483647", 2147483647.0 }, { "007", 7 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		double got = -1;

		if (!duration_parse(bytes_str(cases[i].text), &got) ||
		    got < cases[i].want || got > cases[i].want)
			fail_msg("%s: want %f, got %f", cases[i].text,
			    cases[i].want, got);
	}
}

static void
duration__other_text_is_refused(void **state)
{
	static const char *const bad[] = {
		"", " 1", "1 ", "-1", "+1", "s", "1x", "1ms", "1.", ".5",
		"1.5m", "1.x", "5s5", "5s5s", "1.5s1", "0x10", "1,5", "none",
		"2147483648", "35792w", "99999999999999999999", "1e3",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint32_t seconds = 7;

		if (duration_parse_s(bytes_str(bad[i]), &seconds))
			fail_msg("%s", bad[i]);
		assert_int_equal(seconds, 7);
	}
}

static void
duration__a_fraction_is_cut_off_for_whole_seconds(void **state)
{
	uint32_t seconds;

	(void)state;
	assert_true(duration_parse_s(BYTES_LIT("1.999"), &seconds));
	assert_int_equal(seconds, 1);
	assert_true(duration_parse_s(BYTES_LIT("2147483647.9"), &seconds));
	assert_int_equal(seconds, 2147483647);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(duration__parts_are_summed),
		TEST(duration__other_text_is_refused),
		TEST(duration__a_fraction_is_cut_off_for_whole_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
