/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <errno.h>

#include "lib/base/compiler.h"
#include "lib/base/name_service.h"

static void
name_service__what_does_not_exist_is_no_failure(void **state)
{
	static const int absent[] = { 0, ENOENT, ESRCH, EBADF, EPERM };
	static const int failed[] = { EAGAIN, EMFILE, ENOMEM, ERANGE };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(absent); i++)
		assert_false(name_service_failed(absent[i]));
	for (size_t i = 0; i < ARRAY_LEN(failed); i++)
		assert_true(name_service_failed(failed[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(name_service__what_does_not_exist_is_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
