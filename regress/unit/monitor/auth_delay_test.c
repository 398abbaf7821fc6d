/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "lib/base/compiler.h"
#include "monitor/auth_delay.h"

#define MS	1000000LL

static void
auth_delay_left__fills_up_to_a_multiple_of_the_users_time(void **state)
{
	static const struct { int64_t user_ns, elapsed_ns, want; } rows[] = {
		{ 6 * MS, 0, 6 * MS },
		{ 6 * MS, 2 * MS, 4 * MS },
		{ 6 * MS, 6 * MS, 0 },
		{ 6 * MS, 7 * MS, 5 * MS },	/* 12 */
		{ 6 * MS, 13 * MS, 11 * MS },	/* 24 */
		{ 6 * MS, 5001 * MS, 0 },	/* at most five seconds */
		{ 6 * MS, 4000 * MS, 1000 * MS },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_true(auth_delay_left(rows[i].user_ns,
		    rows[i].elapsed_ns) == rows[i].want);
}

static void
auth_delay_of_user__is_stable_and_depends_on_the_secret(void **state)
{
	int64_t ns = auth_delay_of_user(BYTES_LIT("secret"), "fred");

	(void)state;
	assert_true(ns >= AUTH_DELAY_MIN_NS);
	assert_true(ns <= AUTH_DELAY_MIN_NS + AUTH_DELAY_SPREAD_NS);
	assert_true(ns == auth_delay_of_user(BYTES_LIT("secret"), "fred"));
	assert_true(ns != auth_delay_of_user(BYTES_LIT("secret"), "wilma"));
	assert_true(ns != auth_delay_of_user(BYTES_LIT("other"), "fred"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(auth_delay_left__fills_up_to_a_multiple_of_the_users_time),
		TEST(auth_delay_of_user__is_stable_and_depends_on_the_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
