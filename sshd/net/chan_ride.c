/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_ride.h"

#include "sshd/net/chan_ahead.h"
#include "sshd/net/chan_ends.h"
#include "sshd/net/conn.h"

bool
chan_rides(const struct chan_end *end)
{
	const struct channel *ch = end->channel;

	return end == &ch->ends[END_OUT] && ch == ch->conn->channels.riding;
}

bool
chan_ride_begin(struct channel *ch, struct err *err)
{
	struct conn *conn = ch->conn;

	if (!conn->transport.wakeups.few || conn->channels.riding != NULL ||
	    (ch->flags & CHANNEL_DUPLEX) != 0)
		return true;
	conn->channels.riding = ch;
	return chan_end_update(&ch->ends[END_OUT], err);
}

void
chan_ride_along(struct conn *conn)
{
	struct channel *ch = conn->channels.riding;

	if (ch == NULL || ch->ends[END_OUT].ended || !chan_may_send(ch))
		return;
	chan_ring_push(&conn->channels.ring, &ch->ends[END_OUT]);
	chan_wake(conn);
}

bool
chan_ride_end(struct conn *conn, struct err *err)
{
	struct channel *ch = conn->channels.riding;

	conn->channels.riding = NULL;
	return ch == NULL || chan_end_update(&ch->ends[END_OUT], err);
}

void
chan_ride_forget(struct channel *ch)
{
	if (ch->conn->channels.riding == ch)
		ch->conn->channels.riding = NULL;
}
