/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "monitor/tokens.h"

static const struct token tokens[] = {
	{ 'h', "/home/fred" }, { 'u', "fred" }, { 'e', "" },
};

static void
tokens_expand__gives_what_the_manual_says(void **state)
{
	static const struct { const char *text, *want; } rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "%u", "fred" },
		{ "%h/keys", "/home/fred/keys" },
		{ "/keys/%u/%u", "/keys/fred/fred" },
		{ "100%%", "100%" },
		{ "%%u", "%u" },
		{ "a%eb", "ab" },
	};
	char out[64];
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(tokens_expand(rows[i].text, tokens,
		    ARRAY_LEN(tokens), out, sizeof(out), &err));
		assert_string_equal(out, rows[i].want);
	}
}

static void
tokens_expand__an_unknown_sequence_is_an_error(void **state)
{
	static const char *const rows[] = { "%x", "a%", "%U", "%%%" };
	char out[64];
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_false(tokens_expand(rows[i], tokens,
		    ARRAY_LEN(tokens), out, sizeof(out), &err));
		assert_int_equal(err.code, ERR_FORMAT);
	}
}

static void
tokens_expand__what_does_not_fit_is_never_cut(void **state)
{
	char out[16];
	struct err err;

	(void)state;
	for (size_t len = 0; len <= sizeof(out); len++) {
		bool fits = len > strlen("/home/fred/x");

		if (len == 0)
			continue;
		assert_int_equal(tokens_expand("%h/x", tokens,
		    ARRAY_LEN(tokens), out, len, &err), fits);
		if (!fits)
			assert_int_equal(err.code, ERR_RANGE);
	}
}

/* The value of a token is no pattern: a name with % in it stays one. */
static void
tokens_expand__a_value_is_not_expanded_again(void **state)
{
	static const struct token nasty[] = { { 'u', "%h" } };
	char out[16];
	struct err err;

	(void)state;
	assert_true(tokens_expand("%u", nasty, 1, out, sizeof(out), &err));
	assert_string_equal(out, "%h");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tokens_expand__gives_what_the_manual_says),
		TEST(tokens_expand__an_unknown_sequence_is_an_error),
		TEST(tokens_expand__what_does_not_fit_is_never_cut),
		TEST(tokens_expand__a_value_is_not_expanded_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
