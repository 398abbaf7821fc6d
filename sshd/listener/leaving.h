/* SPDX-License-Identifier: ISC */
/*
 * leaving - ends a monitor whose client has left and which does not see it.
 *
 * Shapes:  while a PAM module runs, a monitor hears nobody. It told us of its
 *          network process before; when that has gone, the monitor may go on
 *          for CLIENT_LEFT_MS, then it is killed and a line says so.
 * Units:   milliseconds.
 * Errors:  without memory or descriptors LoginGraceTime ends it, as it does
 *          when we execute a new program meanwhile.
 * Owns:    struct leaving the descriptor of the network process.
 * Source:  pidfd_open(2); DESIGN.md section 1.
 */
#ifndef SSHD_LISTENER_LEAVING_H
#define SSHD_LISTENER_LEAVING_H

#include <sys/types.h>

#include "lib/base/loop.h"

struct leaving {
	struct loop *loop;		/* NULL: nothing is watched */
	int net_fd;
	struct watch watch;
	struct timer timer;
	pid_t monitor;
	const char *remote, *local;	/* borrowed, for the line */
	bool killed;
};

/* LISTENER: takes net_fd, and watches it until leaving_clear(). */
void leaving_watch(struct leaving *leaving, struct loop *loop, int net_fd);
void leaving_clear(struct leaving *leaving);

#endif
