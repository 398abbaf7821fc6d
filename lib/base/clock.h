/* SPDX-License-Identifier: ISC */
/*
 * clock - where time comes from, so that tests can move it.
 *
 * Shapes:  a struct with one function; the system's own is clock_system.
 * Units:   milliseconds of CLOCK_MONOTONIC.
 * Errors:  none.
 * Owns:    nothing.
 * Source:  clock_gettime(2).
 */
#ifndef LIB_BASE_CLOCK_H
#define LIB_BASE_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t (*now_ms)(const struct clock *);
};

extern const struct clock clock_system;

static inline int64_t
clock_now_ms(const struct clock *clock)
{
	return clock->now_ms(clock);
}

#endif
