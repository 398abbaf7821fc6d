/* SPDX-License-Identifier: ISC */
/*
 * loop - wait for descriptors and timers, call back.
 *
 * Shapes:  level-triggered epoll; one struct watch for each descriptor, one
 *          struct timer for each deadline, both in the caller's storage.
 * Units:   milliseconds of the loop's clock.
 * Errors:  loop_init() and loop_watch() may fail with ERR_SYS.
 * Owns:    the epoll descriptor; never a watched one.
 * Source:  epoll(7).
 */
#ifndef LIB_BASE_LOOP_H
#define LIB_BASE_LOOP_H

#include <sys/epoll.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"

typedef void loop_fn(void *arg, uint32_t events);
typedef void timer_fn(void *arg);

#define LOOP_BATCH	64	/* events taken by one epoll_wait() */

struct watch {
	int fd;
	uint32_t events;	/* EPOLLIN, EPOLLOUT; 0 still reports HUP/ERR */
	loop_fn *fn;
	void *arg;
	bool active;		/* set by loop_watch() */
};

struct timer {
	int64_t at_ms;		/* 0 = off */
	timer_fn *fn;
	void *arg;
	struct timer *next;	/* the loop's list, unordered */
	bool linked;
	uint32_t round;		/* of the loop, when it was set */
};

struct loop {
	int epoll_fd;
	const struct clock *clock;
	struct timer *timers;
	uint32_t round;		/* counts the runs of timers */
	struct watch *batch[LOOP_BATCH];	/* NULL once unwatched */
	int batch_len;
	bool stop;
};

MUST_CHECK bool loop_init(struct loop *loop, const struct clock *clock,
    struct err *err);
void loop_clear(struct loop *loop);

/* Fills *watch and registers it; the caller unwatches before closing fd. */
MUST_CHECK bool loop_watch(struct loop *loop, struct watch *watch, int fd,
    uint32_t events, loop_fn *fn, void *arg, struct err *err);
/* Cheap when nothing changes. */
void loop_modify(struct loop *loop, struct watch *watch, uint32_t events);
/* For what is ready by now without an event: its threshold was lowered. */
void loop_look_again(struct loop *loop, struct watch *watch);
/* After this fn is not called any more, not even for events already read. */
void loop_unwatch(struct loop *loop, struct watch *watch);

/*
 * (Re)arms: fn(arg) once, delay_ms from now: 0 is the end of this round, or
 * of the next one when a timer sets it.
 */
void loop_timer_set(struct loop *loop, struct timer *timer, int64_t delay_ms,
    timer_fn *fn, void *arg);
void loop_timer_stop(struct loop *loop, struct timer *timer);

/* One round: waits at most max_wait_ms (-1 = until something happens). */
MUST_CHECK bool loop_step(struct loop *loop, int max_wait_ms, struct err *err);
/* Rounds until loop->stop is set. */
MUST_CHECK bool loop_run(struct loop *loop, struct err *err);

#endif
