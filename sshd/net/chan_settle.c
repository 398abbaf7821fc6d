/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_settle.h"

#include "lib/wire/connection.h"
#include "sshd/net/chan_ends.h"
#include "sshd/net/chan_input.h"
#include "sshd/net/chan_output.h"
#include "sshd/net/chan_types.h"
#include "sshd/net/conn.h"

void
channel_settle(struct channel *ch)
{
	struct channels *channels = &ch->conn->channels;

	if ((ch->flags & CHANNEL_SETTLING) != 0)
		return;
	ch->flags |= CHANNEL_SETTLING;
	ch->settle_next = channels->settle_first;
	channels->settle_first = ch;
	chan_wake(ch->conn);
}

void
chan_settle_forget(struct channel *ch)
{
	struct channel **at = &ch->conn->channels.settle_first;

	if ((ch->flags & CHANNEL_SETTLING) == 0)
		return;
	while (*at != ch)
		at = &(*at)->settle_next;
	*at = ch->settle_next;
	ch->flags &= ~(uint32_t)CHANNEL_SETTLING;
}

static bool
send_report(struct channel *ch, struct err *err)
{
	return ch->type->report == NULL || ch->type->report(ch, err);
}

bool
channel_end(struct channel *ch, struct err *err)
{
	if ((ch->flags & CHANNEL_SENT_CLOSE) != 0)
		return true;
	ch->flags |= CHANNEL_SENT_CLOSE;
	chan_close(ch);
	if (ch->type->closed != NULL && !ch->type->closed(ch, err))
		return false;
	return channel_send_number(ch, SSH_MSG_CHANNEL_CLOSE, err);
}

/* The peer's CLOSE came: our output is of no use any more. */
static bool
settle_closed(struct channel *ch, struct err *err)
{
	bool ok = true;

	chan_close_output(ch);
	if ((ch->flags & CHANNEL_SENT_CLOSE) == 0) {
		if (ch->type->waits(ch))
			return chan_input_eof(ch, err);
		if ((ch->flags & CHANNEL_SENT_EOF) != 0)
			ok = send_report(ch, err);
	}
	ok = ok && channel_end(ch, err);
	channel_free(ch);
	return ok;
}

static bool
send_eow(struct channel *ch, struct err *err)
{
	ch->flags &= ~(uint32_t)CHANNEL_EOW_DUE;
	if (!transport_peer_is(ch->conn, PEER_EOW) ||
	    (ch->flags & CHANNEL_GOT_EOF) != 0)
		return true;
	channel_request_build(ch->peer_id, "eow@openssh.com", false,
	    packet_begin(ch->conn, SSH_MSG_CHANNEL_REQUEST));
	return packet_send(ch->conn, err);
}

bool
chan_settle_now(struct channel *ch, struct err *err)
{
	chan_settle_forget(ch);
	if ((ch->flags & CHANNEL_CONFIRMED) == 0)
		return true;
	if ((ch->flags & CHANNEL_GOT_CLOSE) != 0)
		return settle_closed(ch, err);
	if ((ch->flags & CHANNEL_SENT_CLOSE) != 0)
		return true;
	if (chan_output_ended(ch)) {
		if (!send_report(ch, err))
			return false;
		if ((ch->flags & CHANNEL_SENT_EOF) == 0) {
			ch->flags |= CHANNEL_SENT_EOF;
			if (!channel_send_number(ch, SSH_MSG_CHANNEL_EOF, err))
				return false;
		}
		if (ch->type->is_over(ch))
			return channel_end(ch, err);
	}
	return (ch->flags & CHANNEL_EOW_DUE) == 0 || send_eow(ch, err);
}

void
channels_round(void *arg)
{
	struct conn *conn = arg;
	struct channels *channels = &conn->channels;
	struct err err;

	if (conn->state != CONN_OPEN)
		return;
	if (!chan_pump(conn, &err)) {
		conn_fail(conn, &err);
		return;
	}
	while (channels->settle_first != NULL) {
		if (!chan_settle_now(channels->settle_first, &err)) {
			conn_fail(conn, &err);
			return;
		}
	}
	if (chan_ring_is_empty(&channels->ring))
		loop_timer_stop(&conn->loop, &channels->round_timer);
}

void
channels_output_ready(struct conn *conn)
{
	if (!chan_ring_is_empty(&conn->channels.ring))
		chan_wake(conn);
}
