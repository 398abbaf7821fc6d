/* SPDX-License-Identifier: ISC */
#include "sshd/listener/daemon.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sshd/listener/cmdline.h"

/* No answer means that the daemon died at its start. */
static NORETURN void
wait_as_starter(int fd)
{
	uint8_t code;
	ssize_t n;

	while (wait(NULL) == -1 && errno == EINTR)
		continue;
	do
		n = read(fd, &code, 1);
	while (n == -1 && errno == EINTR);
	_exit(n == 1 ? code : EXIT_FATAL);
}

bool
daemon_begin(int *ready_fd, struct err *err)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) == -1)
		return err_sys(err, "pipe");
	if ((pid = fork()) == -1) {
		err_sys(err, "fork");
		goto fail;
	}
	if (pid != 0) {
		close(fds[1]);
		wait_as_starter(fds[0]);
	}
	close(fds[0]);
	/* the session leader goes: no terminal can become ours by accident */
	if (setsid() == -1 || (pid = fork()) == -1)
		_exit(EXIT_FATAL);
	if (pid != 0)
		_exit(0);
	*ready_fd = fds[1];
	return true;
 fail:
	close(fds[0]);
	close(fds[1]);
	return false;
}

void
daemon_tell(int *ready_fd, int exit_code)
{
	const uint8_t code = (uint8_t)exit_code;
	ssize_t n;

	if (*ready_fd == -1)
		return;
	n = write(*ready_fd, &code, 1);
	(void)n;
	close(*ready_fd);
	*ready_fd = -1;
}

void
daemon_detach(int null_fd, bool keep_stderr)
{
	int last = keep_stderr ? STDOUT_FILENO : STDERR_FILENO;

	for (int fd = STDIN_FILENO; fd <= last; fd++)
		(void)dup2(null_fd, fd);
}
