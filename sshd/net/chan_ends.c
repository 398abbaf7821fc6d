/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_ends.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "sshd/net/chan_ahead.h"
#include "sshd/net/chan_input.h"
#include "sshd/net/chan_ride.h"
#include "sshd/net/chan_settle.h"
#include "sshd/net/conn.h"

struct chan_end *
chan_sink(struct channel *ch)
{
	return &ch->ends[(ch->flags & CHANNEL_DUPLEX) != 0 ? END_OUT : END_IN];
}

static bool
is_source(const struct chan_end *end)
{
	return end != &end->channel->ends[END_IN];
}

void
chan_wake(struct conn *conn)
{
	struct channels *channels = &conn->channels;

	if (channels->round_timer.at_ms == 0)
		loop_timer_set(&conn->loop, &channels->round_timer, 0,
		    channels_round, conn);
}

/* ---- descriptors ------------------------------------------------------ */

static loop_fn end_event;

/*
 * What the loop has to tell us about this descriptor. epoll reports a hang-up
 * even to those who ask for nothing, over and over, so one that we can't
 * serve now is not watched at all; but stdin is, to see its reader go.
 */
bool
chan_end_update(struct chan_end *end, struct err *err)
{
	struct channel *ch = end->channel;
	struct loop *loop = &ch->conn->loop;
	bool asleep = end->turn.queued && ch->conn->channels.blocked;
	uint32_t events = 0;

	if (end->fd == -1)
		return true;
	if (is_source(end) && !end->ended && !asleep && !chan_rides(end) &&
	    chan_may_send(ch))
		events |= EPOLLIN;
	if (end == chan_sink(ch) && ch->backlog.len != 0)
		events |= chan_input_room(ch);
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

static bool
is_pipe(const struct chan_end *end)
{
	const struct channel *ch = end->channel;

	return (ch->flags & CHANNEL_DUPLEX) == 0 &&
	    (end != &ch->ends[END_IN] || ch->shared_input.head == NULL);
}

void
chan_end_widen(struct chan_end *end)
{
	/* the user may have too many: then it stays as it is */
	if (!end->widened && is_pipe(end))
		(void)fcntl(end->fd, F_SETPIPE_SZ, PIPE_BUSY_SIZE);
	end->widened = true;
}

void
chan_end_close(struct chan_end *end)
{
	struct conn *conn = end->channel->conn;

	chan_ring_remove(&conn->channels.ring, end);
	loop_unwatch(&conn->loop, &end->watch);
	if (end == &end->channel->ends[END_IN])
		shared_pipe_unmap_writer(&end->channel->shared_input);
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
		chan_ring_remove(&ch->conn->channels.ring, end);
		if (chan_end_update(end, &err))
			return;
	}
	chan_end_close(end);
}

void
chan_end_read(struct chan_end *end)
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
	ch->ends[id].ended = ch->ends[id].widened = false;
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
	chan_ring_push(&ch->conn->channels.ring, end);
	chan_wake(ch->conn);
}

bool
chan_resume(struct channel *ch, struct err *err)
{
	if ((ch->flags & CHANNEL_DRAINING) != 0)
		chan_drain_pty(ch);	/* no event tells that it is empty */
	for (int i = 0; i < END_COUNT; i++) {
		if (!chan_end_update(&ch->ends[i], err))
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
	chan_end_read(end);
}

void
chan_close(struct channel *ch)
{
	for (int i = 0; i < END_COUNT; i++)
		chan_end_close(&ch->ends[i]);
	ch->flags |= CHANNEL_INPUT_ENDED;
	chan_input_forget(ch);
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

/* ---- events ----------------------------------------------------------- */

static void
end_event(void *arg, uint32_t events)
{
	struct chan_end *end = arg;
	struct channel *ch = end->channel;
	struct conn *conn = ch->conn;
	struct err err;

	if (is_source(end) && !end->ended && chan_may_send(ch) &&
	    (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
		chan_ring_push(&conn->channels.ring, end);
		chan_wake(conn);
	}
	if (end != chan_sink(ch))
		return;
	/* without EPOLLOUT a hung-up socket would be reported for ever */
	if ((events & (EPOLLHUP | EPOLLERR)) != 0 && ch->backlog.len != 0)
		events |= EPOLLOUT;
	if (!chan_input_event(ch, events, &err))
		conn_fail(conn, &err);
}
