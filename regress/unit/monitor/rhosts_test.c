/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <string.h>

#include "monitor/rhosts.h"

static enum rhosts_verdict
judge(struct bytes line)
{
	const struct rhosts_query query = {
		.host = "client.example.org", .address = "192.0.2.7",
		.client_user = "alice", .server_user = "bob",
	};

	return rhosts_line_judge(line, &query);
}

static void
rhosts_line__says_yes_no_or_nothing(void **state)
{
	static const struct {
		const char *line;
		enum rhosts_verdict want;
	} rows[] = {
		{ "client.example.org alice", RHOSTS_YES },
		{ "  client.example.org\t\talice \r", RHOSTS_YES },
		{ "CLIENT.example.org alice", RHOSTS_YES },
		{ "192.0.2.7 alice", RHOSTS_YES },
		{ "+client.example.org +alice", RHOSTS_YES },
		{ "-client.example.org alice", RHOSTS_NO },
		{ "client.example.org -alice", RHOSTS_NO },
		{ "-192.0.2.7 -alice", RHOSTS_NO },
		/* without a user: one of the same name, bob */
		{ "client.example.org", RHOSTS_NONE },
		{ "client.example.org Alice", RHOSTS_NONE },
		{ "192.0.2.77 alice", RHOSTS_NONE },
		{ "client.example.org. alice", RHOSTS_NONE },
		{ "*.example.org alice", RHOSTS_NONE },
		{ "+ alice", RHOSTS_NONE }, { "+ +", RHOSTS_NONE },
		{ "- alice", RHOSTS_NONE }, { "+", RHOSTS_NONE },
		{ "client.example.org +", RHOSTS_NONE },
		{ "client.example.org -", RHOSTS_NONE },
		{ "client.example.org alice more", RHOSTS_NONE },
		{ "# client.example.org alice", RHOSTS_NONE },
		{ "#client.example.org alice", RHOSTS_NONE },
		{ "NO_PLUS", RHOSTS_NONE }, { "", RHOSTS_NONE },
		{ " \t ", RHOSTS_NONE }, { "@", RHOSTS_NONE },
		{ "client.example.org @no-such-group", RHOSTS_NONE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (judge(bytes_str(rows[i].line)) != rows[i].want)
			fail_msg("%s", rows[i].line);
	}
}

static void
rhosts_line__with_a_nul_says_nothing(void **state)
{
	(void)state;
	assert_int_equal(judge(BYTES_LIT("client.example.org alice\0")),
	    RHOSTS_NONE);
}

static void
rhosts_line__longer_than_its_limit_says_nothing(void **state)
{
	char line[RHOSTS_LINE_MAX + 1];
	const char *end = "client.example.org alice";

	(void)state;
	memset(line, ' ', sizeof(line));
	memcpy(line + RHOSTS_LINE_MAX - strlen(end), end, strlen(end));
	assert_int_equal(judge(bytes_of(line, RHOSTS_LINE_MAX)), RHOSTS_YES);
	assert_int_equal(judge(bytes_of(line, RHOSTS_LINE_MAX + 1)),
	    RHOSTS_NONE);
}

static void
rhosts_line__every_truncation_says_nothing(void **state)
{
	const struct bytes line = BYTES_LIT("client.example.org alice");

	(void)state;
	for (size_t n = 0; n < line.len; n++)
		assert_int_equal(judge(bytes_of(line.p, n)), RHOSTS_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rhosts_line__says_yes_no_or_nothing),
		TEST(rhosts_line__with_a_nul_says_nothing),
		TEST(rhosts_line__longer_than_its_limit_says_nothing),
		TEST(rhosts_line__every_truncation_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
