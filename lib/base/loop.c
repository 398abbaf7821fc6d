/* SPDX-License-Identifier: ISC */
#include "lib/base/loop.h"

#include <limits.h>

bool
loop_init(struct loop *loop, const struct clock *clock, struct err *err)
{
	*loop = (struct loop){ .clock = clock };
	if ((loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC)) == -1)
		return err_sys(err, "epoll_create1");
	return true;
}

void
loop_clear(struct loop *loop)
{
	if (loop->epoll_fd != -1)
		close(loop->epoll_fd);
	loop->epoll_fd = -1;
}

bool
loop_watch(struct loop *loop, struct watch *watch, int fd, uint32_t events,
    loop_fn *fn, void *arg, struct err *err)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		return err_sys(err, "epoll_ctl");
	*watch = (struct watch){ .fd = fd, .events = events, .fn = fn,
	    .arg = arg, .active = true };
	return true;
}

void
loop_modify(struct loop *loop, struct watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	if (!watch->active || watch->events == events)
		return;
	watch->events = events;
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

void
loop_look_again(struct loop *loop, struct watch *watch)
{
	struct epoll_event event = { .events = watch->events,
	    .data.ptr = watch };

	if (watch->active)
		epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

void
loop_unwatch(struct loop *loop, struct watch *watch)
{
	if (!watch->active)
		return;
	watch->active = false;
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	for (int i = 0; i < loop->batch_len; i++) {
		if (loop->batch[i] == watch)
			loop->batch[i] = NULL;
	}
}

void
loop_timer_set(struct loop *loop, struct timer *timer, int64_t delay_ms,
    timer_fn *fn, void *arg)
{
	timer->at_ms = clock_now_ms(loop->clock) + delay_ms;
	if (timer->at_ms <= 0)
		timer->at_ms = 1;
	timer->fn = fn;
	timer->arg = arg;
	timer->round = loop->round;
	if (!timer->linked) {
		timer->next = loop->timers;
		loop->timers = timer;
		timer->linked = true;
	}
}

void
loop_timer_stop(struct loop *loop, struct timer *timer)
{
	timer->at_ms = 0;
	if (!timer->linked)
		return;
	for (struct timer **t = &loop->timers; *t != NULL; t = &(*t)->next) {
		if (*t == timer) {
			*t = timer->next;
			break;
		}
	}
	timer->linked = false;
}

static int
next_wait_ms(const struct loop *loop, int max_wait_ms)
{
	int64_t wait_ms = max_wait_ms < 0 ? INT64_MAX : max_wait_ms, now_ms;

	if (loop->timers == NULL)
		return max_wait_ms;
	now_ms = clock_now_ms(loop->clock);
	for (const struct timer *t = loop->timers; t != NULL; t = t->next) {
		int64_t left_ms = t->at_ms > now_ms ? t->at_ms - now_ms : 0;

		if (left_ms < wait_ms)
			wait_ms = left_ms;
	}
	return wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
}

/*
 * A callback may set and stop any timer, so the search starts anew each time.
 * What it sets waits for the next round, so that descriptors get their turn.
 */
static void
run_timers(struct loop *loop)
{
	int64_t now_ms;
	struct timer *due;

	if (loop->timers == NULL)
		return;
	now_ms = clock_now_ms(loop->clock);
	loop->round++;
	do {
		due = NULL;
		for (struct timer *t = loop->timers; t != NULL; t = t->next) {
			if (t->at_ms <= now_ms && t->round != loop->round) {
				due = t;
				break;
			}
		}
		if (due != NULL) {
			loop_timer_stop(loop, due);
			due->fn(due->arg);
		}
	} while (due != NULL && !loop->stop);
}

bool
loop_step(struct loop *loop, int max_wait_ms, struct err *err)
{
	struct epoll_event events[LOOP_BATCH];
	int n;

	n = epoll_wait(loop->epoll_fd, events, LOOP_BATCH,
	    next_wait_ms(loop, max_wait_ms));
	if (n == -1 && errno != EINTR)
		return err_sys(err, "epoll_wait");
	loop->batch_len = n < 0 ? 0 : n;
	for (int i = 0; i < loop->batch_len; i++)
		loop->batch[i] = events[i].data.ptr;
	for (int i = 0; i < loop->batch_len && !loop->stop; i++) {
		struct watch *watch = loop->batch[i];

		if (watch != NULL)
			watch->fn(watch->arg, events[i].events);
	}
	loop->batch_len = 0;
	if (!loop->stop)
		run_timers(loop);
	return true;
}

bool
loop_run(struct loop *loop, struct err *err)
{
	while (!loop->stop) {
		if (!loop_step(loop, -1, err))
			return false;
	}
	return true;
}
