/* SPDX-License-Identifier: ISC */
#include "sshd/listener/spawn.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "sshd/listener/oom.h"

#define TITLE_ROOM	160	/* bytes that lib/base/title may write over */

extern char **environ;

/* Descriptors 0 and 1 always, 2 unless kept. */
static bool
null_standard(bool keep_stderr, struct err *err)
{
	int last = keep_stderr ? STDOUT_FILENO : STDERR_FILENO;
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool ok = true;

	if (fd == -1)
		return err_sys(err, "open /dev/null");
	for (int to = STDIN_FILENO; ok && to <= last; to++)
		ok = fd_inherit_as(fd, to, err);
	if (fd > STDERR_FILENO)
		close(fd);
	return ok;
}

bool
spawn_become(int program_fd, int ipc_fd, bool keep_stderr, struct err *err)
{
	char name[] = "sshd: startup", room[TITLE_ROOM + 1];
	char *argv[] = { name, room, NULL };
	sigset_t none;

	memset(room, ' ', TITLE_ROOM);
	room[TITLE_ROOM] = '\0';
	/* neither the program nor the socket may be in the way of 0 to 3 */
	if ((program_fd = fcntl(program_fd, F_DUPFD_CLOEXEC,
	    SPAWN_IPC_FD + 1)) == -1 ||
	    (ipc_fd = fcntl(ipc_fd, F_DUPFD_CLOEXEC, SPAWN_IPC_FD + 1)) == -1)
		return err_sys(err, "dup");
	if (!null_standard(keep_stderr, err) ||
	    !fd_inherit_as(ipc_fd, SPAWN_IPC_FD, err))
		return false;
	(void)close_range(SPAWN_IPC_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execveat(program_fd, "", argv, environ, AT_EMPTY_PATH);
	return err_sys(err, "execveat");
}

static NORETURN void
run_child(const struct spawner *spawner, int program_fd, int ipc_fd)
{
	struct err err;

	/* the terminal's signals are for the listener only */
	(void)setsid();
	oom_restore(spawner->oom_score_adj);
	(void)spawn_become(program_fd, ipc_fd, spawner->keep_stderr, &err);
	log_error("start of a process: %s: %s", err.what, err_text(&err));
	_exit(SPAWN_EXEC_FAILED);
}

static MUST_CHECK bool
start_child(const struct spawner *spawner, int program_fd, int ipc_fd,
    pid_t *pid_out, struct err *err)
{
	pid_t pid = fork();

	if (pid == 0)
		run_child(spawner, program_fd, ipc_fd);
	if (pid == -1)
		return err_sys(err, "fork");
	*pid_out = pid;
	return true;
}

bool
spawn_send_setup(const struct spawner *spawner,
    const struct snapshot *snapshot, struct ipc *ipc, struct err *err)
{
	const struct ipc_SETUP setup = {
		.flags = spawner->setup_flags,
		.debug_level = spawner->debug_level,
		.net_filter = bytes_of(snapshot->net_filter,
		    snapshot->net_filter_len),
	};
	const int fds[] = {
		snapshot->config_fd,
		snapshot->signer.host_keys_fd,
		snapshot->signer.service_fd,
		snapshot->programs.fd[PROGRAM_NET],
		snapshot->programs.fd[PROGRAM_SESSION],
		spawner->log_fd,
	};

	return ipc_send_fds(ipc, IPC_SETUP, &setup, fds, ARRAY_LEN(fds), err);
}

bool
spawn_monitor(const struct spawner *spawner, const struct snapshot *snapshot,
    pid_t *pid, struct ipc *ipc, struct err *err)
{
	int fds[2];
	bool ok;

	if (!ipc_pair(fds, err))
		return false;
	ipc_init(ipc, fds[0], MONITOR_TO_LISTENER);
	/* sent first: the child finds it waiting */
	ok = spawn_send_setup(spawner, snapshot, ipc, err) &&
	    start_child(spawner, snapshot->programs.fd[PROGRAM_MONITOR],
	    fds[1], pid, err);
	close(fds[1]);
	if (!ok)
		ipc_clear(ipc);
	return ok;
}

static MUST_CHECK bool
send_signer_setup(const struct spawner *spawner,
    const struct snapshot *snapshot, struct ipc *ipc, int service_fd,
    struct err *err)
{
	const struct ipc_SIGNER_SETUP setup = {
		.flags = spawner->setup_flags,
		.debug_level = spawner->debug_level,
		.filter = bytes_of(snapshot->signer_filter,
		    snapshot->signer_filter_len),
	};
	const int fds[] = { snapshot->config_fd, service_fd, spawner->log_fd };

	return ipc_send_fds(ipc, IPC_SIGNER_SETUP, &setup, fds,
	    ARRAY_LEN(fds), err);
}

bool
spawn_signer(const struct spawner *spawner, const struct snapshot *snapshot,
    struct signer *out, struct err *err)
{
	struct signer signer = SIGNER_NONE;
	int fds[2] = { -1, -1 }, service[2] = { -1, -1 };
	bool ok;

	if (!ipc_pair(fds, err))
		return false;
	ipc_init(&signer.ipc, fds[0], SIGNER_TO_LISTENER);
	ok = ipc_pair(service, err) && send_signer_setup(spawner, snapshot,
	    &signer.ipc, service[0], err) && start_child(spawner,
	    snapshot->programs.fd[PROGRAM_SIGNER], fds[1], &signer.pid, err);
	signer.service_fd = service[1];
	close(fds[1]);
	if (service[0] != -1)
		close(service[0]);
	if (ok)
		*out = signer;
	else
		signer_clear(&signer);
	return ok;
}
