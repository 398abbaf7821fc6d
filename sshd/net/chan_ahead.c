/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_ahead.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "sshd/net/chan_ends.h"
#include "sshd/net/conn.h"

#define STEP_MIN	131072	/* peers adjust after about 100 KB or less */
#define STEP_DECAY	8	/* a part of it is forgotten at each one */
#define PATHS		2	/* in flight, so that the rate can double */
#define HELD_LONG_MS	100	/* once or twice: more than a round trip */
#define MISTAKES_MAX	16	/* held in vain: a peer that we don't grasp */

/* Bandwidth x delay, as the kernel has measured it. */
static uint32_t
path_bytes(const struct conn *conn)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	uint64_t bytes;

	if (getsockopt(conn->transport.out_fd, IPPROTO_TCP, TCP_INFO, &info,
	    &len) == -1)
		return 0;		/* not TCP */
	if (info.tcpi_delivery_rate > UINT32_MAX)
		info.tcpi_delivery_rate = UINT32_MAX;
	bytes = info.tcpi_delivery_rate * info.tcpi_min_rtt / 1000000;
	return (uint32_t)MIN(bytes, UINT32_MAX / (2 * PATHS));
}

/* Others wait behind what the peer keeps in its socket. */
static bool
somebody_types(const struct conn *conn)
{
	return conn->qos.terminal_count != 0 && packet_is_shared(conn);
}

static bool
is_too_far(const struct channel *ch)
{
	uint64_t limit = (uint64_t)MAX(ch->ahead_step, STEP_MIN) +
	    CHANNEL_PACKET_MAX + (uint64_t)PATHS * ch->ahead_path;

	/* a peer that has never adjusted may do so at the very end */
	return ch->ahead_step != 0 && ch->ahead >= limit &&
	    ch->ahead_mistakes < MISTAKES_MAX && somebody_types(ch->conn);
}

/* The peer may wait for more before it adjusts. */
static void
held_long(void *arg)
{
	struct conn *conn = arg;
	struct channels *channels = &conn->channels;
	struct err err;

	for (uint32_t i = 0; i < channels->slot_count; i++) {
		struct channel *ch = channels->slots[i].channel;

		if (ch == NULL || (ch->flags & CHANNEL_HELD) == 0)
			continue;
		if ((ch->flags & CHANNEL_HELD_LONG) == 0) {
			ch->flags |= CHANNEL_HELD_LONG;
			loop_timer_set(&conn->loop, &channels->held_timer,
			    HELD_LONG_MS, held_long, conn);
			continue;
		}
		ch->flags &= ~(uint32_t)(CHANNEL_HELD | CHANNEL_HELD_LONG);
		ch->ahead_mistakes++;
		ch->ahead_step = ch->ahead + MIN(ch->ahead,
		    UINT32_MAX - ch->ahead);
		if (!chan_resume(ch, &err)) {
			conn_fail(conn, &err);
			return;
		}
	}
}

void
chan_ahead_sent(struct channel *ch, size_t len)
{
	struct channels *channels = &ch->conn->channels;

	ch->ahead += (uint32_t)MIN(len, UINT32_MAX - ch->ahead);
	if (!is_too_far(ch))
		return;
	ch->flags |= CHANNEL_HELD;
	if (!channels->held_timer.linked)
		loop_timer_set(&ch->conn->loop, &channels->held_timer,
		    HELD_LONG_MS, held_long, ch->conn);
}

bool
chan_ahead_adjusted(struct channel *ch, uint32_t bytes)
{
	/* what is given before any data is no answer to it */
	if (ch->ahead == 0)
		return false;
	ch->ahead -= MIN(bytes, ch->ahead);
	ch->ahead_step = MAX(bytes, ch->ahead_step -
	    ch->ahead_step / STEP_DECAY);
	if (somebody_types(ch->conn))
		ch->ahead_path = path_bytes(ch->conn);
	if ((ch->flags & CHANNEL_HELD) == 0 || is_too_far(ch))
		return false;
	ch->flags &= ~(uint32_t)(CHANNEL_HELD | CHANNEL_HELD_LONG);
	return true;
}

bool
chan_may_send(const struct channel *ch)
{
	return ch->send_window != 0 && (ch->flags & CHANNEL_HELD) == 0;
}
