/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/base/fd.h"
#include "sshd/listener/handover.h"

#define NEW_PROGRAM	"the new program"
#define OPEN_PID	1234567		/* of a child; never looked up */
#define GROWTH		4294967295u
#define GRACE_ENDS_MS	4294967296000ll
#define IDLE_PID	1234568

static void
require(bool ok, int code)
{
	if (!ok)
		_exit(code);
}

static bool
is_listening(int fd)
{
	int on = 0;
	socklen_t len = sizeof(on);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 &&
	    on != 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC;
}

/* What the program finds that was executed by handover_exec(). */
static void
new_program(void)
{
	struct listener listener = { .signal_fd = -1 };
	const struct child *child;
	struct err err;
	int fd = handover_find();

	require(fd != -1, 10);
	require(handover_find() == -1, 11);	/* found once only */
	require(loop_init(&listener.loop, &clock_system, &err), 12);
	require(handover_restore(&listener, fd, &err), 13);
	require(listener.accepted == 5000000000, 14);
	require(strcmp(listener.start_dir, "/var/a place") == 0, 15);
	require(strcmp(listener.pid_file, "/run/x.pid") == 0, 16);
	require(strcmp(listener.spawner.oom_score_adj, "-17") == 0, 17);
	require(listener.sockets.count == 1 &&
	    is_listening(listener.sockets.v[0]->fd), 18);
	require(children_startups(&listener.children) == 1, 19);
	child = children_find(&listener.children, OPEN_PID);
	require(child != NULL && strcmp(child->remote, "192.0.2.7") == 0 &&
	    strcmp(child->local, "2001:db8::1") == 0, 20);
	require(child->ipc.fd != -1 && child->ipc.watch.active &&
	    fcntl(child->ipc.fd, F_GETFD) == FD_CLOEXEC, 21);
	require(child->window_growth == GROWTH && child->grace_ends_ms ==
	    GRACE_ENDS_MS && listener.children.window_growth == GROWTH, 23);
	child = children_find(&listener.children, IDLE_PID);
	require(child != NULL && child->ipc.fd == -1 && child->discarded, 22);
	_exit(0);
}

static void
add_socket(struct listener *listener)
{
	struct conf_listen local = { .address_len = sizeof(struct sockaddr_in) };
	const struct conf_listens wanted = { &local, 1 };
	struct sockaddr_in in = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	memcpy(&local.address, &in, sizeof(in));
	require(sockets_change(&listener->sockets, &listener->loop, &wanted),
	    30);
}

static void
add_children(struct listener *listener)
{
	struct ipc ipc;
	struct child *child;
	struct err err;
	int pair[2];

	require(ipc_pair(pair, &err), 31);
	ipc_init(&ipc, pair[0], MONITOR_TO_LISTENER);
	child = children_add(&listener->children, OPEN_PID, &ipc);
	children_set_state(&listener->children, child, CHILD_SERVING);
	strcpy(child->remote, "192.0.2.7");
	strcpy(child->local, "2001:db8::1");
	child->window_growth = GROWTH;
	child->grace_ends_ms = GRACE_ENDS_MS;
	ipc_init(&ipc, -1, MONITOR_TO_LISTENER);
	require(children_add(&listener->children, IDLE_PID, &ipc) != NULL, 32);
}

static void
old_program(void)
{
	char *argv[] = { (char *)NEW_PROGRAM, NULL };
	struct listener listener = {
		.argc = 1, .argv = argv, .accepted = 5000000000,
		.start_dir = "/var/a place", .pid_file = "/run/x.pid",
		.spawner.oom_score_adj = "-17",
	};
	struct err err;
	int binary = open("/proc/self/exe", O_PATH | O_CLOEXEC);

	require(loop_init(&listener.loop, &clock_system, &err), 33);
	add_socket(&listener);
	add_children(&listener);
	(void)handover_exec(&listener, binary, &err);
	_exit(34);
}

static void
handover__the_new_program_has_sockets_and_connections(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if ((pid = fork()) == 0)
		old_program();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
handover__a_program_that_cannot_run_changes_nothing(void **state)
{
	char *argv[] = { (char *)"x", NULL };
	struct listener listener = { .argc = 1, .argv = argv };
	struct err err;
	int fd = open("/dev/null", O_PATH | O_CLOEXEC);

	(void)state;
	assert_true(loop_init(&listener.loop, &clock_system, &err));
	add_socket(&listener);
	assert_false(handover_exec(&listener, fd, &err));
	assert_int_equal(err.sys, EACCES);
	assert_true(is_listening(listener.sockets.v[0]->fd));
	assert_int_equal(handover_find(), -1);
	sockets_clear(&listener.sockets, &listener.loop);
	loop_clear(&listener.loop);
	close(fd);
}

static void
handover__a_variable_that_anyone_could_set_is_not_believed(void **state)
{
	static const char *const values[] = {
		"", "x", "-1", "0", "2", "999999", "99999999999999999999",
	};
	struct err err;
	char value[16];
	int fd;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		setenv("POSTERN_LISTENER_STATE", values[i], 1);
		assert_int_equal(handover_find(), -1);
		assert_null(getenv("POSTERN_LISTENER_STATE"));
	}
	/* sealed, but of another process */
	assert_true(fd_seal_bytes("x", BYTES_LIT("postern-listener 1\n"), &fd,
	    &err));
	snprintf(value, sizeof(value), "%d", fd);
	setenv("POSTERN_LISTENER_STATE", value, 1);
	assert_int_equal(handover_find(), -1);
	close(fd);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(handover__the_new_program_has_sockets_and_connections),
		TEST(handover__a_program_that_cannot_run_changes_nothing),
		TEST(handover__a_variable_that_anyone_could_set_is_not_believed),
	};

	if (argc == 1 && strcmp(argv[0], NEW_PROGRAM) == 0)
		new_program();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
