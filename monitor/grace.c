/* SPDX-License-Identifier: ISC */
#include "monitor/grace.h"

#include <signal.h>

#include "lib/base/compiler.h"

static const struct {
	int signal;
	uint32_t later_s;
} ends[GRACE_TIMERS] = {
	{ SIGALRM, 0 },
	{ SIGKILL, 2 },
};

bool
grace_start(struct grace *grace, uint32_t seconds, struct err *err)
{
	*grace = (struct grace){ .count = 0 };
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct sigevent event = {
			.sigev_notify = SIGEV_SIGNAL,
			.sigev_signo = ends[i].signal,
		};
		struct itimerspec when = {
			.it_value.tv_sec = (time_t)seconds + ends[i].later_s,
		};

		if (timer_create(CLOCK_MONOTONIC, &event,
		    &grace->timers[i]) == -1)
			return err_sys(err, "grace timer");
		grace->count++;
		if (timer_settime(grace->timers[i], 0, &when, NULL) == -1)
			return err_sys(err, "grace timer");
	}
	return true;
}

void
grace_stop(struct grace *grace)
{
	while (grace->count != 0)
		(void)timer_delete(grace->timers[--grace->count]);
}
