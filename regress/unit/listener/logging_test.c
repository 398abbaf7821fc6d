/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include <string.h>

#include "sshd/listener/logging.h"

static void
logging__tokens_of_the_file_name_are_replaced(void **state)
{
	char out[64];

	(void)state;
	assert_true(logging_expand("/var/log/%P.%p", 123, out, sizeof(out)));
	assert_string_equal(out, "/var/log/sshd.123");
	assert_true(logging_expand("%%p-100%%", 9, out, sizeof(out)));
	assert_string_equal(out, "%p-100%");
	assert_true(logging_expand("/plain", 9, out, sizeof(out)));
	assert_string_equal(out, "/plain");
}

static void
logging__unknown_tokens_are_refused(void **state)
{
	static const char *const bad[] = { "/x%", "/x%h", "%u", "%%%" };
	char out[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(logging_expand(bad[i], 1, out, sizeof(out)));
}

static void
logging__a_name_that_does_not_fit_is_refused_not_cut(void **state)
{
	char out[12];

	(void)state;
	assert_true(logging_expand("%p", 12345678901, out, sizeof(out)));
	assert_string_equal(out, "12345678901");
	assert_false(logging_expand("%p", 123456789012, out, sizeof(out)));
	assert_false(logging_expand("/var/log/abc", 1, out, sizeof(out)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(logging__tokens_of_the_file_name_are_replaced),
		TEST(logging__unknown_tokens_are_refused),
		TEST(logging__a_name_that_does_not_fit_is_refused_not_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
