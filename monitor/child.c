/* SPDX-License-Identifier: ISC */
#include "monitor/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/reap.h"

#define CHILD_FD	3

/* Room for titles in ps: what title_set() may write over. */
static const char title_pad[] =
    "                                                                "
    "                                                                ";

void
child_init(struct child *child)
{
	*child = (struct child){ .pid_fd = -1 };
}

/*
 * Runs in the child of vfork(): shares our memory, so nothing here may
 * allocate or leave by any other way than execveat() and _exit(). Raw system
 * calls, because the C library's setgroups() talks to the other threads of
 * what it takes for its own process.
 */
static NORETURN void
become_program(const struct child_program *program, char *const argv[],
    pid_t parent, volatile int *failed)
{
	static const int signals[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGCHLD, SIGXFSZ,
	};
	sigset_t none;
	struct err err;
	int null_fd;

	sigemptyset(&none);
	if (program->dies_with_us &&
	    (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent))
		goto out;
	if (program->groups != NULL && syscall(SYS_setgroups,
	    program->group_count, program->groups) == -1)
		goto out;
	if (program->limits != NULL && !limits_set(program->limits, &err))
		goto out;
	if ((null_fd = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1 ||
	    dup2(null_fd, STDIN_FILENO) == -1 ||
	    dup2(null_fd, STDOUT_FILENO) == -1 ||
	    dup2(null_fd, STDERR_FILENO) == -1 ||
	    dup2(program->socket_fd, CHILD_FD) == -1)
		goto out;
	/* whoever started the daemon may have ignored some; users do not */
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		(void)signal(signals[i], SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	syscall(SYS_execveat, program->program_fd, "", argv, program->envp,
	    AT_EMPTY_PATH);
 out:
	*failed = errno == 0 ? ESRCH : errno;
	_exit(127);
}

static pid_t
start_program(const struct child_program *program, volatile int *failed)
{
	char *const argv[] = {
		(char *)program->argv0, (char *)title_pad, NULL,
	};
	pid_t parent = getpid(), pid = vfork();

	if (pid == 0)
		become_program(program, argv, parent, failed);
	return pid;
}

bool
child_start(struct child *child, const struct child_program *program,
    struct err *err)
{
	volatile int failed = 0;

	/* dup2() onto itself would leave O_CLOEXEC on, or be overwritten */
	if (program->socket_fd <= CHILD_FD || program->program_fd <= CHILD_FD)
		return err_set(err, ERR_RANGE, "descriptors of a program");
	child_init(child);
	child->pid = start_program(program, &failed);
	if (child->pid == -1) {
		child->pid = 0;
		return err_sys(err, "fork");
	}
	if (failed != 0) {
		child_reap(child);
		errno = failed;
		return err_sys(err, "start of a program");
	}
	child->pid_fd = pidfd_open(child->pid, 0);
	if (child->pid_fd == -1) {
		err_sys(err, "pidfd_open");
		child_kill(child);
		return false;
	}
	return true;
}

bool
child_watch(struct child *child, struct loop *loop, loop_fn *fn, void *arg,
    struct err *err)
{
	if (!loop_watch(loop, &child->watch, child->pid_fd, EPOLLIN, fn, arg,
	    err))
		return false;
	child->loop = loop;
	return true;
}

void
child_reap(struct child *child)
{
	if (child->pid == 0)
		return;
	child->status = reap_wait(child->pid);
	child->pid = 0;
	if (child->loop != NULL)
		loop_unwatch(child->loop, &child->watch);
	child->loop = NULL;
	if (child->pid_fd != -1)
		close(child->pid_fd);
	child->pid_fd = -1;
}

void
child_kill(struct child *child)
{
	if (child->pid == 0)
		return;
	(void)kill(child->pid, SIGKILL);
	child_reap(child);
}
