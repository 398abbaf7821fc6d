/* SPDX-License-Identifier: ISC */
/*
 * pool - monitors (each with its network process) started before they are
 * needed, each used once.
 *
 * Shapes:  a few idle children; how many follows the recent arrivals.
 * Units:   children; milliseconds.
 * Errors:  a monitor that can't be started is logged; the pool tries again
 *          later, at growing distances.
 * Owns:    nothing: the children's table does.
 * Source:  DESIGN.md section 2.
 */
#ifndef SSHD_LISTENER_POOL_H
#define SSHD_LISTENER_POOL_H

#include "lib/base/loop.h"

#define POOL_MAX		8	/* idle pairs, about 2 MiB each */
#define POOL_REFILL_MS		30	/* a burst of accepts comes first */
#define POOL_DECAY_MS		1000
#define POOL_RETRY_MAX_MS	60000

struct child;
struct listener;

struct pool {
	struct child *idle[POOL_MAX];
	size_t count;
	unsigned recent;		/* arrivals, halved each second */
	int64_t retry_ms;		/* after a failure; 0: none */
	struct timer refill, decay;
};

/* Pure: how many idle pairs are worth their memory. */
size_t pool_target(unsigned recent);

/* Sees to it that the pool is filled soon. */
void pool_wake(struct listener *listener);
/*
 * A monitor for a new connection, counted as an arrival: a warm one, one
 * that is still starting, or a new one. NULL when none can be started.
 */
struct child *pool_take(struct listener *listener);
/* An idle child has died by itself. */
void pool_forget(struct listener *listener, struct child *child);
/* Sends the idle ones away: what they were given is out of date. */
void pool_discard(struct listener *listener);

#endif
