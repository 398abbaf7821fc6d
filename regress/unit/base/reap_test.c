/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/compiler.h"
#include "lib/base/reap.h"

struct seen {
	pid_t pids[3];
	bool ended[3];
	int others;
};

static void
see(void *arg, pid_t pid, int status)
{
	struct seen *seen = arg;

	for (int i = 0; i < 3; i++) {
		if (seen->pids[i] == pid && WIFEXITED(status) &&
		    WEXITSTATUS(status) == i) {
			seen->ended[i] = true;
			return;
		}
	}
	seen->others++;
}

/* Has it ended? It stays to be reaped. */
static void
await(pid_t pid)
{
	siginfo_t info;

	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT),
	    0);
}

static void
reap__tells_of_each_that_has_ended_and_waits_for_none(void **state)
{
	struct seen seen = { 0 };
	int hold[2];
	pid_t alive;
	char c;

	(void)state;
	assert_int_equal(pipe(hold), 0);
	if ((alive = fork()) == 0) {
		close(hold[1]);
		_exit(read(hold[0], &c, 1) == 0 ? 7 : 1);
	}
	for (int i = 0; i < 3; i++) {
		if ((seen.pids[i] = fork()) == 0)
			_exit(i);
		await(seen.pids[i]);
	}
	reap_ended(see, &seen);
	for (int i = 0; i < 3; i++)
		assert_true(seen.ended[i]);
	assert_int_equal(seen.others, 0);
	close(hold[0]);
	close(hold[1]);
	assert_int_equal(WEXITSTATUS(reap_wait(alive)), 7);
	assert_int_equal(reap_wait(alive), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reap__tells_of_each_that_has_ended_and_waits_for_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
