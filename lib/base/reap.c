/* SPDX-License-Identifier: ISC */
#include "lib/base/reap.h"

#include <errno.h>
#include <sys/wait.h>

void
reap_ended(reap_fn *ended, void *arg)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		ended(arg, pid, status);
}

int
reap_wait(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	return status;
}
