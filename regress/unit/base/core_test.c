/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/compiler.h"
#include "lib/base/core.h"

struct core_case {
	enum core_limit limit;
	bool soft_is_kept, hard_is_kept;
};

static bool
holds(const struct core_case *c)
{
	struct rlimit before, after;
	struct err err;

	if (getrlimit(RLIMIT_CORE, &before) == -1)
		return false;
	before.rlim_cur = before.rlim_max;
	return setrlimit(RLIMIT_CORE, &before) == 0 &&
	    core_forbid(c->limit, &err) &&
	    prctl(PR_GET_DUMPABLE) == 0 &&
	    getrlimit(RLIMIT_CORE, &after) == 0 &&
	    after.rlim_cur == (c->soft_is_kept ? before.rlim_cur : 0) &&
	    after.rlim_max == (c->hard_is_kept ? before.rlim_max : 0);
}

/* In a process of its own: lowering is for good. */
static void
core__each_limit_is_lowered_as_far_as_was_asked(void **state)
{
	static const struct core_case cases[] = {
		{ CORE_LIMIT_KEPT, true, true },
		{ CORE_LIMIT_SOFT, false, true },
		{ CORE_LIMIT_HARD, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			_exit(holds(&cases[i]) ? 0 : 1);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(core__each_limit_is_lowered_as_far_as_was_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
