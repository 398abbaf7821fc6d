/* SPDX-License-Identifier: ISC */
/*
 * auth_delay - how long a failed attempt takes at least.
 *
 * Shapes:  a time for each user name that only this host can compute, so
 *          that it tells nothing and averaging does not help.
 * Units:   nanoseconds of CLOCK_MONOTONIC.
 * Errors:  none.
 * Owns:    nothing.
 * Source:  measured behaviour of OpenSSH.
 */
#ifndef MONITOR_AUTH_DELAY_H
#define MONITOR_AUTH_DELAY_H

#include "lib/base/bytes.h"

#define AUTH_DELAY_MIN_NS	5000000LL
#define AUTH_DELAY_SPREAD_NS	4200000LL
#define AUTH_DELAY_MAX_NS	5000000000LL

/*
 * Pure: how much longer an attempt that took elapsed_ns has to take: up to
 * the user's own time, or that doubled until it is enough.
 */
int64_t auth_delay_left(int64_t user_ns, int64_t elapsed_ns);
/* From AUTH_DELAY_MIN_NS to _MIN_NS + _SPREAD_NS, by secret and name. */
int64_t auth_delay_of_user(struct bytes secret, const char *user);
int64_t auth_delay_now_ns(void);
void auth_delay_sleep(int64_t ns);

#endif
