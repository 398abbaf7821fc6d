/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "lib/wire/connection.h"
#include "sshd/net/conn.h"

#define BACKLOG_FIRST	65536	/* grows by doubling */
#define BACKLOG_KEPT	262144	/* a larger one is freed once empty */
#define PTY_READ_MORE	1024	/* a tty gives at most 4 KiB at a time */

static struct chan_end *
sink_of(struct channel *ch)
{
	return &ch->ends[(ch->flags & CHANNEL_DUPLEX) != 0 ? END_OUT : END_IN];
}

static bool
is_source(const struct chan_end *end)
{
	return end != &end->channel->ends[END_IN];
}

/* ---- the ring of what is readable ---------------------------------------- */

static void
ring_push(struct channels *channels, struct chan_end *end)
{
	if (end->in_ring)
		return;
	end->in_ring = true;
	end->next = NULL;
	if (channels->ring_last != NULL)
		channels->ring_last->next = end;
	else
		channels->ring_first = end;
	channels->ring_last = end;
}

static struct chan_end *
ring_pop(struct channels *channels)
{
	struct chan_end *end = channels->ring_first;

	channels->ring_first = end->next;
	if (channels->ring_first == NULL)
		channels->ring_last = NULL;
	end->in_ring = false;
	return end;
}

static void
ring_remove(struct channels *channels, struct chan_end *end)
{
	struct chan_end **at = &channels->ring_first, *before = NULL;

	if (!end->in_ring)
		return;
	while (*at != end) {
		before = *at;
		at = &before->next;
	}
	*at = end->next;
	if (channels->ring_last == end)
		channels->ring_last = before;
	end->in_ring = false;
}

void
chan_wake(struct conn *conn)
{
	struct channels *channels = &conn->channels;

	if (channels->round_timer.at_ms == 0)
		loop_timer_set(&conn->loop, &channels->round_timer, 0,
		    channels_round, conn);
}

/* ---- descriptors --------------------------------------------------------- */

static loop_fn end_event;

/*
 * What the loop has to tell us about this descriptor. epoll reports a hang-up
 * even to those who ask for nothing, over and over, so one that we can't
 * serve now is not watched at all; but stdin is, to see its reader go.
 */
static bool
end_update(struct chan_end *end, struct err *err)
{
	struct channel *ch = end->channel;
	struct loop *loop = &ch->conn->loop;
	bool asleep = end->in_ring && ch->conn->channels.blocked;
	uint32_t events = 0;

	if (end->fd == -1)
		return true;
	if (is_source(end) && !end->ended && !asleep && ch->send_window != 0)
		events |= EPOLLIN;
	if (end == sink_of(ch) && ch->backlog.len != 0)
		events |= EPOLLOUT;
	if (events == 0 && end != &ch->ends[END_IN]) {
		loop_unwatch(loop, &end->watch);
		return true;
	}
	if (!end->watch.active)
		return loop_watch(loop, &end->watch, end->fd, events,
		    end_event, end, err);
	loop_modify(loop, &end->watch, events);
	return true;
}

static void
end_close(struct chan_end *end)
{
	struct conn *conn = end->channel->conn;

	ring_remove(&conn->channels, end);
	loop_unwatch(&conn->loop, &end->watch);
	if (end->fd != -1)
		close(end->fd);
	end->fd = -1;
	end->ended = true;
}

/* A descriptor for both directions goes when both have ended. */
static void
end_maybe_close(struct chan_end *end)
{
	struct channel *ch = end->channel;
	struct err err;

	if ((ch->flags & CHANNEL_DUPLEX) != 0 && end == &ch->ends[END_OUT] &&
	    (ch->flags & (CHANNEL_INPUT_ENDED | CHANNEL_PTY)) == 0) {
		ring_remove(&ch->conn->channels, end);
		(void)end_update(end, &err);	/* takes events away only */
	} else
		end_close(end);
}

static void
source_ended(struct chan_end *end)
{
	end->ended = true;
	end_maybe_close(end);
	channel_settle(end->channel);
}

bool
chan_attach(struct channel *ch, enum end_id id, int fd, uint32_t flags,
    struct err *err)
{
	ch->ends[id].fd = fd;
	ch->ends[id].ended = false;
	ch->flags |= CHANNEL_ATTACHED | flags;
	return fd_set_nonblock(fd, true, err);
}

void
chan_drain_pty(struct channel *ch)
{
	struct chan_end *end = &ch->ends[END_OUT];

	if ((ch->flags & CHANNEL_PTY) == 0 || end->ended)
		return;
	ch->flags |= CHANNEL_DRAINING;
	ring_push(&ch->conn->channels, end);
	chan_wake(ch->conn);
}

bool
chan_resume(struct channel *ch, struct err *err)
{
	if ((ch->flags & CHANNEL_DRAINING) != 0)
		chan_drain_pty(ch);	/* no event tells that it is empty */
	for (int i = 0; i < END_COUNT; i++) {
		if (!end_update(&ch->ends[i], err))
			return false;
	}
	return true;
}

bool
chan_output_ended(const struct channel *ch)
{
	return (ch->flags & CHANNEL_ATTACHED) != 0 &&
	    ch->ends[END_OUT].ended && ch->ends[END_ERR].ended;
}

void
chan_stop_output(struct channel *ch)
{
	struct chan_end *end = &ch->ends[END_OUT];

	/* one descriptor can't lose half of a terminal */
	if (end->fd == -1 || end->ended || (ch->flags & CHANNEL_PTY) != 0)
		return;
	if ((ch->flags & CHANNEL_DUPLEX) != 0)
		(void)shutdown(end->fd, SHUT_RD);
	source_ended(end);
}

static void
gather_forget(struct channel *ch)
{
	struct channels *channels = &ch->conn->channels;

	if (channels->gather_channel == ch) {
		channels->gather_channel = NULL;
		channels->gather_count = 0;
	}
}

static void
backlog_free(struct chan_backlog *backlog)
{
	free(backlog->p);
	*backlog = (struct chan_backlog){ 0 };
}

void
chan_close(struct channel *ch)
{
	for (int i = 0; i < END_COUNT; i++)
		end_close(&ch->ends[i]);
	ch->flags |= CHANNEL_INPUT_ENDED;
	gather_forget(ch);
	backlog_free(&ch->backlog);
}

void
chan_close_output(struct channel *ch)
{
	for (int i = 0; i < END_IN; i++) {
		ch->ends[i].ended = true;
		if (ch->ends[i].fd != -1)
			end_maybe_close(&ch->ends[i]);
	}
}

/* ---- from the descriptor to the peer ------------------------------------- */

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
	ch->send_window -= (uint32_t)len;
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

/* Sends at most one packet; *more when the end should have another turn. */
static bool
end_send(struct chan_end *end, size_t *sent, bool *more, struct err *err)
{
	struct channel *ch = end->channel;
	size_t head_len = end == &ch->ends[END_ERR] ? CHANNEL_EXTENDED_HEAD :
	    CHANNEL_DATA_HEAD;
	size_t room = MIN(ch->send_window, ch->send_packet_max), len;
	enum fill_end fill;
	uint8_t *p;

	*more = false;
	*sent = 0;
	if (end->ended || room == 0)
		return true;
	p = packet_data_reserve(ch->conn, head_len,
	    MIN(room, CHANNEL_PACKET_MAX), &room);
	if (p == NULL) {
		*more = true;
		return true;
	}
	fill = fill_packet(end, p, room, &len);
	if (len != 0 && !send_data(end, len, err))
		return false;
	*sent = len;
	if ((ch->flags & CHANNEL_DRAINING) != 0) {
		ch->drained += (uint32_t)len;
		if (ch->drained >= PTY_DRAIN_MAX)
			fill = FILL_ENDED;
	}
	*more = fill == FILL_MORE && ch->send_window != 0;
	if (fill == FILL_ENDED)
		source_ended(end);
	return true;
}

/* The peer or the key exchange takes nothing now: those that wait sleep. */
static bool
ring_sleep(struct conn *conn, struct err *err)
{
	conn->channels.blocked = true;
	for (struct chan_end *end = conn->channels.ring_first; end != NULL;
	    end = end->next) {
		if (!end_update(end, err))
			return false;
	}
	return true;
}

bool
chan_pump(struct conn *conn, struct err *err)
{
	struct channels *channels = &conn->channels;
	size_t total = 0, sent;
	bool more;

	channels->blocked = false;
	while (channels->ring_first != NULL && total < CHANNEL_ROUND_BYTES &&
	    packet_data_allowed(conn)) {
		struct chan_end *end = ring_pop(channels);

		if (!end_send(end, &sent, &more, err))
			return false;
		total += sent;
		if (more)
			ring_push(channels, end);
		else if (!end_update(end, err))
			return false;
	}
	if (channels->ring_first == NULL)
		return true;
	if (!packet_data_allowed(conn))
		return ring_sleep(conn, err);
	chan_wake(conn);
	return true;
}

/* ---- from the peer to the descriptor ------------------------------------- */

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

bool
chan_charge(struct channel *ch, size_t len, struct err *err)
{
	if (len <= ch->recv_window) {
		ch->recv_window -= (uint32_t)len;
		return true;
	}
	if (len - ch->recv_window > ch->recv_window_max / CHANNEL_OVERRUN_PART
	    - ch->overrun)
		return err_set(err, ERR_RANGE, "channel window exceeded");
	ch->overrun += (uint32_t)len - ch->recv_window;
	ch->recv_window = 0;
	return true;
}

bool
chan_consumed(struct channel *ch, size_t n, struct err *err)
{
	uint32_t beyond = n < ch->overrun ? (uint32_t)n : ch->overrun;
	uint32_t used;
	struct writer *w;

	/* what came beyond the window is not given back */
	ch->overrun -= beyond;
	ch->recv_consumed += (uint32_t)(n - beyond);
	used = ch->recv_window_max - ch->recv_window;
	if (ch->recv_consumed == 0 || (used <= 3 * CHANNEL_PACKET_MAX &&
	    ch->recv_window >= ch->recv_window_max / 2))
		return true;
	if ((ch->flags & (CHANNEL_GOT_EOF | CHANNEL_GOT_CLOSE |
	    CHANNEL_SENT_CLOSE)) != 0)
		return true;
	w = packet_begin(ch->conn, SSH_MSG_CHANNEL_WINDOW_ADJUST);
	window_adjust_build(ch->peer_id, ch->recv_consumed, w);
	ch->recv_window += ch->recv_consumed;
	ch->recv_consumed = 0;
	return packet_send(ch->conn, err);
}

static bool
backlog_reserve(struct chan_backlog *backlog, size_t more, struct err *err)
{
	size_t need = backlog->len + more, cap = backlog->cap;
	uint8_t *p;

	if (cap - backlog->off - backlog->len >= more)
		return true;
	if (backlog->off != 0) {
		memmove(backlog->p, backlog->p + backlog->off, backlog->len);
		backlog->off = 0;
	}
	if (cap >= need)
		return true;
	if (cap == 0)
		cap = BACKLOG_FIRST;
	while (cap < need)
		cap *= 2;
	if ((p = realloc(backlog->p, cap)) == NULL)
		return err_set(err, ERR_NOMEM, "input of a channel");
	backlog->p = p;
	backlog->cap = cap;
	return true;
}

static bool
backlog_add(struct channel *ch, struct bytes data, struct err *err)
{
	struct chan_backlog *backlog = &ch->backlog;

	if (data.len == 0)
		return true;
	/* chan_charge() lets nothing else through */
	if (backlog->len + data.len > (size_t)ch->recv_window_max +
	    ch->recv_window_max / CHANNEL_OVERRUN_PART)
		return err_set(err, ERR_RANGE, "input of a channel");
	if (!backlog_reserve(backlog, data.len, err))
		return false;
	memcpy(backlog->p + backlog->off + backlog->len, data.p, data.len);
	backlog->len += data.len;
	return end_update(sink_of(ch), err);
}

static bool
backlog_drop(struct channel *ch, struct err *err)
{
	size_t len = ch->backlog.len;

	backlog_free(&ch->backlog);
	return len == 0 || chan_consumed(ch, len, err);
}

/* No more input will be written, be it the peer's wish or the program's. */
static void
end_input(struct channel *ch)
{
	struct chan_end *end = sink_of(ch);

	ch->flags |= CHANNEL_INPUT_ENDED;
	if ((ch->flags & CHANNEL_DUPLEX) == 0 || end->ended)
		end_close(end);
	else
		(void)shutdown(end->fd, SHUT_WR);
	channel_settle(ch);
}

/* The program closed its side; the peer should not go on sending. */
static bool
input_failed(struct channel *ch, struct err *err)
{
	if ((ch->flags & CHANNEL_INPUT_ENDED) != 0)
		return true;
	/* a terminal without programs hangs up as output */
	if ((ch->flags & CHANNEL_PTY) != 0)
		ch->flags |= CHANNEL_INPUT_ENDED;
	else {
		if ((ch->flags & CHANNEL_GOT_EOF) == 0)
			ch->flags |= CHANNEL_EOW_DUE;
		end_input(ch);
	}
	return backlog_drop(ch, err) && end_update(sink_of(ch), err);
}

/* Writes the last bytes and passes the peer's EOF on. */
static bool
input_drained(struct channel *ch, struct err *err)
{
	if (ch->backlog.cap > BACKLOG_KEPT)
		backlog_free(&ch->backlog);
	ch->backlog.off = 0;
	if ((ch->flags & (CHANNEL_GOT_EOF | CHANNEL_GOT_CLOSE)) == 0 ||
	    (ch->flags & (CHANNEL_INPUT_ENDED | CHANNEL_PTY)) != 0)
		return end_update(sink_of(ch), err);
	backlog_free(&ch->backlog);
	end_input(ch);
	return true;
}

/* The descriptor takes input again. */
static bool
backlog_write(struct channel *ch, struct err *err)
{
	struct chan_backlog *backlog = &ch->backlog;
	ssize_t n;

	if (backlog->len == 0)
		return true;
	do
		n = write(sink_of(ch)->fd, backlog->p + backlog->off,
		    backlog->len);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN)
		return true;
	if (n == -1)
		return input_failed(ch, err);
	backlog->off += (size_t)n;
	backlog->len -= (size_t)n;
	if (!chan_consumed(ch, (size_t)n, err))
		return false;
	return backlog->len != 0 || input_drained(ch, err);
}

/* What writev(2) did not take is copied. */
static bool
keep_rest(struct channel *ch, const struct iovec *iov, unsigned count,
    size_t written, struct err *err)
{
	for (unsigned i = 0; i < count; i++) {
		size_t skip = MIN(written, iov[i].iov_len);

		written -= skip;
		if (!backlog_add(ch, bytes_of((uint8_t *)iov[i].iov_base +
		    skip, iov[i].iov_len - skip), err))
			return false;
	}
	return true;
}

static bool
write_gathered(struct channel *ch, const struct iovec *iov, unsigned count,
    struct err *err)
{
	size_t total = 0;
	ssize_t n;

	for (unsigned i = 0; i < count; i++)
		total += iov[i].iov_len;
	if ((ch->flags & CHANNEL_INPUT_ENDED) != 0 || sink_of(ch)->fd == -1)
		return chan_consumed(ch, total, err);
	if (ch->backlog.len != 0)
		return keep_rest(ch, iov, count, 0, err);
	do
		n = writev(sink_of(ch)->fd, iov, (int)count);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno != EAGAIN)
		return input_failed(ch, err) && chan_consumed(ch, total, err);
	if (n == -1)
		n = 0;
	if ((size_t)n < total && !keep_rest(ch, iov, count, (size_t)n, err))
		return false;
	return n == 0 || chan_consumed(ch, (size_t)n, err);
}

bool
channels_input_end(struct conn *conn, struct err *err)
{
	struct channels *channels = &conn->channels;
	struct channel *ch = channels->gather_channel;
	unsigned count = channels->gather_count;

	if (ch == NULL)
		return true;
	channels->gather_channel = NULL;
	channels->gather_count = 0;
	return write_gathered(ch, channels->gather, count, err);
}

bool
chan_input(struct channel *ch, struct bytes data, struct err *err)
{
	struct channels *channels = &ch->conn->channels;

	if (data.len == 0)
		return true;
	if ((channels->gather_channel != ch ||
	    channels->gather_count == CHANNEL_GATHER_MAX) &&
	    !channels_input_end(ch->conn, err))
		return false;
	channels->gather_channel = ch;
	channels->gather[channels->gather_count++] = (struct iovec){
		(void *)(uintptr_t)data.p, data.len,
	};
	return true;
}

bool
chan_input_eof(struct channel *ch, struct err *err)
{
	if (sink_of(ch)->fd == -1 || ch->backlog.len != 0)
		return true;
	return input_drained(ch, err);
}

/* ---- events -------------------------------------------------------------- */

static bool
sink_event(struct channel *ch, uint32_t events, struct err *err)
{
	if ((events & EPOLLOUT) != 0 && !backlog_write(ch, err))
		return false;
	/* a pipe whose reader has gone */
	if ((events & EPOLLERR) != 0 && (ch->flags & CHANNEL_DUPLEX) == 0)
		return input_failed(ch, err);
	return true;
}

static void
end_event(void *arg, uint32_t events)
{
	struct chan_end *end = arg;
	struct channel *ch = end->channel;
	struct conn *conn = ch->conn;
	struct err err;

	if (is_source(end) && !end->ended && ch->send_window != 0 &&
	    (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
		ring_push(&conn->channels, end);
		chan_wake(conn);
	}
	if (end != sink_of(ch))
		return;
	/* without EPOLLOUT a hung-up socket would be reported for ever */
	if ((events & (EPOLLHUP | EPOLLERR)) != 0 && ch->backlog.len != 0)
		events |= EPOLLOUT;
	if (!sink_event(ch, events, &err))
		conn_fail(conn, &err);
}
