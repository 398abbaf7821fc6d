/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdlib.h>

#include "monitor/command.h"

static void
command_split__words_are_those_of_a_shell_without_its_magic(void **state)
{
	static const struct {
		const char *text;
		const char *words[5];
	} rows[] = {
		{ "/bin/x", { "/bin/x" } },
		{ "  /bin/x\t a  b ", { "/bin/x", "a", "b" } },
		{ "x 'a b' \"c d\"", { "x", "a b", "c d" } },
		{ "x a'b c'd", { "x", "ab cd" } },
		{ "x \"\" ''", { "x", "", "" } },
		{ "x a\\ b \\\\ \\\" \\'", { "x", "a b", "\\", "\"", "'" } },
		{ "x \"a\\ b\" 'a\\\"b'", { "x", "a\\ b", "a\"b" } },
		{ "x \\n \\", { "x", "\\n", "\\" } },
		{ "x # $HOME *|;", { "x", "#", "$HOME", "*|;" } },
		{ "", { NULL } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct string_list words;
		struct err err;
		size_t count = 0;

		assert_true(command_split(rows[i].text, &words, &err));
		while (count < 5 && rows[i].words[count] != NULL)
			count++;
		if (words.count != count)
			fail_msg("%s: %zu words", rows[i].text, words.count);
		for (size_t j = 0; j < count; j++)
			assert_string_equal(words.v[j], rows[i].words[j]);
		string_list_clear(&words);
	}
}

static void
command_split__an_open_quote_is_refused(void **state)
{
	static const char *const texts[] = {
		"x 'a", "x \"a", "x a'", "x 'a\\'", "x \"a'",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct string_list words;
		struct err err;

		assert_false(command_split(texts[i], &words, &err));
		assert_int_equal(err.code, ERR_FORMAT);
		assert_int_equal(words.count, 0);
	}
}

static void
command_split__has_a_limit(void **state)
{
	char text[2 * 2000 + 1];
	struct string_list words;
	struct err err;

	(void)state;
	for (size_t i = 0; i < 2000; i++)
		memcpy(text + 2 * i, "a ", 2);
	text[sizeof(text) - 1] = '\0';
	assert_false(command_split(text, &words, &err));
	assert_int_equal(err.code, ERR_RANGE);
}

static void
command_time_limit__leaves_half_of_the_grace_time(void **state)
{
	(void)state;
	assert_int_equal(command_time_limit_ms(0), COMMAND_TIME_MAX_MS);
	assert_int_equal(command_time_limit_ms(1), 500);
	assert_int_equal(command_time_limit_ms(10), 5000);
	assert_int_equal(command_time_limit_ms(120), COMMAND_TIME_MAX_MS);
	assert_int_equal(command_time_limit_ms(UINT32_MAX),
	    COMMAND_TIME_MAX_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    command_split__words_are_those_of_a_shell_without_its_magic),
		TEST(command_split__an_open_quote_is_refused),
		TEST(command_split__has_a_limit),
		TEST(command_time_limit__leaves_half_of_the_grace_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
