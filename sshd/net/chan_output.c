/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_output.h"

#include <errno.h>
#include <unistd.h>

#include "lib/wire/connection.h"
#include "sshd/net/chan_ahead.h"
#include "sshd/net/chan_ends.h"
#include "sshd/net/chan_ring.h"
#include "sshd/net/chan_timeout.h"
#include "sshd/net/chan_types.h"
#include "sshd/net/conn.h"

#define PTY_READ_MORE	1024	/* a tty gives at most 4 KiB at a time */

/*
 * What OpenSSH charges to its window for a packet, and allows in one, is
 * longer by a length that is not sent.
 */
static size_t
extra_charge(const struct channel *ch)
{
	return ch->type->read_packet != NULL &&
	    transport_peer_is(ch->conn, PEER_EOW) ? 4 : 0;
}

static bool
send_data(struct chan_end *end, size_t len, struct err *err)
{
	struct channel *ch = end->channel;
	uint8_t head[CHANNEL_EXTENDED_HEAD];
	struct writer w = wr_init(head, sizeof(head));

	if (end == &ch->ends[END_ERR]) {
		wr_u8(&w, SSH_MSG_CHANNEL_EXTENDED_DATA);
		wr_u32(&w, ch->peer_id);
		wr_u32(&w, SSH_EXTENDED_STDERR);
	} else {
		wr_u8(&w, SSH_MSG_CHANNEL_DATA);
		wr_u32(&w, ch->peer_id);
	}
	wr_u32(&w, (uint32_t)len);
	ch->send_window -= (uint32_t)(len + extra_charge(ch));
	ch->sent_bytes += len;
	chan_ahead_sent(ch, len);
	chan_timeout_touch(ch);
	return packet_data_send(ch->conn, wr_view(&w), len, err);
}

enum fill_end {
	FILL_MORE,	/* there may be more */
	FILL_EMPTY,	/* nothing more for now */
	FILL_ENDED,
};

/*
 * Reads into the packet. A pipe or socket that gave less than was asked has
 * nothing more; a tty hands out small pieces, which share a packet.
 */
static enum fill_end
fill_packet(struct chan_end *end, uint8_t *p, size_t room, size_t *len)
{
	bool is_pty = (end->channel->flags & CHANNEL_PTY) != 0;
	bool drain = (end->channel->flags & CHANNEL_DRAINING) != 0;
	ssize_t n;

	*len = 0;
	while (*len < room) {
		n = read(end->fd, p + *len, room - *len);
		if (n > 0) {
			*len += (size_t)n;
			if (*len == room || (is_pty && (drain ||
			    n >= PTY_READ_MORE)))
				continue;
			return FILL_EMPTY;
		}
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return drain ? FILL_ENDED : FILL_EMPTY;
		return FILL_ENDED;
	}
	return FILL_MORE;
}

/*
 * One packet of a device, of *taken bytes; *len is 0 when the peer can't take
 * it now: then it is lost.
 */
static enum fill_end
fill_whole(struct chan_end *end, uint8_t *p, size_t room, size_t *len,
    size_t *taken)
{
	struct channel *ch = end->channel;
	ssize_t n = ch->type->read_packet(ch, p, room);

	*len = *taken = 0;
	if (n <= 0)
		return n == 0 ? FILL_EMPTY : FILL_ENDED;
	*taken = (size_t)n;
	if ((size_t)n + extra_charge(ch) <= MIN(ch->send_packet_max,
	    ch->send_window))
		*len = (size_t)n;
	return FILL_MORE;
}

/*
 * Sends at most one packet of `room` bytes; *more when the end should have
 * another turn. What a device loses counts as sent: a round has an end.
 */
static bool
end_send(struct chan_end *end, size_t room, size_t *sent, bool *more,
    struct err *err)
{
	struct channel *ch = end->channel;
	size_t head_len = end == &ch->ends[END_ERR] ? CHANNEL_EXTENDED_HEAD :
	    CHANNEL_DATA_HEAD;
	size_t window = MIN(ch->send_window, ch->send_packet_max), len;
	size_t taken = 0;
	enum fill_end fill;
	uint8_t *p;

	*more = false;
	*sent = 0;
	if (end->ended || window == 0 || !chan_may_send(ch))
		return true;
	room = ch->type->read_packet != NULL ? CHANNEL_PACKET_MAX :
	    MIN(room, window);
	p = packet_data_reserve(ch->conn, head_len, room, err);
	if (p == NULL)
		return false;
	fill = ch->type->read_packet != NULL ?
	    fill_whole(end, p, room, &len, &taken) :
	    fill_packet(end, p, room, &len);
	if (len != 0 && !send_data(end, len, err))
		return false;
	if (len >= CHANNEL_PACKET_MAX / 2)
		chan_end_widen(end);
	chan_ring_spend(end, len);
	*sent = MAX(len, taken);
	if ((ch->flags & CHANNEL_DRAINING) != 0) {
		ch->drained += (uint32_t)len;
		if (ch->drained >= PTY_DRAIN_MAX)
			fill = FILL_ENDED;
	}
	*more = fill == FILL_MORE && chan_may_send(ch);
	if (fill == FILL_ENDED)
		chan_end_read(end);
	return true;
}

/* The peer or the key exchange takes nothing now: those that wait sleep. */
static bool
ring_sleep(struct conn *conn, struct err *err)
{
	struct chan_end *end = NULL;

	conn->channels.blocked = true;
	while ((end = chan_ring_next(&conn->channels.ring, end)) != NULL) {
		if (!chan_end_update(end, err))
			return false;
	}
	return true;
}

/* One turn of an end, which `room` limits. */
static bool
serve_next(struct conn *conn, size_t room, size_t *sent, struct err *err)
{
	struct chan_ring *ring = &conn->channels.ring;
	size_t allowance;
	struct chan_end *end = chan_ring_pop(ring, &allowance);
	bool more;

	if (packet_is_shared(conn))
		room = MIN(room, allowance);
	if (!end_send(end, room, sent, &more, err))
		return false;
	if (!more)
		return chan_end_update(end, err);
	chan_ring_push(ring, end);
	return true;
}

bool
chan_pump(struct conn *conn, struct err *err)
{
	struct channels *channels = &conn->channels;
	size_t limit = packet_is_shared(conn) ? CHANNEL_ROUND_SHARED :
	    CHANNEL_ROUND_BYTES;
	size_t total = 0, sent, room;

	channels->blocked = false;
	while (!chan_ring_is_empty(&channels->ring)) {
		if (total >= limit) {
			chan_wake(conn);
			break;
		}
		if ((room = packet_data_room(conn)) == 0)
			return ring_sleep(conn, err);
		if (!serve_next(conn, room, &sent, err))
			return false;
		total += sent;
	}
	return true;
}
