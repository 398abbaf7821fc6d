/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "lib/base/fd.h"
#include "regress/unit/listener/scripted_monitor.h"
#include "sshd/listener/host_keys.h"

static struct spawner
test_spawner(void)
{
	return (struct spawner){ .log_fd = STDERR_FILENO };
}

static void
forget_keys(struct snapshot *snapshot)
{
	close(snapshot->host_keys_fd);
	snapshot->host_keys_fd = -1;
}

/* The scripted monitor exits with SCRIPTED_UNHAPPY when its world is wrong. */
static void
spawn__gives_a_monitor_its_socket_and_nothing_else(void **state)
{
	struct spawner spawner = test_spawner();
	struct snapshot snapshot;
	struct ipc_message message;
	struct ipc ipc;
	struct err err;
	int status, open_fd = dup(STDERR_FILENO);	/* not O_CLOEXEC */
	pid_t pid;
	bool got;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	scripted_snapshot(&snapshot, "ready");
	assert_true(spawn_monitor(&spawner, &snapshot, &pid, &ipc, &err));
	assert_true(ipc_recv(&ipc, LIS_STARTING, &message, &got, &err));
	assert_true(got);
	assert_int_equal(message.id, IPC_READY);
	ipc_clear(&ipc);		/* an idle monitor exits */
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(open_fd);
	snapshot_clear(&snapshot);
}

static void
spawn__a_program_that_cannot_run_ends_with_127(void **state)
{
	struct spawner spawner = test_spawner();
	struct snapshot snapshot;
	struct ipc ipc;
	struct err err;
	int status;
	pid_t pid;

	(void)state;
	scripted_snapshot(&snapshot, "ready");
	close(snapshot.programs.fd[PROGRAM_MONITOR]);
	snapshot.programs.fd[PROGRAM_MONITOR] = open("/dev/null",
	    O_PATH | O_CLOEXEC);
	assert_true(spawn_monitor(&spawner, &snapshot, &pid, &ipc, &err));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), SPAWN_EXEC_FAILED);
	ipc_clear(&ipc);
	snapshot_clear(&snapshot);
}

static void
host_keys__come_back_as_a_sealed_file_and_a_count(void **state)
{
	struct spawner spawner = test_spawner();
	struct snapshot snapshot;
	struct bytes keys;
	uint32_t count = 0;
	struct err err;

	(void)state;
	scripted_snapshot(&snapshot, "keys");
	forget_keys(&snapshot);
	assert_true(host_keys_ask(&spawner, &snapshot, &count, &err));
	assert_int_equal(count, 3);
	assert_true(fd_map(snapshot.host_keys_fd, 4096, &keys, &err));
	assert_true(bytes_is(keys, SCRIPTED_KEYS));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);	/* reaped */
	snapshot_clear(&snapshot);
}

static void
host_keys__a_monitor_that_crashes_is_an_error(void **state)
{
	struct spawner spawner = test_spawner();
	struct snapshot snapshot;
	uint32_t count = 0;
	struct err err;

	(void)state;
	scripted_snapshot(&snapshot, "keys-crash");
	forget_keys(&snapshot);
	assert_false(host_keys_ask(&spawner, &snapshot, &count, &err));
	assert_int_equal(err.code, ERR_CLOSED);
	assert_int_equal(snapshot.host_keys_fd, -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	snapshot_clear(&snapshot);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(spawn__gives_a_monitor_its_socket_and_nothing_else),
		TEST(spawn__a_program_that_cannot_run_ends_with_127),
		TEST(host_keys__come_back_as_a_sealed_file_and_a_count),
		TEST(host_keys__a_monitor_that_crashes_is_an_error),
	};

	scripted_monitor_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
