/* SPDX-License-Identifier: ISC */
#include "monitor/session_start.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "monitor/monitor.h"

#define TZ_MAX	256

/* PATH, and TZ where the administrator set one; nothing else is inherited. */
static MUST_CHECK bool
start_process(struct monitor *mon, int socket_fd, struct err *err)
{
	const char *tz = getenv("TZ");
	char path[] = "PATH=/usr/bin:/bin:/usr/sbin:/sbin", zone[TZ_MAX];
	char *env[] = { path, NULL, NULL };
	const struct child_program program = {
		.program_fd = mon->session_program, .socket_fd = socket_fd,
		.argv0 = "sshd: startup", .envp = env,
		.groups = mon->is_root ? mon->user.groups : NULL,
		.group_count = mon->user.group_count,
		.limits = &mon->user_limits,
	};

	if (tz != NULL && snprintf(zone, sizeof(zone), "TZ=%s", tz) <
	    (int)sizeof(zone))
		env[1] = zone;
	return child_start(&mon->session_child, &program, err);
}

bool
session_start(struct monitor *mon, const struct grant *grant, int net_fd,
    struct err *err)
{
	int fds[2];
	bool started;

	if (!ipc_pair(fds, err))
		return false;
	started = start_process(mon, fds[1], err);
	close(fds[1]);
	ipc_init(&mon->session, fds[0], SESSION_TO_MONITOR);
	if (!started)
		return false;
	log_verbose("User child is on pid %ld", (long)mon->session_child.pid);
	mon->session_gone = false;
	/* one that is gone already is noticed where every exit is */
	if (!ipc_send_fds(&mon->session, IPC_GRANT, &grant->message, &net_fd,
	    1, err) && err->code != ERR_CLOSED)
		return false;
	return ipc_watch(&mon->session, &mon->loop, monitor_session_event, mon,
	    err) &&
	    child_watch(&mon->session_child, &mon->loop,
	    monitor_session_exited, mon, err);
}
