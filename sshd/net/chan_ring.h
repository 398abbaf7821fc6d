/* SPDX-License-Identifier: ISC */
/*
 * chan_ring - whose turn it is: the ends that have something to read.
 *
 * Shapes:  two queues. Who has little to send goes first, with some credit
 *          for each turn; when that is used up an end waits among the rest,
 *          who send a packet each. The turn is over when one comes again.
 * Units:   bytes of channel data.
 * Errors:  none.
 * Owns:    nothing: ends are linked in place.
 * Source:  deficit round robin with two lists, as in RFC 8290 section 4.
 */
#ifndef SSHD_NET_CHAN_RING_H
#define SSHD_NET_CHAN_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chan_end;

#define CHAN_RING_CREDIT	8192	/* what somebody types brings less */
#define CHAN_RING_NEW		1024	/* of an end that has sent nothing */
#define CHAN_RING_MEMORY	4	/* turns: who sent more gets none */

struct chan_queue {
	struct chan_end *first, *last;
};

/* Zeroes are an empty one. */
struct chan_ring {
	struct chan_queue little, rest;
	uint32_t turn;
};

/* What an end knows of it; zeroes are a new one. */
struct chan_turn {
	struct chan_end *next;
	bool queued;			/* in one of the two */
	bool known;
	uint32_t turn;			/* of bytes and credit */
	uint32_t served;		/* the last turn among the rest */
	size_t bytes, credit;		/* sent; left */
};

bool chan_ring_is_empty(const struct chan_ring *ring);
/* Nothing when it is there already. */
void chan_ring_push(struct chan_ring *ring, struct chan_end *end);
/*
 * The ring is not empty. *allowance: what the end may send before others get
 * their turn; chan_ring_spend() says what it did send.
 */
struct chan_end *chan_ring_pop(struct chan_ring *ring, size_t *allowance);
void chan_ring_spend(struct chan_end *end, size_t bytes);
void chan_ring_remove(struct chan_ring *ring, struct chan_end *end);
/* The one behind `end`, the first one behind NULL; NULL: none. */
struct chan_end *chan_ring_next(const struct chan_ring *ring,
    const struct chan_end *end);

#endif
