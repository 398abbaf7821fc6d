/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

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
	    "user a\\012Accepted password for root\\033[2J\\177");
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

static void
log_safe__escapes_every_byte_that_is_not_printable(void **state)
{
	struct log_safe safe = log_safe(BYTES_LIT("a\0b\r\nc\xff"));

	(void)state;
	assert_string_equal(safe.s, "a\\000b\\015\\012c\\377");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(log__control_characters_never_reach_the_sink),
		TEST(log__levels_above_the_limit_are_dropped),
		TEST(log__a_long_line_is_cut_not_overrun),
		TEST(log_safe__escapes_every_byte_that_is_not_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
