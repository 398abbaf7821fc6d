/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "sshd/session/x11.h"

static void
x11_text_is_safe__takes_letters_digits_and_five_signs(void **state)
{
	static const char *const good[] = {
		"MIT-MAGIC-COOKIE-1", "0123456789abcdef", "a.b:c/d_e-f",
	};
	static const char *const bad[] = {
		"", " ", "a b", "a\nb", "\n", "a;b", "a\"", "$(id)", "`id`",
		"a\tb", "\x80", "a\r", "#", "~", "a=b", "'",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(x11_text_is_safe(bytes_str(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(x11_text_is_safe(bytes_str(bad[i])));
	assert_false(x11_text_is_safe(bytes_of("a\0b", 3)));
	assert_false(x11_text_is_safe(bytes_of("ab", 3)));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(x11_text_is_safe__takes_letters_digits_and_five_signs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
