/* SPDX-License-Identifier: ISC */
#include "monitor/errand.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/base/reap.h"

static NORETURN void
run(errand_fn *fn, const void *arg, int answer, pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent)
		_exit(1);
	_exit(fn(arg, answer) ? 0 : 1);
}

bool
errand_start(struct errand *errand, errand_fn *fn, const void *arg,
    struct err *err)
{
	pid_t parent = getpid();
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) == -1)
		return err_sys(err, "pipe");
	errand->pid = fork();
	if (errand->pid == 0)
		run(fn, arg, fds[1], parent);
	if (errand->pid == -1) {
		err_sys(err, "fork");
		close(fds[0]);
		close(fds[1]);
		return false;
	}
	close(fds[1]);
	errand->answer = fds[0];
	return true;
}

bool
errand_wait(struct errand *errand)
{
	int status = reap_wait(errand->pid);

	close(errand->answer);
	return status == 0;
}

bool
errand_end(struct errand *errand)
{
	(void)kill(errand->pid, SIGKILL);
	return errand_wait(errand);
}
