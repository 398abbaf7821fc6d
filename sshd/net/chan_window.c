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
	ch->conn->channels.growth_total -= ch->recv_grown + ch->recv_withheld;
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

static void
grow(struct channel *ch, uint32_t more)
{
	struct channels *channels = &ch->conn->channels;

	more = MIN(more, channels->growth_max - channels->growth_total);
	channels->growth_total += more;
	ch->recv_grown += more;
	ch->recv_window_max += more;
	ch->recv_consumed += more;	/* given with the next step */
}

/* How much of the window arrives within one round trip? */
static void
grow_maybe(struct channel *ch, size_t len)
{
	const struct channels *channels = &ch->conn->channels;
	int64_t now, took;

	if (channels->round_trip_ms == CHAN_ROUND_TRIP_UNKNOWN ||
	    channels->growth_total >= channels->growth_max)
		return;
	now = now_ms(ch);
	if (now - ch->round_ms >= channels->round_trip_ms) {
		ch->round_ms = now;
		ch->round_bytes = 0;
	}
	ch->round_bytes += (uint32_t)len;
	if (ch->round_bytes < ch->recv_window_max / 2)
		return;
	took = now - ch->round_ms;
	ch->round_ms = now;
	ch->round_bytes = 0;
	if (took < channels->round_trip_ms && keeps_up(ch, now))
		grow(ch, took < channels->round_trip_ms / 2 ?
		    3 * ch->recv_window_max : ch->recv_window_max);
}

void
chan_window_wait_begins(struct channel *ch)
{
	ch->waiting_ms = ch->judged_ms = now_ms(ch);
}

/* What was promised may come anyway: until then the memory is taken. */
static void
shrink(struct channel *ch, uint32_t less)
{
	uint32_t unpromised = MIN(less, ch->recv_consumed);

	ch->recv_window_max -= less;
	ch->recv_grown -= less;
	ch->recv_consumed -= unpromised;
	ch->recv_withheld += less - unpromised;
	ch->conn->channels.growth_total -= unpromised;
}

void
chan_window_waiting(struct channel *ch, size_t len)
{
	uint32_t less = MIN(ch->recv_grown, ch->recv_window_max / 2);
	int64_t now;

	if (less == 0 || len < ch->recv_window_max / 2)
		return;
	now = now_ms(ch);
	if (now - ch->judged_ms <
	    SLOW_ROUND_TRIPS * ch->conn->channels.round_trip_ms)
		return;
	ch->judged_ms = now;
	shrink(ch, less);
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
static uint32_t
keep_back(uint32_t *from, size_t *n)
{
	uint32_t part = (uint32_t)MIN(*n, *from);

	*from -= part;
	*n -= part;
	return part;
}

bool
chan_consumed(struct channel *ch, size_t n, struct err *err)
{
	struct writer *w;

	(void)keep_back(&ch->overrun, &n);
	ch->conn->channels.growth_total -= keep_back(&ch->recv_withheld, &n);
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
