/* SPDX-License-Identifier: ISC */
/*
 * newer - another program than the one that runs lies at its path.
 *
 * Shapes:  it is run with our flags and -t while we serve; what it says is
 *          logged here, and done() hears whether it would start.
 * Units:   NEWER_CHECK_S.
 * Errors:  a check that can't be made has failed; logged here.
 * Owns:    struct newer the check and the descriptor of the program.
 * Source:  sshd(8); execveat(2).
 */
#ifndef SSHD_LISTENER_NEWER_H
#define SSHD_LISTENER_NEWER_H

#include <sys/types.h>

#include "lib/base/loop.h"

#define NEWER_CHECK_S	60	/* one that checks for longer hangs */

struct listener;

/* binary_fd stays ours. */
typedef void newer_done(struct listener *listener, int binary_fd,
    bool starts);

struct newer {
	pid_t pid;			/* of the check; 0: none */
	int binary_fd, report_fd;
	struct timer timer;
	newer_done *done;
};

/* LISTENER: its descriptor; -1: ours is the one. */
int newer_find(const struct listener *listener);
/*
 * LISTENER: takes binary_fd; no other check is running. done() may be called
 * at once. Relative paths mean what they mean in the directory of now.
 */
void newer_check(struct listener *listener, int binary_fd, newer_done *done);
/* Nobody wants to know any more. */
void newer_abandon(struct listener *listener);
/* Was it the check that has ended? */
bool newer_has_ended(struct listener *listener, pid_t pid, int status);

#endif
