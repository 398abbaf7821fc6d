/* SPDX-License-Identifier: ISC */
/*
 * race - connects to several addresses; the first that answers has won.
 *
 * Shapes:  one attempt after another, each begun RACE_DELAY_MS after the one
 *          before, or at once when those before have failed.
 * Units:   milliseconds.
 * Errors:  errno of the last attempt that failed.
 * Owns:    the addresses; the sockets until one is handed over.
 * Source:  RFC 8305 sections 4 and 5.
 */
#ifndef SSHD_SESSION_RACE_H
#define SSHD_SESSION_RACE_H

#include <sys/socket.h>

#include "lib/base/loop.h"

#define RACE_ADDRESSES_MAX	32
#define RACE_DELAY_MS		250	/* RFC 8305 section 8 */

/* fd belongs to the callee; -1: nobody answered, and why. */
typedef void race_fn(void *arg, int fd, int why);

struct race;

struct race_attempt {
	struct race *race;
	struct watch watch;
	int fd;				/* -1: none, or it failed */
};

struct race {
	struct loop *loop;
	race_fn *done;
	void *arg;
	struct sockaddr_storage *addresses;
	struct race_attempt *attempts;	/* as many as addresses */
	size_t address_count, tried, running;
	struct timer timer;
	int last_errno;
};

/* Pure: families take turns, in the order of their first addresses. */
void race_order(struct sockaddr_storage *addresses, size_t count);
/* Room for this many addresses, those that are there kept. */
MUST_CHECK bool race_reserve(struct race *race, size_t count);
/*
 * SESSION: addresses and address_count are filled in. done is called once,
 * perhaps before this returns.
 */
void race_start(struct race *race, struct loop *loop, race_fn *done,
    void *arg);
/* Nothing is called any more; the addresses are forgotten. */
void race_clear(struct race *race);

#endif
