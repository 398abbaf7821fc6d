/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/base/compiler.h"
#include "lib/base/text.h"

static void
text_is_in__knows_the_bytes_of_the_set_only(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		bool blank = c == ' ' || c == '\t';

		assert_int_equal(text_is_in((uint8_t)c, TEXT_BLANK), blank);
		assert_int_equal(text_is_in((uint8_t)c, TEXT_BLANK_CR),
		    blank || c == '\r');
		assert_int_equal(text_is_in((uint8_t)c, TEXT_SPACE),
		    blank || c == '\r' || c == '\n');
	}
}

static void
text_trim__takes_off_both_ends(void **state)
{
	static const struct {
		const char *text, *skipped, *ended, *trimmed;
		uint64_t set;
	} rows[] = {
		{ "", "", "", "", TEXT_BLANK },
		{ " \t ", "", "", "", TEXT_BLANK },
		{ "a", "a", "a", "a", TEXT_BLANK },
		{ "\t a b \t", "a b \t", "\t a b", "a b", TEXT_BLANK },
		{ " a\r", "a\r", " a\r", "a\r", TEXT_BLANK },
		{ "\ra \r", "a \r", "\ra", "a", TEXT_BLANK_CR },
		{ "\n a\n", "\n a\n", "\n a\n", "\n a\n", TEXT_BLANK_CR },
		{ "\n a\n", "a\n", "\n a", "a", TEXT_SPACE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes text = bytes_str(rows[i].text);

		if (!bytes_is(text_skip(text, rows[i].set), rows[i].skipped))
			fail_msg("skip row %zu", i);
		if (!bytes_is(text_trim_end(text, rows[i].set), rows[i].ended))
			fail_msg("trim_end row %zu", i);
		if (!bytes_is(text_trim(text, rows[i].set), rows[i].trimmed))
			fail_msg("trim row %zu", i);
	}
	assert_int_equal(text_trim((struct bytes){ 0 }, TEXT_BLANK).len, 0);
}

static void
text_take_word__goes_to_the_next_word(void **state)
{
	struct bytes text = bytes_str(" one\ttwo\r  three ");
	struct bytes nothing = { 0 };

	(void)state;
	assert_true(bytes_is(text_take_word(&text, TEXT_BLANK), "one"));
	assert_true(bytes_is(text, "two\r  three "));
	assert_true(bytes_is(text_take_word(&text, TEXT_BLANK_CR), "two"));
	assert_true(bytes_is(text_take_word(&text, TEXT_BLANK), "three"));
	assert_int_equal(text.len, 0);
	assert_int_equal(text_take_word(&text, TEXT_BLANK).len, 0);
	assert_int_equal(text_take_word(&nothing, TEXT_BLANK).len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(text_is_in__knows_the_bytes_of_the_set_only),
		TEST(text_trim__takes_off_both_ends),
		TEST(text_take_word__goes_to_the_next_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
