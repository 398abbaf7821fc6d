/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include "lib/base/compiler.h"
#include "sshd/listener/admission.h"

struct percent_case {
	struct startup_limits limits;
	unsigned startups, want;
};

static void
admission__drop_probability_rises_from_rate_to_certainty(void **state)
{
	static const struct percent_case cases[] = {
		{ { 10, 30, 100 }, 0, 0 },
		{ { 10, 30, 100 }, 9, 0 },
		{ { 10, 30, 100 }, 10, 30 },
		{ { 10, 30, 100 }, 55, 65 },
		{ { 10, 30, 100 }, 99, 99 },
		{ { 10, 30, 100 }, 100, 100 },
		{ { 10, 30, 100 }, 5000, 100 },
		{ { 10, 30, 10 }, 9, 0 },	/* MaxStartups 10 */
		{ { 10, 30, 10 }, 10, 100 },
		{ { 3, 100, 9 }, 2, 0 },
		{ { 3, 100, 9 }, 3, 100 },
		{ { 1, 1, 2147483647 }, 1000000000, 47 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		unsigned got = admission_drop_percent(&cases[i].limits,
		    cases[i].startups);

		if (got != cases[i].want)
			print_message("case %zu: got %u want %u\n", i, got,
			    cases[i].want);
		assert_int_equal(got, cases[i].want);
	}
}

static void
admission__the_dice_decide_between_the_limits(void **state)
{
	const struct startup_limits limits = { 10, 30, 100 };
	struct admission_question question = { .startups = 10,
	    .dice = 29, .source_limit = 1 };

	(void)state;
	assert_int_equal(admission_decide(&limits, &question),
	    VERDICT_MAX_STARTUPS);
	question.dice = 30;
	assert_int_equal(admission_decide(&limits, &question), VERDICT_ADMIT);
	question = (struct admission_question){ .startups = 9, .dice = 0,
	    .source_limit = 1 };
	assert_int_equal(admission_decide(&limits, &question), VERDICT_ADMIT);
	question = (struct admission_question){ .startups = 100, .dice = 99,
	    .source_limit = 1 };
	assert_int_equal(admission_decide(&limits, &question),
	    VERDICT_MAX_STARTUPS);
	assert_string_equal(admission_reason(VERDICT_MAX_STARTUPS, &question),
	    "Maxstartups");
}

static void
admission__a_source_has_a_limit_of_its_own(void **state)
{
	const struct startup_limits limits = { 10, 30, 100 };
	struct admission_question question = { .startups = 5,
	    .source_startups = 2, .source_limit = 3 };

	(void)state;
	assert_int_equal(admission_decide(&limits, &question), VERDICT_ADMIT);
	question.source_startups = 3;
	assert_int_equal(admission_decide(&limits, &question),
	    VERDICT_SOURCE_STARTUPS);
	assert_string_equal(admission_reason(VERDICT_SOURCE_STARTUPS,
	    &question), "Maxstartups");
}

static void
admission__a_penalty_is_its_own_reason(void **state)
{
	const struct startup_limits limits = { 10, 30, 100 };
	const struct admission_question question = { .startups = 5,
	    .source_limit = 3, .penalty = "penalty: caused crash" };

	(void)state;
	assert_int_equal(admission_decide(&limits, &question),
	    VERDICT_PENALTY);
	assert_string_equal(admission_reason(VERDICT_PENALTY, &question),
	    "penalty: caused crash");
}

static void
drop_log__penalties_show_eight_lines(void **state)
{
	struct drop_log drop_log = { .limits = &drop_log_penalties };
	unsigned shown = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		shown += drop_log_event(&drop_log, 5000 + i).show;
	assert_int_equal(shown, 8);
}

static void
drop_log__a_burst_is_cut_after_four_lines(void **state)
{
	struct drop_log drop_log = { .limits = &drop_log_startups };
	unsigned shown = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		shown += drop_log_event(&drop_log, 5000 + i).show;
	assert_int_equal(shown, 4);
}

static void
drop_log__lines_that_come_slowly_are_all_shown(void **state)
{
	struct drop_log drop_log = { .limits = &drop_log_startups };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct drop_log_result result = drop_log_event(&drop_log,
		    5000 + i * 1000);

		assert_true(result.show);
		assert_int_equal(result.report, 0);
	}
}

static void
drop_log__what_was_hidden_is_counted_once_it_is_calm(void **state)
{
	struct drop_log drop_log = { .limits = &drop_log_startups };
	struct drop_log_result result;

	(void)state;
	for (int i = 0; i < 10; i++)
		(void)drop_log_event(&drop_log, 5000);
	assert_int_equal(drop_log_quiet(&drop_log,
	    5000 + drop_log_startups.quiet_ms - 1), 0);
	assert_int_equal(drop_log_quiet(&drop_log, 5000 + drop_log_startups.quiet_ms),
	    6);
	assert_int_equal(drop_log_quiet(&drop_log, 900000), 0);
	result = drop_log_event(&drop_log, 900000);
	assert_true(result.show);
	assert_int_equal(result.report, 0);
}

static void
drop_log__an_endless_flood_is_reported_every_five_minutes(void **state)
{
	struct drop_log drop_log = { .limits = &drop_log_startups };
	unsigned reports = 0, hidden = 0, shown = 0, events = 0;

	(void)state;
	for (int64_t now_ms = 1000; now_ms <= 1000 + 3600000; now_ms += 250) {
		struct drop_log_result result = drop_log_event(&drop_log,
		    now_ms);

		events++;
		shown += result.show;
		reports += result.report != 0;
		hidden += result.report;
	}
	assert_in_range(reports, 11, 12);
	hidden += drop_log_quiet(&drop_log, 9000000);
	assert_int_equal(shown + hidden, events);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(admission__drop_probability_rises_from_rate_to_certainty),
		TEST(admission__the_dice_decide_between_the_limits),
		TEST(admission__a_source_has_a_limit_of_its_own),
		TEST(admission__a_penalty_is_its_own_reason),
		TEST(drop_log__penalties_show_eight_lines),
		TEST(drop_log__a_burst_is_cut_after_four_lines),
		TEST(drop_log__lines_that_come_slowly_are_all_shown),
		TEST(drop_log__what_was_hidden_is_counted_once_it_is_calm),
		TEST(drop_log__an_endless_flood_is_reported_every_five_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
