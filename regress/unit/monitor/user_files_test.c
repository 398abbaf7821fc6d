/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <string.h>

#include "monitor/user_files.h"

static void
check_path(const char *word, const char *name, bool exists, const char *want)
{
	char user_name[64], home[] = "/home/fred", path[128];
	struct user user = { .name = user_name, .home = home, .uid = 7,
		.exists = exists };
	struct err err;

	strcpy(user_name, name);
	assert_true(user_file_path(word, &user, path, sizeof(path), &err));
	assert_string_equal(path, want);
}

static void
user_file_path__follows_the_account(void **state)
{
	(void)state;
	check_path(".ssh/authorized_keys", "fred", true,
	    "/home/fred/.ssh/authorized_keys");
	check_path("/etc/keys/%u", "fred", true, "/etc/keys/fred");
	check_path("%h/%U/100%%", "fred", true, "/home/fred/7/100%");
}

static void
user_file_path__has_no_wildcards_of_the_account(void **state)
{
	(void)state;
	/* a plain path is opened as it is */
	check_path("/etc/keys/%u", "UNI\\eve", true, "/etc/keys/UNI\\eve");
	check_path("/etc/keys/%u", "*", true, "/etc/keys/*");
	/* in a pattern, what stands for a token is quoted */
	check_path("/etc/keys/%u.*", "UNI\\[e]?", true,
	    "/etc/keys/UNI\\\\\\[e]\\?.*");
	check_path(".ssh/k?y", "fred", true, "/home/fred/.ssh/k?y");
}

static void
user_file_path__a_name_that_is_too_long_is_refused(void **state)
{
	static char name[2 * 4096];
	char home[] = "/home/fred", path[8192];
	struct user user = { .name = name, .home = home, .exists = true };
	struct err err;

	(void)state;
	memset(name, '*', sizeof(name) - 1);
	assert_false(user_file_path("/etc/keys/%u", &user, path, sizeof(path),
	    &err));
	assert_int_equal(err.code, ERR_RANGE);
}

static void
user_file_path__holds_nothing_that_a_stranger_chose(void **state)
{
	static const char *const names[] = {
		"../../root/.ssh/authorized_keys", "*", "mallory", "",
	};
	char user_name[64], home[] = "/nonexistent", path[128];
	struct user user = { .name = user_name, .home = home };
	char first[128] = "";
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		strcpy(user_name, names[i]);
		assert_true(user_file_path("/etc/keys/%u", &user, path,
		    sizeof(path), &err));
		if (i == 0)
			strcpy(first, path);
		assert_string_equal(path, first);
	}
	assert_null(strstr(first, ".."));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(user_file_path__follows_the_account),
		TEST(user_file_path__has_no_wildcards_of_the_account),
		TEST(user_file_path__a_name_that_is_too_long_is_refused),
		TEST(user_file_path__holds_nothing_that_a_stranger_chose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
