/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_ring.h"

#include "sshd/net/channels.h"

bool
chan_ring_is_empty(const struct chan_ring *ring)
{
	return ring->little.first == NULL && ring->rest.first == NULL;
}

static void
start_turn(const struct chan_ring *ring, struct chan_turn *turn)
{
	bool sent_much = turn->bytes > CHAN_RING_CREDIT &&
	    ring->turn - turn->turn <= CHAN_RING_MEMORY;

	if (!turn->known)
		turn->credit = CHAN_RING_NEW;
	else
		turn->credit = sent_much ? 0 : CHAN_RING_CREDIT;
	turn->known = true;
	turn->turn = ring->turn;
	turn->bytes = 0;
}

void
chan_ring_push(struct chan_ring *ring, struct chan_end *end)
{
	struct chan_turn *turn = &end->turn;
	struct chan_queue *queue;

	if (turn->queued)
		return;
	if (!turn->known || turn->turn != ring->turn)
		start_turn(ring, turn);
	queue = turn->credit != 0 ? &ring->little : &ring->rest;
	turn->queued = true;
	turn->next = NULL;
	if (queue->last != NULL)
		queue->last->turn.next = end;
	else
		queue->first = end;
	queue->last = end;
}

static void
unlink_end(struct chan_queue *queue, struct chan_end *end,
    struct chan_end *before)
{
	if (before == NULL)
		queue->first = end->turn.next;
	else
		before->turn.next = end->turn.next;
	if (queue->last == end)
		queue->last = before;
	end->turn.queued = false;
}

struct chan_end *
chan_ring_pop(struct chan_ring *ring, size_t *allowance)
{
	struct chan_end *end = ring->little.first;

	if (end != NULL) {
		unlink_end(&ring->little, end, NULL);
		*allowance = end->turn.credit;
		return end;
	}
	end = ring->rest.first;
	unlink_end(&ring->rest, end, NULL);
	if (end->turn.served == ring->turn)
		ring->turn++;
	end->turn.served = end->turn.turn = ring->turn;
	end->turn.bytes = end->turn.credit = 0;
	*allowance = CHANNEL_PACKET_MAX;
	return end;
}

void
chan_ring_spend(struct chan_end *end, size_t bytes)
{
	end->turn.bytes += bytes;
	end->turn.credit -= MIN(bytes, end->turn.credit);
}

static bool
remove_from(struct chan_queue *queue, struct chan_end *end)
{
	struct chan_end *at = queue->first, *before = NULL;

	while (at != NULL && at != end) {
		before = at;
		at = at->turn.next;
	}
	if (at != NULL)
		unlink_end(queue, end, before);
	return at != NULL;
}

void
chan_ring_remove(struct chan_ring *ring, struct chan_end *end)
{
	if (end->turn.queued && !remove_from(&ring->little, end))
		(void)remove_from(&ring->rest, end);
}

struct chan_end *
chan_ring_next(const struct chan_ring *ring, const struct chan_end *end)
{
	if (end == NULL)
		return ring->little.first != NULL ? ring->little.first :
		    ring->rest.first;
	return end == ring->little.last ? ring->rest.first : end->turn.next;
}
