/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/base/compiler.h"
#include "lib/base/pattern.h"

static void
pattern_match__follows_the_wildcards(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} rows[] = {
		{ "", "", true }, { "", "a", false }, { "a", "", false },
		{ "*", "", true }, { "*", "anything", true },
		{ "?", "a", true }, { "?", "", false }, { "?", "ab", false },
		{ "a*c", "abbbc", true }, { "a*c", "abbbd", false },
		{ "*a*b*", "xxaxxbxx", true }, { "*a*b*", "xxbxxaxx", false },
		{ "LC_*", "LC_ALL", true }, { "LC_*", "LANG", false },
		{ "a?c", "abc", true }, { "A", "a", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (pattern_match(rows[i].pattern, bytes_str(rows[i].text)) !=
		    rows[i].matches)
			fail_msg("%s against %s", rows[i].pattern,
			    rows[i].text);
	}
}

static void
pattern_match__many_stars_take_linear_time(void **state)
{
	char text[2048];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_false(pattern_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
	    bytes_of(text, sizeof(text))));
}

static void
pattern_list_match__a_negated_hit_loses(void **state)
{
	static const struct {
		const char *list, *text;
		enum pattern_result result;
	} rows[] = {
		{ "a,b", "b", PATTERN_YES }, { "a,b", "c", PATTERN_NO },
		{ "!a,*", "a", PATTERN_NEGATED }, { "!a,*", "b", PATTERN_YES },
		{ "*,!a", "a", PATTERN_NEGATED }, { "!a", "b", PATTERN_NO },
		{ "", "a", PATTERN_NO }, { "a,,b", "", PATTERN_YES },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (pattern_list_match(bytes_str(rows[i].list),
		    bytes_str(rows[i].text)) != rows[i].result)
			fail_msg("%s against %s", rows[i].list, rows[i].text);
	}
}

static void
name_list_has__compares_whole_names_with_nul(void **state)
{
	(void)state;
	assert_true(name_list_has(bytes_str("ab,cd"), bytes_str("cd")));
	assert_false(name_list_has(bytes_str("ab,cd"), bytes_str("c")));
	assert_false(name_list_has(bytes_str("ab,cd"), BYTES_LIT("ab\0")));
	assert_false(name_list_has(bytes_str("*"), bytes_str("cd")));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(pattern_match__follows_the_wildcards),
		TEST(pattern_match__many_stars_take_linear_time),
		TEST(pattern_list_match__a_negated_hit_loses),
		TEST(name_list_has__compares_whole_names_with_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
