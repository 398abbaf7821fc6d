/* SPDX-License-Identifier: ISC */
/*
 * grace - LoginGraceTime: the end of a connection that does not log in.
 *
 * Shapes:  SIGALRM with its default action when the time is over, and SIGKILL
 *          somewhat later: no handler of ours, and nothing that a module does
 *          to alarms, handlers or signal masks keeps the process alive.
 * Units:   seconds.
 * Errors:  as timer_create(2).
 * Owns:    struct grace its timers.
 * Source:  timer_create(2), signal(7); DESIGN.md section 1.
 */
#ifndef MONITOR_GRACE_H
#define MONITOR_GRACE_H

#include <stdint.h>
#include <time.h>

#include "lib/base/err.h"

#define GRACE_TIMERS	2

struct grace {
	timer_t timers[GRACE_TIMERS];
	unsigned count;			/* that run */
};

MUST_CHECK bool grace_start(struct grace *grace, uint32_t seconds,
    struct err *err);
void grace_stop(struct grace *grace);

#endif
