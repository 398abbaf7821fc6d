/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <string.h>

#include "lib/base/limits.h"
#include "monitor/dialogue.h"

#define A	"\0\0\0\1a"
#define NUL	"\0\0\0\3x\0y"

static bool
read_answers(struct bytes run, size_t count, bool use, struct secret *answers)
{
	struct err err;

	memset(answers, 0, 4 * sizeof(*answers));
	return dialogue_read_answers(run, count, use, answers, &err);
}

static void
clear(struct secret *answers)
{
	for (int i = 0; i < 4; i++)
		secret_clear(&answers[i]);
}

static void
dialogue__answers_come_out_as_strings(void **state)
{
	struct secret answers[4];

	(void)state;
	assert_true(read_answers(BYTES_LIT(A "\0\0\0\0" "\0\0\0\2bc"), 3,
	    true, answers));
	assert_string_equal((char *)answers[0].p, "a");
	assert_string_equal((char *)answers[1].p, "");
	assert_string_equal((char *)answers[2].p, "bc");
	clear(answers);
}

static void
dialogue__a_wrong_number_is_refused(void **state)
{
	struct secret answers[4];

	(void)state;
	for (size_t count = 0; count < 4; count++) {
		assert_int_equal(read_answers(BYTES_LIT(A A), count, true,
		    answers), count == 2);
		clear(answers);
	}
	assert_false(read_answers(BYTES_LIT(A "\0"), 1, true, answers));
	clear(answers);
	assert_false(read_answers(BYTES_LIT("\377\377\377\377"), 1, true,
	    answers));
	clear(answers);
}

static void
dialogue__who_must_not_get_in_answers_junk(void **state)
{
	struct secret answers[4];

	(void)state;
	assert_true(read_answers(BYTES_LIT(A), 1, false, answers));
	assert_int_equal(strlen((char *)answers[0].p), 1);
	assert_string_not_equal((char *)answers[0].p, "a");
	clear(answers);
}

static void
dialogue__what_no_module_can_take_becomes_junk(void **state)
{
	static uint8_t run[4 + PASSWORD_MAX + 1] = { 0, 0, 4, 1 };
	struct secret answers[4];

	(void)state;
	assert_true(read_answers(BYTES_LIT(NUL), 1, true, answers));
	assert_int_equal(strlen((char *)answers[0].p), 3);
	clear(answers);
	memset(run + 4, 'a', PASSWORD_MAX + 1);
	assert_true(read_answers(bytes_of(run, sizeof(run)), 1, true,
	    answers));
	assert_null(strchr((char *)answers[0].p, 'a'));
	clear(answers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dialogue__answers_come_out_as_strings),
		TEST(dialogue__a_wrong_number_is_refused),
		TEST(dialogue__who_must_not_get_in_answers_junk),
		TEST(dialogue__what_no_module_can_take_becomes_junk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
