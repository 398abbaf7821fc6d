/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_window.h"

#include "lib/wire/connection.h"
#include "sshd/net/chan_timeout.h"
#include "sshd/net/conn.h"

#define SLOW_ROUND_TRIPS	4	/* without catching up */

void
chan_window_start(struct conn *conn, uint32_t growth_max)
{
	conn->channels.growth_max = growth_max;
	conn->channels.round_trip_ms = CHAN_ROUND_TRIP_UNKNOWN;
}

uint32_t
chan_window_for(const struct conn *conn)
{
	return conn->channels.windows_total + CHANNEL_WINDOW <=
	    CHANNEL_WINDOWS_TOTAL ? CHANNEL_WINDOW : CHANNEL_WINDOW_SMALL;
}

void
chan_window_offer(struct channel *ch, uint32_t window)
{
	ch->recv_window = ch->recv_window_max = window;
	ch->conn->channels.windows_total += window;
}

void
chan_window_forget(struct channel *ch)
{
	ch->conn->channels.windows_total -= ch->recv_window_max -
	    ch->recv_grown;
	ch->conn->channels.growth_total -= ch->recv_grown;
}

/* ---- the round trip --------------------------------------------------- */

static int64_t
now_ms(const struct channel *ch)
{
	return clock_now_ms(ch->conn->loop.clock);
}

static void
measured(struct channel *ch, int64_t since_ms)
{
	struct channels *channels = &ch->conn->channels;

	channels->round_trip_ms = MIN(channels->round_trip_ms,
	    now_ms(ch) - since_ms);
}

void
chan_window_asked(struct channel *ch)
{
	ch->asked_ms = now_ms(ch);
}

void
chan_window_answered(struct channel *ch)
{
	if (ch->asked_ms != 0)
		measured(ch, ch->asked_ms);
	ch->asked_ms = 0;
}

static void
adjusted(struct channel *ch)
{
	if (ch->adjusted_ms != 0)
		return;
	ch->adjusted_ms = now_ms(ch);
	ch->adjusted_left = ch->recv_window;
}

static void
arrived(struct channel *ch, size_t len)
{
	if (ch->adjusted_ms == 0)
		return;
	if (len <= ch->adjusted_left) {
		ch->adjusted_left -= (uint32_t)len;
		return;
	}
	measured(ch, ch->adjusted_ms);
	ch->adjusted_ms = 0;
}

/* ---- growing and shrinking -------------------------------------------- */

/* What waits came in one burst: it says nothing about the program. */
static bool
keeps_up(const struct channel *ch, int64_t now)
{
	return ch->backlog.len < ch->recv_window_max / CHANNEL_STEP_PART ||
	    now - ch->waiting_ms < ch->conn->channels.round_trip_ms;
}

/* Each half of the window: how long did it take to arrive? */
static void
grow_maybe(struct channel *ch, size_t len)
{
	struct channels *channels = &ch->conn->channels;
	uint32_t more = ch->recv_window_max;
	int64_t now;

	ch->half_bytes += (uint32_t)len;
	if (ch->half_bytes < ch->recv_window_max / 2)
		return;
	ch->half_bytes = 0;
	now = now_ms(ch);
	if (ch->half_ms != 0 && now - ch->half_ms < channels->round_trip_ms &&
	    channels->round_trip_ms != CHAN_ROUND_TRIP_UNKNOWN &&
	    keeps_up(ch, now) && channels->growth_total < channels->growth_max) {
		more = MIN(more, channels->growth_max -
		    channels->growth_total);
		channels->growth_total += more;
		ch->recv_grown += more;
		ch->recv_window_max += more;
		ch->recv_consumed += more;	/* given with the next step */
	}
	ch->half_ms = now;
}

void
chan_window_wait_begins(struct channel *ch)
{
	ch->waiting_ms = now_ms(ch);
}

/* What was promised may come anyway: nothing is lost by being patient. */
void
chan_window_waiting(struct channel *ch, size_t len)
{
	if (ch->recv_grown == 0 || len < ch->recv_window_max / 2 ||
	    now_ms(ch) - ch->waiting_ms <
	    SLOW_ROUND_TRIPS * ch->conn->channels.round_trip_ms)
		return;
	ch->conn->channels.growth_total -= ch->recv_grown;
	ch->recv_window_max -= ch->recv_grown;
	ch->recv_withheld += ch->recv_grown;
	ch->recv_grown = 0;
}

size_t
chan_window_backlog_max(const struct channel *ch)
{
	return (size_t)ch->recv_window_max + ch->recv_withheld +
	    ch->recv_window_max / CHANNEL_OVERRUN_PART;
}

/* ---- charging --------------------------------------------------------- */

bool
chan_charge(struct channel *ch, size_t len, struct err *err)
{
	chan_timeout_touch(ch);
	ch->received_bytes += len;
	arrived(ch, len);
	grow_maybe(ch, len);
	if (len <= ch->recv_window) {
		ch->recv_window -= (uint32_t)len;
		return true;
	}
	if (len - ch->recv_window + ch->overrun > ch->recv_window_max /
	    CHANNEL_OVERRUN_PART)
		return err_set(err, ERR_RANGE, "channel window exceeded");
	ch->overrun += (uint32_t)len - ch->recv_window;
	ch->recv_window = 0;
	return true;
}

/* Takes from *n what is not given back. */
static void
keep_back(uint32_t *from, size_t *n)
{
	uint32_t part = (uint32_t)MIN(*n, *from);

	*from -= part;
	*n -= part;
}

bool
chan_consumed(struct channel *ch, size_t n, struct err *err)
{
	struct writer *w;

	keep_back(&ch->overrun, &n);
	keep_back(&ch->recv_withheld, &n);
	ch->recv_consumed += (uint32_t)n;
	/* each step costs both sides a packet; the rest is still open */
	if (ch->recv_consumed <= ch->recv_window_max / CHANNEL_STEP_PART)
		return true;
	if ((ch->flags & (CHANNEL_GOT_EOF | CHANNEL_GOT_CLOSE |
	    CHANNEL_SENT_CLOSE)) != 0)
		return true;
	adjusted(ch);
	w = packet_begin(ch->conn, SSH_MSG_CHANNEL_WINDOW_ADJUST);
	window_adjust_build(ch->peer_id, ch->recv_consumed, w);
	ch->recv_window += ch->recv_consumed;
	ch->recv_consumed = 0;
	return packet_send(ch->conn, err);
}
