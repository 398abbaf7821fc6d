/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/base/log_sink.h"

struct line_case {
	enum log_level level;
	const char *want;
};

static void
log_sink__a_line_on_a_descriptor_is_one_write_with_cr_lf(void **state)
{
	static const struct line_case cases[] = {
		{ LOG_LEVEL_FATAL, "text\r\n" },
		{ LOG_LEVEL_ERROR, "text\r\n" },
		{ LOG_LEVEL_INFO, "text\r\n" },
		{ LOG_LEVEL_VERBOSE, "text\r\n" },
		{ LOG_LEVEL_DEBUG1, "debug1: text\r\n" },
		{ LOG_LEVEL_DEBUG2, "debug2: text\r\n" },
		{ LOG_LEVEL_DEBUG3, "debug3: text\r\n" },
	};
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	log_sink_open(true, fds[1], LOG_AUTH, LOG_LEVEL_DEBUG3);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char got[64] = { 0 };

		log_at(cases[i].level, "%s", "text");
		assert_true(read(fds[0], got, sizeof(got) - 1) > 0);
		assert_string_equal(got, cases[i].want);
	}
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
	close(fds[0]);
	close(fds[1]);
}

static void
log_sink__a_line_feed_from_outside_never_makes_a_second_line(void **state)
{
	char got[64] = { 0 };
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	log_sink_open(true, fds[1], LOG_AUTH, LOG_LEVEL_INFO);
	log_info("%s", "a\r\nb");
	assert_true(read(fds[0], got, sizeof(got) - 1) > 0);
	assert_string_equal(got, "a\\r\\nb\r\n");
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
	close(fds[0]);
	close(fds[1]);
}

static void
log_sink__the_longest_line_is_whole(void **state)
{
	char text[LOG_LINE_MAX], got[2 * LOG_LINE_MAX] = { 0 };
	int fds[2];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(pipe(fds), 0);
	log_sink_open(true, fds[1], LOG_AUTH, LOG_LEVEL_DEBUG3);
	log_debug3("%s", text);
	assert_int_equal(read(fds[0], got, sizeof(got) - 1),
	    strlen("debug3: ") + sizeof(text) - 1 + 2);
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
	close(fds[0]);
	close(fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(log_sink__a_line_on_a_descriptor_is_one_write_with_cr_lf),
		TEST(log_sink__a_line_feed_from_outside_never_makes_a_second_line),
		TEST(log_sink__the_longest_line_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
