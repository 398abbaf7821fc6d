/* SPDX-License-Identifier: ISC */
/* sshd-monitor: the privileged half of one connection. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/core.h"
#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "monitor/monitor.h"

#define PARENT_FD	3

int
main(int argc, char **argv)
{
	struct monitor mon;
	struct err err;
	int status;

	monitor_init(&mon);
	title_init(&mon.title, argc, &argv);
	if (fcntl(PARENT_FD, F_SETFD, FD_CLOEXEC) == -1) {
		fprintf(stderr, "sshd-monitor is started by sshd only\n");
		return 1;
	}
	/* the limits of before are for the user's programs */
	if (!limits_get(&mon.user_limits, &err) ||
	    !core_forbid(CORE_LIMIT_SOFT, &err) || !fd_fill_standard(&err)) {
		fprintf(stderr, "sshd-monitor: %s: %s\n", err.what,
		    err_text(&err));
		return MONITOR_EXIT_FATAL;
	}
	status = monitor_run(&mon);
	monitor_clear(&mon);
	/* everything is wiped and closed: nothing is left for exit() */
	_exit(status);
}
