/* SPDX-License-Identifier: ISC */
#include "regress/unit/listener/scripted_monitor.h"

#include "regress/unit/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "lib/base/fd.h"
#include "lib/ipc/ipc.h"
#include "sshd/listener/spawn.h"

/* What the monitor was given. */
struct given {
	struct ipc ipc;
	char script[64];
	struct ipc_message setup;
};

static void
require(bool ok)
{
	if (!ok)
		_exit(SCRIPTED_UNHAPPY);
}

static bool
is_null(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	    st.st_rdev == makedev(1, 3);
}

static bool
holds(int fd, const char *text)
{
	struct bytes content;
	struct err err;

	return fd_map(fd, 4096, &content, &err) && bytes_is(content, text);
}

/* As every helper finds the world, whatever the listener looked like. */
static void
check_world(int argc, char **argv)
{
	struct sigaction action;
	sigset_t mask;
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	require(argc == 2 && strlen(argv[1]) == 160);
	require(is_null(0) && is_null(1) && is_null(2));
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		require(atoi(entry->d_name) <= SPAWN_IPC_FD ||
		    atoi(entry->d_name) == dirfd(dir));
	require(dir != NULL && closedir(dir) == 0);
	require(sigaction(SIGPIPE, NULL, &action) == 0 &&
	    action.sa_handler == SIG_DFL);
	require(sigprocmask(SIG_SETMASK, NULL, &mask) == 0 &&
	    !sigismember(&mask, SIGCHLD) && !sigismember(&mask, SIGTERM));
	require(getsid(0) == getpid());
}

static void
recv_setup(struct given *given)
{
	struct bytes script;
	struct err err;
	bool got;

	ipc_init(&given->ipc, SPAWN_IPC_FD, LISTENER_TO_MONITOR);
	require(ipc_recv(&given->ipc, MON_START, &given->setup, &got, &err) &&
	    got && given->setup.id == IPC_SETUP &&
	    given->setup.fd_count == 6);
	require(bytes_is(given->setup.u.SETUP.net_filter, SCRIPTED_FILTER));
	require(fd_map(given->setup.fds[0], 64, &script, &err) &&
	    bytes_to_str(script, given->script, sizeof(given->script)));
}

static void
send_plain(struct given *given, enum ipc_id id)
{
	const union ipc_any empty = { .AUTHENTICATED = { .user = { 0 } } };
	struct err err;

	require(ipc_send(&given->ipc, id, &empty, &err));
}

/* Waits for the next message, or for the listener to hang up: then exits. */
static void
wait_for(struct given *given, enum ipc_id id, struct ipc_message *message)
{
	struct err err;
	bool got;

	if (!ipc_recv(&given->ipc, MON_WARM, message, &got, &err))
		_exit(err.code == ERR_CLOSED ? 0 : SCRIPTED_UNHAPPY);
	require(got && message->id == id);
}

static void
take_connection(struct given *given)
{
	struct ipc_message message;
	ssize_t n;

	wait_for(given, IPC_CONNECTION, &message);
	require(message.fd_count == 1);
	n = write(message.fds[0], SCRIPTED_HELLO, strlen(SCRIPTED_HELLO));
	require(n == (ssize_t)strlen(SCRIPTED_HELLO));
}

/* Tells of a network process that has ended. */
static void
lose_net(struct given *given)
{
	static const struct ipc_CHECKING message;
	struct err err;
	pid_t net = fork();
	int net_fd;

	if (net == 0)
		_exit(0);
	require(net != -1 && (net_fd = pidfd_open(net, 0)) != -1);
	require(ipc_send_fds(&given->ipc, IPC_CHECKING, &message, &net_fd, 1,
	    &err));
}

static void
play(struct given *given)
{
	struct ipc_message message;

	if (strcmp(given->script, "die-at-start") == 0)
		_exit(1);
	require(holds(given->setup.fds[1], SCRIPTED_KEYS));
	if (strcmp(given->script, "late") != 0)
		send_plain(given, IPC_READY);
	if (strcmp(given->script, "impatient") == 0)
		send_plain(given, IPC_AUTHENTICATED);
	take_connection(given);
	if (strcmp(given->script, "late") == 0)
		send_plain(given, IPC_READY);
	if (strcmp(given->script, "grace") == 0)
		raise(SIGALRM);
	if (strcmp(given->script, "blocked") == 0 ||
	    strcmp(given->script, "delayed") == 0)
		lose_net(given);
	if (strcmp(given->script, "blocked") == 0)
		(void)pause();
	send_plain(given, IPC_AUTHENTICATED);
	wait_for(given, IPC_COUNT, &message);
}

/* ---- the signer ---------------------------------------------------------- */

/* The same program: its first message says what it is to be. */
static bool
is_signer(void)
{
	uint8_t first = 0;

	require(recv(SPAWN_IPC_FD, &first, 1, MSG_PEEK) == 1);
	return first == IPC_SIGNER_SETUP;
}

static void
send_host_keys(struct ipc *ipc)
{
	const struct ipc_HOST_KEYS answer = { .count = 3 };
	struct err err;
	int fd;

	require(fd_seal_bytes("keys", BYTES_LIT(SCRIPTED_KEYS), &fd, &err));
	require(ipc_send_fds(ipc, IPC_HOST_KEYS, &answer, &fd, 1, &err));
}

/* Until nobody has the other end of the service any more. */
static void
wait_for_end(int service_fd)
{
	char byte;

	require(read(service_fd, &byte, 1) == 0);
}

static void
play_signer(void)
{
	static const struct ipc_SIGNER_HURT hurt = { .signal = SIGSEGV };
	struct ipc_message setup;
	struct bytes script;
	struct ipc ipc;
	struct err err;
	bool got;

	ipc_init(&ipc, SPAWN_IPC_FD, LISTENER_TO_SIGNER);
	require(ipc_recv(&ipc, SIG_START, &setup, &got, &err) && got &&
	    setup.fd_count == 3 && fd_map(setup.fds[0], 64, &script, &err));
	if (bytes_is(script, "keys-crash"))
		abort();
	if (bytes_is(script, "signer-slow"))
		(void)pause();
	send_host_keys(&ipc);
	if (bytes_is(script, "signer-dies"))
		_exit(1);
	if (bytes_is(script, "signer-hurt"))
		require(ipc_send(&ipc, IPC_SIGNER_HURT, &hurt, &err));
	wait_for_end(setup.fds[1]);
}

void
scripted_monitor_main(int argc, char **argv)
{
	struct given given;

	if (argc < 1 || strcmp(argv[0], "sshd: startup") != 0)
		return;
	check_world(argc, argv);
	if (is_signer())
		play_signer();
	else {
		recv_setup(&given);
		play(&given);
	}
	_exit(0);
}

void
scripted_snapshot(struct snapshot *snapshot, const char *script)
{
	struct err err;

	*snapshot = SNAPSHOT_NONE;
	assert_true(fd_seal_bytes("config", bytes_str(script),
	    &snapshot->config_fd, &err));
	assert_true(fd_seal_bytes("keys", BYTES_LIT(SCRIPTED_KEYS),
	    &snapshot->signer.host_keys_fd, &err));
	/* nobody serves; nobody asks */
	snapshot->signer.service_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_not_equal(snapshot->signer.service_fd, -1);
	for (size_t i = 0; i < PROGRAM_COUNT; i++) {
		snapshot->programs.fd[i] = open("/proc/self/exe",
		    O_PATH | O_CLOEXEC);
		assert_int_not_equal(snapshot->programs.fd[i], -1);
	}
	snapshot->net_filter = (uint8_t *)strdup(SCRIPTED_FILTER);
	assert_non_null(snapshot->net_filter);
	snapshot->net_filter_len = strlen(SCRIPTED_FILTER);
}
