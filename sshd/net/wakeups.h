/* SPDX-License-Identifier: ISC */
/*
 * wakeups - how much has come from the peer when the kernel wakes us.
 *
 * Shapes:  while the peer sends faster than WAKE_BUSY_BYTES in WAKE_BUSY_MS,
 *          WAKE_BYTES are read at a time: one system call, one write to where
 *          they go, for several packets. What stays below that is read after
 *          WAKE_WAIT_MS, and then everything is as before for a while: a peer
 *          that just paused may wait for answers, but seldom; one that sends
 *          no more than that without answers rests longer each time.
 * Units:   bytes, milliseconds.
 * Errors:  none: without TCP nothing happens.
 * Owns:    SO_RCVLOWAT of the socket.
 * Source:  socket(7), tcp(7).
 */
#ifndef SSHD_NET_WAKEUPS_H
#define SSHD_NET_WAKEUPS_H

#include "lib/base/loop.h"

#define WAKE_BYTES	131072
#define WAKE_WAIT_MS	2		/* 1 at least: the clock has whole ones */
/* 1 Gbit/s: who has no faster line waits for nothing */
#define WAKE_BUSY_BYTES	(1 << 19)
#define WAKE_BUSY_MS	4
#define WAKE_REST_MS	50		/* from one time to the next */
#define WAKE_REST_MAX_MS 10000
#define WAKE_LASTED	4		/* reads: the peer just paused */

struct wakeups {
	bool few;			/* WAKE_BYTES at a time */
	unsigned reads;			/* since then */
	int64_t since_ms;		/* few, or what is counted in bytes */
	size_t bytes;
	int64_t rest_until_ms;
	int64_t rest_ms;		/* of the last rest; 0: none */
	struct timer timer;		/* runs while few */
};

/*
 * After a read of `got` bytes. waited() is called with arg when no more come
 * in time, and is to call wakeups_many() and loop_look_again().
 */
void wakeups_read(struct wakeups *w, struct loop *loop, int fd, size_t got,
    timer_fn *waited, void *arg);
/* From now on, every byte wakes. `in_vain`: what was awaited did not come. */
void wakeups_many(struct wakeups *w, struct loop *loop, int fd, bool in_vain);

#endif
