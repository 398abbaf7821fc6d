/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/base/log.h"

struct sunk {
	enum log_level level;
	char line[LOG_LINE_MAX];
	int count;
};

static void
sink(void *arg, enum log_level level, const char *line)
{
	struct sunk *sunk = arg;

	sunk->level = level;
	sunk->count++;
	bytes_to_str(bytes_str(line), sunk->line, sizeof(sunk->line));
}

static void
log__control_characters_never_reach_the_sink(void **state)
{
	struct sunk sunk = { 0 };

	(void)state;
	log_open(sink, &sunk, LOG_LEVEL_INFO);
	log_info("user %s", "a\nAccepted password for root\033[2J\177");
	assert_string_equal(sunk.line,
	    "user a\\nAccepted password for root\\033[2J\\177");
	log_open(NULL, NULL, LOG_LEVEL_INFO);
}

static void
log__levels_above_the_limit_are_dropped(void **state)
{
	struct sunk sunk = { 0 };

	(void)state;
	log_open(sink, &sunk, LOG_LEVEL_INFO);
	log_verbose("no");
	log_debug("no");
	assert_int_equal(sunk.count, 0);
	log_error("yes");
	assert_int_equal(sunk.count, 1);
	assert_int_equal(sunk.level, LOG_LEVEL_ERROR);
	log_open(sink, &sunk, LOG_LEVEL_QUIET);
	log_fatal("no");
	assert_int_equal(sunk.count, 1);
	log_open(NULL, NULL, LOG_LEVEL_INFO);
}

static void
log__a_long_line_is_cut_not_overrun(void **state)
{
	struct sunk sunk = { 0 };
	char text[3000];

	(void)state;
	memset(text, '\1', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_open(sink, &sunk, LOG_LEVEL_INFO);
	log_info("%s", text);
	assert_true(strlen(sunk.line) < LOG_LINE_MAX);
	assert_true(strlen(sunk.line) > LOG_LINE_MAX - 8);
	log_open(NULL, NULL, LOG_LEVEL_INFO);
}

/* ---- places --------------------------------------------------------------- */

static void
log_set_verbose__forces_lines_of_the_places_that_match(void **state)
{
	static const struct {
		const char *places;
		bool matches;
	} cases[] = {
		{ "", false },
		{ "*", true },
		{ "x.c:f():7", true },
		{ "x.c:f():8", false },
		{ "x.c", false },
		{ "dir/x.c:*", true },
		{ "*/x.c:*", true },
		{ "ir/x.c:*", false },
		{ "top/dir/x.c:*", false },
		{ "*:f():*", true },
		{ "*:*:7", true },
		{ "y.c:*,x.c:*", true },
		{ "x.c:*,!*:f():*", false },
		{ "x.c:*,!dir/x.c:*", false },
		{ "x.c:*,!dir/y.c:*", true },
		{ "y.c:*\nx.c:*", true },
		{ "!x.c:*,*\nx.c:f():7", true },
		{ "y.c:*\n\n", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sunk sunk = { 0 };

		log_open(sink, &sunk, LOG_LEVEL_INFO);
		log_set_verbose(bytes_str(cases[i].places));
		log_from(LOG_LEVEL_DEBUG2, "dir/x.c", "f", 7, "text %d", 5);
		if (sunk.count != cases[i].matches)
			fail_msg("\"%s\": %d lines", cases[i].places,
			    sunk.count);
	}
	log_set_verbose(bytes_str(""));
	log_open(NULL, NULL, LOG_LEVEL_INFO);
}

static void
log_set_verbose__puts_the_place_before_forced_lines_only(void **state)
{
	struct sunk sunk = { 0 };
	char want[128];

	(void)state;
	log_open(sink, &sunk, LOG_LEVEL_INFO);
	log_set_verbose(bytes_str("log_test.c:*"));
	log_info("as ever");
	assert_string_equal(sunk.line, "as ever");
	snprintf(want, sizeof(want), "regress/unit/base/log_test.c:%s():%d "
	    "(pid=%ld): a 1", __func__, __LINE__ + 2,
	    (long)getpid());
	log_debug("a %d", 1);
	assert_string_equal(sunk.line, want);
	assert_int_equal(sunk.level, LOG_LEVEL_DEBUG1);
	log_set_verbose(bytes_str(""));
	log_debug("no more");
	assert_int_equal(sunk.count, 2);
	log_open(NULL, NULL, LOG_LEVEL_INFO);
}

static void
log_set_verbose__takes_what_fits_whole_or_not_at_all(void **state)
{
	static char places[LOG_VERBOSE_MAX];

	(void)state;
	memset(places, '*', sizeof(places));
	log_set_verbose(bytes_of(places, sizeof(places)));
	assert_int_equal(log_get_verbose().len, 0);
	log_set_verbose(bytes_of(places, sizeof(places) - 1));
	assert_int_equal(log_get_verbose().len, sizeof(places) - 1);
	log_set_verbose(bytes_of("*\0*", 3));
	assert_int_equal(log_get_verbose().len, 0);
}

static void
log_relay__leaves_the_choice_to_the_peer_where_places_are_set(void **state)
{
	struct sunk sunk = { 0 };

	(void)state;
	log_open(sink, &sunk, LOG_LEVEL_INFO);
	log_relay(LOG_LEVEL_DEBUG1, "no");
	assert_int_equal(sunk.count, 0);
	log_set_verbose(bytes_str("no.c:*"));
	log_relay(LOG_LEVEL_DEBUG1, "no.c:f():1: text");
	assert_string_equal(sunk.line, "no.c:f():1: text");
	log_relay(LOG_LEVEL_QUIET, "no");
	assert_int_equal(sunk.count, 1);
	log_set_verbose(bytes_str(""));
	log_open(NULL, NULL, LOG_LEVEL_INFO);
}

static void
log_safe__escapes_every_byte_that_is_not_printable(void **state)
{
	struct log_safe safe = log_safe(BYTES_LIT("a\0b\r\nc\xff"));

	(void)state;
	assert_string_equal(safe.s, "a\\000b\\r\\nc\\377");
}

/* "\\n" in a line is a line end that was sent, "\\\\n" these two letters. */
static void
log_clean__no_two_texts_look_the_same(void **state)
{
	static const struct {
		const char *text, *clean, *line;
	} rows[] = {
		{ "a\nb", "a\\nb", "a\\nb" },
		{ "a\\nb", "a\\\\nb", "a\\nb" },
		{ "a\\012", "a\\\\012", "a\\012" },
		{ "\a\b\t\n\v\f\r", "\\a\\b\\t\\n\\v\\f\\r",
		    "\\a\\b\\t\\n\\v\\f\\r" },
		{ "\6\16", "\\006\\016", "\\006\\016" },
		{ "\\", "\\\\", "\\" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes text = bytes_str(rows[i].text);

		log_clean(out, sizeof(out), text);
		assert_string_equal(out, rows[i].clean);
		log_clean_line(out, sizeof(out), text);
		assert_string_equal(out, rows[i].line);
	}
	/* never half of an escape */
	assert_int_equal(log_clean(out, 3, bytes_str("a\n")), 1);
	assert_string_equal(out, "a");
}

static void
log_expect_raw__doubles_backslashes_of_lines(void **state)
{
	struct sunk sunk = { 0 };

	(void)state;
	log_open(sink, &sunk, LOG_LEVEL_INFO);
	log_info("\"%s\"", "a\\nb");
	assert_string_equal(sunk.line, "\"a\\nb\"");
	log_expect_raw();
	log_info("\"%s\"", "a\\nb\n");
	assert_string_equal(sunk.line, "\"a\\\\nb\\n\"");
	log_open(NULL, NULL, LOG_LEVEL_INFO);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(log__control_characters_never_reach_the_sink),
		TEST(log__levels_above_the_limit_are_dropped),
		TEST(log__a_long_line_is_cut_not_overrun),
		TEST(log_set_verbose__forces_lines_of_the_places_that_match),
		TEST(log_set_verbose__puts_the_place_before_forced_lines_only),
		TEST(log_set_verbose__takes_what_fits_whole_or_not_at_all),
		TEST(log_relay__leaves_the_choice_to_the_peer_where_places_are_set),
		TEST(log_safe__escapes_every_byte_that_is_not_printable),
		TEST(log_clean__no_two_texts_look_the_same),
		TEST(log_expect_raw__doubles_backslashes_of_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
