/* SPDX-License-Identifier: ISC */
#include "sshd/listener/pool.h"

#include "sshd/listener/listener.h"
#include "sshd/listener/monitors.h"

static size_t
target(const struct pool *pool)
{
	return 1 + pool->extra;
}

/* With our end of the socket closed it exits. */
static void
dismiss(struct child *child)
{
	child->discarded = true;
	ipc_clear(&child->ipc);
}

static void
refill(void *arg)
{
	struct listener *listener = arg;
	struct pool *pool = &listener->pool;

	while (pool->count < target(pool)) {
		struct child *child = monitors_start(listener);

		if (child == NULL) {
			pool->retry_ms = MIN(2 * pool->retry_ms + 1000,
			    POOL_RETRY_MAX_MS);
			pool_wake(listener);
			return;
		}
		pool->idle[pool->count++] = child;
	}
}

/* Runs only while more than one is wanted: an idle host has no timer. */
static void
decay(void *arg)
{
	struct listener *listener = arg;
	struct pool *pool = &listener->pool;

	if (!pool->missed)
		pool->extra--;
	pool->missed = false;
	if (pool->count > target(pool))
		dismiss(pool->idle[--pool->count]);
	if (pool->extra != 0)
		loop_timer_set(&listener->loop, &pool->decay, POOL_DECAY_MS,
		    decay, listener);
}

static void
note_miss(struct listener *listener)
{
	struct pool *pool = &listener->pool;

	pool->missed = true;
	if (target(pool) < POOL_MAX)
		pool->extra++;
	if (!pool->decay.linked)
		loop_timer_set(&listener->loop, &pool->decay, POOL_DECAY_MS,
		    decay, listener);
}

void
pool_wake(struct listener *listener)
{
	struct pool *pool = &listener->pool;

	if (pool->count < target(pool) && !pool->refill.linked)
		loop_timer_set(&listener->loop, &pool->refill,
		    pool->retry_ms + POOL_REFILL_MS, refill, listener);
}

static void
remove_at(struct pool *pool, size_t i)
{
	pool->count--;
	for (; i < pool->count; i++)
		pool->idle[i] = pool->idle[i + 1];
}

/* The oldest warm one, else the oldest that is still starting. */
static struct child *
take_idle(struct pool *pool)
{
	struct child *child;
	size_t i = 0;

	if (pool->count == 0)
		return NULL;
	while (i < pool->count && pool->idle[i]->state != CHILD_WARM)
		i++;
	if (i == pool->count)
		i = 0;
	child = pool->idle[i];
	remove_at(pool, i);
	return child;
}

struct child *
pool_take(struct listener *listener)
{
	struct pool *pool = &listener->pool;
	struct child *child = take_idle(pool);

	if (child == NULL || child->state != CHILD_WARM)
		note_miss(listener);
	if (child == NULL)
		child = monitors_start(listener);
	pool_wake(listener);
	return child;
}

/* One that dies before it was used: the next would, too, perhaps. */
void
pool_forget(struct listener *listener, struct child *child)
{
	struct pool *pool = &listener->pool;

	for (size_t i = 0; i < pool->count; i++) {
		if (pool->idle[i] != child)
			continue;
		remove_at(pool, i);
		pool->retry_ms = MIN(2 * pool->retry_ms + 1000,
		    POOL_RETRY_MAX_MS);
		pool_wake(listener);
		return;
	}
}

void
pool_discard(struct listener *listener)
{
	struct pool *pool = &listener->pool;

	while (pool->count != 0)
		dismiss(pool->idle[--pool->count]);
	pool->retry_ms = 0;
	loop_timer_stop(&listener->loop, &pool->refill);
	pool_wake(listener);
}
