/* SPDX-License-Identifier: ISC */
/*
 * reap - children that have ended.
 *
 * Shapes:  wait statuses, as of waitpid(2).
 * Units:   -
 * Errors:  -1 for a child that is not ours.
 * Owns:    nothing.
 * Source:  waitpid(2).
 */
#ifndef LIB_BASE_REAP_H
#define LIB_BASE_REAP_H

#include <sys/types.h>

typedef void reap_fn(void *arg, pid_t pid, int status);

/* Tells of each that has ended by now; does not wait. For SIGCHLD. */
void reap_ended(reap_fn *ended, void *arg);
/* Waits for the end of this one; its status. */
int reap_wait(pid_t pid);

#endif
