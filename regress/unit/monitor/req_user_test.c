/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <string.h>

#include "monitor/access.h"
#include "monitor/req_log.h"
#include "monitor/req_user.h"
#include "monitor/user.h"

static struct user
find(const char *sent, size_t len, uid_t own_uid)
{
	struct user user;
	struct err err;

	assert_true(user_find(&user, bytes_of(sent, len), own_uid, &err));
	return user;
}

static void
user_find__gives_a_stand_in_for_whom_there_is_not(void **state)
{
	static const struct { const char *sent; size_t len; } rows[] = {
		{ "no such user", 12 }, { "", 0 }, { ":root", 5 },
		{ "root\0x", 6 }, { "\0", 1 }, { "root\0:style", 11 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct user user = find(rows[i].sent, rows[i].len, (uid_t)-1);

		assert_false(user.exists);
		assert_false(user.valid);
		assert_int_not_equal(user.uid, 0);
		assert_non_null(user.home);
		assert_non_null(user.shell);
		assert_int_equal(user.sent_len, rows[i].len);
		user_clear(&user);
	}
}

static void
user_find__a_style_is_no_part_of_the_name(void **state)
{
	struct user user = find("root:style:x", 12, (uid_t)-1);

	(void)state;
	assert_true(user.exists);
	assert_string_equal(user.name, "root");
	assert_int_equal(user.sent_len, 12);
	assert_memory_equal(user.sent, "root:style:x", 12);
	user_clear(&user);
}

static void
user_find__an_ordinary_user_serves_only_himself(void **state)
{
	struct user user = find("root", 4, 1);

	(void)state;
	assert_false(user.exists);
	user_clear(&user);
	user = find("root", 4, 0);
	assert_true(user.exists);
	user_clear(&user);
}

static void
access_user_matches__user_and_hosts(void **state)
{
	static const struct { const char *word; bool want; } rows[] = {
		{ "fred", true }, { "fr*", true }, { "wilma", false },
		{ "Fred", false }, { "fred@192.0.2.7", true },
		{ "fred@192.0.2.0/24", true }, { "fred@10.0.0.1", false },
		{ "*@!192.0.2.7,*", false }, { "wilma@*", false },
		{ "fred@192.0.2.*", true }, { "@192.0.2.7", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (access_user_matches(rows[i].word, "fred", "192.0.2.7",
		    "192.0.2.7") != rows[i].want)
			fail_msg("%s", rows[i].word);
	}
}

static void
access_user_matches__a_host_with_a_name(void **state)
{
	static const struct { const char *word; bool want; } rows[] = {
		{ "fred@*.example.org", true }, { "fred@*.Example.ORG", true },
		{ "fred@192.0.2.7", true }, { "fred@*.example.net", false },
		{ "fred@192.0.2.7,!A.example.org", false },
		{ "fred@!192.0.2.7,*.example.org", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (access_user_matches(rows[i].word, "fred", "a.example.org",
		    "192.0.2.7") != rows[i].want)
			fail_msg("%s", rows[i].word);
	}
}

static void
access_root_allowed__by_method_and_command(void **state)
{
	static const struct {
		enum conf_root_login policy;
		const char *method;
		bool command, want;
	} rows[] = {
		{ ROOT_LOGIN_YES, "password", false, true },
		{ ROOT_LOGIN_NO, "publickey", true, false },
		{ ROOT_LOGIN_PROHIBIT_PASSWORD, "publickey", false, true },
		{ ROOT_LOGIN_PROHIBIT_PASSWORD, "password", false, false },
		{ ROOT_LOGIN_PROHIBIT_PASSWORD, "keyboard-interactive", false,
		    false },
		{ ROOT_LOGIN_FORCED_COMMANDS_ONLY, "publickey", false, false },
		{ ROOT_LOGIN_FORCED_COMMANDS_ONLY, "publickey", true, true },
	};
	struct peer peer;

	(void)state;
	peer_init(&peer);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct conf conf = { .permit_root_login =
		    rows[i].policy };

		assert_int_equal(access_root_allowed(&conf, rows[i].method,
		    rows[i].command, &peer), rows[i].want);
	}
}

static void
log_line_mark_invalid__only_lines_about_that_user(void **state)
{
	static const struct { const char *user, *line, *want; } rows[] = {
		{ "fred", "Connection closed by authenticating user fred "
		    "1.2.3.4 port 5", "Connection closed by invalid user "
		    "fred 1.2.3.4 port 5" },
		{ "fred", "Connection closed by authenticating user wilma "
		    "1.2.3.4", NULL },
		{ "fred", "Connection closed by 1.2.3.4 port 5", NULL },
		{ "fred", "", NULL },
		{ "", "closed by authenticating user  1.2.3.4 port 5",
		    "closed by invalid user  1.2.3.4 port 5" },
		/* lines have names cleaned */
		{ "fr\344d\n", "closed by authenticating user "
		    "fr\\344d\\n 1.2.3.4", "closed by invalid user "
		    "fr\\344d\\n 1.2.3.4" },
	};
	char out[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool marked = log_line_mark_invalid(bytes_str(rows[i].line),
		    bytes_str(rows[i].user), out, sizeof(out));

		assert_int_equal(marked, rows[i].want != NULL);
		if (marked)
			assert_string_equal(out, rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(user_find__gives_a_stand_in_for_whom_there_is_not),
		TEST(user_find__a_style_is_no_part_of_the_name),
		TEST(user_find__an_ordinary_user_serves_only_himself),
		TEST(access_user_matches__user_and_hosts),
		TEST(access_user_matches__a_host_with_a_name),
		TEST(access_root_allowed__by_method_and_command),
		TEST(log_line_mark_invalid__only_lines_about_that_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
