/* SPDX-License-Identifier: ISC */
#include "sshd/listener/newer.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sshd/listener/listener.h"

#define REPORT_MAX	4096	/* what a failing check says */
#define ARGS_MAX	4096

extern char **environ;

int
newer_find(const struct listener *listener)
{
	int fd = open(listener->binary, O_PATH | O_CLOEXEC);
	struct stat now, then;

	if (fd == -1)
		return -1;
	if (fstat(fd, &now) == 0 && fstat(listener->binary_fd, &then) == 0 &&
	    (now.st_dev != then.st_dev || now.st_ino != then.st_ino))
		return fd;
	close(fd);
	return -1;
}

/* The new program with our flags and -t; its complaints go to report_fd. */
static NORETURN void
exec_check(const struct listener *listener, int binary_fd, int report_fd)
{
	const char *argv[ARGS_MAX];
	size_t count = 0;
	sigset_t none;

	argv[count++] = listener->argv[0];
	argv[count++] = "-t";
	for (int i = 1; i < listener->argc && count < ARGS_MAX - 3; i++)
		argv[count++] = listener->argv[i];
	/* the last -E counts: the report is for us, not for a log file */
	if (listener->cmdline.log_file != NULL) {
		argv[count++] = "-E";
		argv[count++] = "/dev/stderr";
	}
	argv[count] = NULL;
	(void)dup2(listener->null_fd, STDIN_FILENO);
	(void)dup2(listener->null_fd, STDOUT_FILENO);
	(void)dup2(report_fd, STDERR_FILENO);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execveat(binary_fd, "", (char *const *)argv, environ, AT_EMPTY_PATH);
	dprintf(STDERR_FILENO, "%s: %s\n", listener->binary, strerror(errno));
	_exit(SPAWN_EXEC_FAILED);
}

/* report_fd has what there is when it has ended. */
static MUST_CHECK bool
start(struct listener *listener, struct newer *newer, struct err *err)
{
	int fds[2];
	bool ok;

	if (pipe2(fds, O_CLOEXEC) == -1)
		return err_sys(err, "pipe");
	newer->report_fd = fds[0];
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	if ((newer->pid = fork()) == 0)
		exec_check(listener, newer->binary_fd, fds[1]);
	ok = newer->pid != -1 || err_sys(err, "fork");
	close(fds[1]);
	return ok;
}

static void
log_report(int fd)
{
	char report[REPORT_MAX], *rest = report, *line;
	ssize_t n = read(fd, report, sizeof(report) - 1);

	report[MAX(n, 0)] = '\0';
	while ((line = strsep(&rest, "\r\n")) != NULL) {
		if (*line != '\0')
			log_error("%s", line);
	}
}

static void
clear(struct listener *listener)
{
	struct newer *newer = &listener->newer;

	loop_timer_stop(&listener->loop, &newer->timer);
	close(newer->binary_fd);
	if (newer->report_fd != -1)
		close(newer->report_fd);
	newer->pid = 0;
}

/* Its end comes with SIGCHLD. */
static void
lose_patience(void *arg)
{
	const struct listener *listener = arg;

	(void)kill(listener->newer.pid, SIGKILL);
}

void
newer_check(struct listener *listener, int binary_fd, newer_done *done)
{
	struct newer *newer = &listener->newer;
	struct err err;

	newer->binary_fd = binary_fd;
	newer->report_fd = -1;
	newer->done = done;
	if (start(listener, newer, &err)) {
		loop_timer_set(&listener->loop, &newer->timer,
		    NEWER_CHECK_S * 1000, lose_patience, listener);
		return;
	}
	log_error("check of the new program: %s: %s", err.what,
	    err_text(&err));
	done(listener, binary_fd, false);
	clear(listener);
}

void
newer_abandon(struct listener *listener)
{
	if (listener->newer.pid == 0)
		return;
	(void)kill(listener->newer.pid, SIGKILL);
	clear(listener);
}

bool
newer_has_ended(struct listener *listener, pid_t pid, int status)
{
	struct newer *newer = &listener->newer;

	if (pid != newer->pid)
		return false;
	log_report(newer->report_fd);
	newer->done(listener, newer->binary_fd, WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0);
	clear(listener);
	return true;
}
