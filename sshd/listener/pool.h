/* SPDX-License-Identifier: ISC */
/*
 * pool - monitors (each with its network process) started before they are
 * needed, each used once.
 *
 * Shapes:  a few idle children: one, and one more for each arrival lately
 *          that found none ready. A pair that is sent away unused cost as
 *          much as a login, so the pool shrinks slowly.
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
#define POOL_DECAY_MS		10000	/* one less if nobody had to wait */
#define POOL_RETRY_MAX_MS	60000

struct child;
struct listener;

struct pool {
	struct child *idle[POOL_MAX];
	size_t count;
	size_t extra;			/* wanted beyond the first */
	bool missed;			/* since the decay timer was set */
	int64_t retry_ms;		/* after a failure; 0: none */
	struct timer refill, decay;
};

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
