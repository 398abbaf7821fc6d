/* SPDX-License-Identifier: ISC */
#include "lib/base/clock.h"

#include <time.h>

static int64_t
system_now_ms(const struct clock *clock)
{
	struct timespec ts;

	(void)clock;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

const struct clock clock_system = { system_now_ms };
