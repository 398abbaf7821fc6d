/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include "sshd/listener/listener.h"

static void
title__shows_the_arguments_and_the_startups(void **state)
{
	char *argv[] = { (char *)"/usr/sbin/sshd", (char *)"-D", NULL };
	char buf[128];

	(void)state;
	listener_title(buf, sizeof(buf), argv, 1, 10, 100);
	assert_string_equal(buf,
	    "/usr/sbin/sshd -D [listener] 1 of 10-100 startups");
}

static void
title__arguments_that_do_not_fit_are_cut(void **state)
{
	char *argv[] = { (char *)"/usr/sbin/sshd", (char *)"-oBanner=none",
	    NULL };
	char buf[20];

	(void)state;
	listener_title(buf, sizeof(buf), argv, 1, 10, 100);
	assert_string_equal(buf, "/usr/sbin/sshd -oBa");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(title__shows_the_arguments_and_the_startups),
		TEST(title__arguments_that_do_not_fit_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
