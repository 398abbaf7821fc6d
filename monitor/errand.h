/* SPDX-License-Identifier: ISC */
/*
 * errand - a forked child does one thing for the monitor and ends.
 *
 * Shapes:  the child writes its answer, if there is one, to a pipe.
 * Units:   milliseconds.
 * Errors:  ERR_SYS when there is no pipe or no child.
 * Owns:    struct errand its pipe and the duty to reap.
 * Source:  fork(2), prctl(2).
 *
 * Modules of the name service stay in memory once they are loaded, a call may
 * hang, and rights that are given up do not come back: so a child does it. It
 * dies with us.
 */
#ifndef MONITOR_ERRAND_H
#define MONITOR_ERRAND_H

#include <sys/types.h>

#include "lib/base/err.h"

struct errand {
	pid_t pid;
	int answer;		/* read end of the pipe */
};

/* In the child; true when all went well. */
typedef bool errand_fn(const void *arg, int answer);

MUST_CHECK bool errand_start(struct errand *errand, errand_fn *fn,
    const void *arg, struct err *err);
/* Kills what still runs. True when it had ended by itself, and well. */
bool errand_end(struct errand *errand);
/* As errand_end(), but waits for its own end. */
bool errand_wait(struct errand *errand);

#endif
