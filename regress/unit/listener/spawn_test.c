/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "lib/base/fd.h"
#include "regress/unit/listener/scripted_monitor.h"
#include "sshd/listener/spawn.h"

static struct spawner
test_spawner(void)
{
	return (struct spawner){ .log_fd = STDERR_FILENO };
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
signer__gives_public_keys_and_lives_until_nobody_can_ask(void **state)
{
	struct spawner spawner = test_spawner();
	struct snapshot snapshot;
	struct signer signer;
	struct bytes keys;
	uint32_t count = 0;
	struct err err;
	int held, status;
	pid_t pid;

	(void)state;
	scripted_snapshot(&snapshot, "keys");
	assert_true(signer_start(&spawner, &snapshot, &signer, &count, &err));
	assert_int_equal(count, 3);
	assert_true(fd_map(signer.host_keys_fd, 4096, &keys, &err));
	assert_true(bytes_is(keys, SCRIPTED_KEYS));
	/* as a monitor holds it */
	held = dup(signer.service_fd);
	pid = signer.pid;
	signer_clear(&signer);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	close(held);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	snapshot_clear(&snapshot);
}

static void
signer__that_crashes_while_it_starts_is_an_error(void **state)
{
	struct spawner spawner = test_spawner();
	struct snapshot snapshot;
	struct signer signer = SIGNER_NONE;
	uint32_t count = 0;
	struct err err;

	(void)state;
	scripted_snapshot(&snapshot, "keys-crash");
	assert_false(signer_start(&spawner, &snapshot, &signer, &count,
	    &err));
	assert_int_equal(err.code, ERR_CLOSED);
	assert_int_equal(signer.host_keys_fd, -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);	/* reaped */
	snapshot_clear(&snapshot);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(spawn__gives_a_monitor_its_socket_and_nothing_else),
		TEST(spawn__a_program_that_cannot_run_ends_with_127),
		TEST(signer__gives_public_keys_and_lives_until_nobody_can_ask),
		TEST(signer__that_crashes_while_it_starts_is_an_error),
	};

	scripted_monitor_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
