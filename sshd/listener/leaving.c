/* SPDX-License-Identifier: ISC */
#include "sshd/listener/leaving.h"

#include <signal.h>
#include <unistd.h>

#include "lib/base/limits.h"
#include "lib/base/log.h"

static void
time_is_over(void *arg)
{
	struct leaving *leaving = arg;

	log_info("Ended a login that was still being checked %d s after the "
	    "client had left: connection from %s to %s, pid = %d",
	    CLIENT_LEFT_MS / 1000, leaving->remote, leaving->local,
	    (int)leaving->monitor);
	leaving->killed = true;
	(void)kill(leaving->monitor, SIGKILL);
}

static void
net_has_gone(void *arg, uint32_t events)
{
	struct leaving *leaving = arg;

	(void)events;
	loop_unwatch(leaving->loop, &leaving->watch);
	loop_timer_set(leaving->loop, &leaving->timer, CLIENT_LEFT_MS,
	    time_is_over, leaving);
}

void
leaving_watch(struct leaving *leaving, struct loop *loop, int net_fd)
{
	struct err err;

	if (!loop_watch(loop, &leaving->watch, net_fd, EPOLLIN, net_has_gone,
	    leaving, &err)) {
		log_debug("%s: %s", err.what, err_text(&err));
		close(net_fd);
		return;
	}
	leaving->loop = loop;
	leaving->net_fd = net_fd;
}

void
leaving_clear(struct leaving *leaving)
{
	if (leaving->loop == NULL)
		return;
	loop_timer_stop(leaving->loop, &leaving->timer);
	loop_unwatch(leaving->loop, &leaving->watch);
	close(leaving->net_fd);
	leaving->loop = NULL;
}
