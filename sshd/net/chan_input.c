/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_input.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshd/net/chan_ends.h"
#include "sshd/net/chan_ride.h"
#include "sshd/net/chan_settle.h"
#include "sshd/net/chan_types.h"
#include "sshd/net/chan_window.h"
#include "sshd/net/conn.h"

#define BACKLOG_FIRST	65536	/* grows by doubling */
#define BACKLOG_KEPT	262144	/* a larger one is freed, but not at once: */
#define MEMORY_REST_MS	1000	/* a busy channel soon needs it again */

static bool
has_shared_input(const struct channel *ch)
{
	return ch->shared_input.head != NULL;
}

/* ---- what waits ------------------------------------------------------- */

static void
backlog_free(struct chan_backlog *backlog)
{
	free(backlog->p);
	*backlog = (struct chan_backlog){ 0 };
}

/* Where it lies: a second part when it goes on at the start of the memory. */
static unsigned
backlog_parts(const struct chan_backlog *backlog, struct iovec parts[static 2])
{
	size_t first = MIN(backlog->len, backlog->cap - backlog->off);

	parts[0] = (struct iovec){ backlog->p + backlog->off, first };
	parts[1] = (struct iovec){ backlog->p, backlog->len - first };
	return parts[1].iov_len == 0 ? 1 : 2;
}

static bool
backlog_reserve(struct chan_backlog *backlog, size_t more, struct err *err)
{
	size_t need = backlog->len + more, cap = backlog->cap;
	struct iovec parts[2];
	uint8_t *p;

	if (cap >= need)
		return true;
	if (cap == 0)
		cap = BACKLOG_FIRST;
	while (cap < need)
		cap *= 2;
	if ((p = malloc(cap)) == NULL)
		return err_set(err, ERR_NOMEM, "input of a channel");
	if (backlog->len != 0) {
		(void)backlog_parts(backlog, parts);
		memcpy(p, parts[0].iov_base, parts[0].iov_len);
		memcpy(p + parts[0].iov_len, parts[1].iov_base,
		    parts[1].iov_len);
	}
	free(backlog->p);
	backlog->p = p;
	backlog->cap = cap;
	backlog->off = 0;
	return true;
}

/* There is room for it. */
static void
backlog_put(struct chan_backlog *backlog, struct bytes data)
{
	size_t end = (backlog->off + backlog->len) % backlog->cap;
	size_t first = MIN(data.len, backlog->cap - end);

	memcpy(backlog->p + end, data.p, first);
	memcpy(backlog->p, data.p + first, data.len - first);
	backlog->len += data.len;
}

static bool
backlog_add(struct channel *ch, struct bytes data, struct err *err)
{
	struct chan_backlog *backlog = &ch->backlog;

	if (data.len == 0)
		return true;
	/* chan_charge() lets nothing else through */
	if (backlog->len + data.len > chan_window_backlog_max(ch))
		return err_set(err, ERR_RANGE, "input of a channel");
	if (!backlog_reserve(backlog, data.len, err))
		return false;
	if (backlog->len == 0)
		chan_window_wait_begins(ch);
	backlog_put(backlog, data);
	chan_window_waiting(ch, backlog->len);
	return chan_end_update(chan_sink(ch), err);
}

static bool
backlog_drop(struct channel *ch, struct err *err)
{
	size_t len = ch->backlog.len;

	backlog_free(&ch->backlog);
	return len == 0 || chan_consumed(ch, len, err);
}

/* ---- what is used for a while ------------------------------------------- */

static void
give_memory_back(void *arg)
{
	struct channels *channels = &((struct conn *)arg)->channels;

	for (uint32_t i = 0; i < channels->slot_count; i++) {
		struct channel *ch = channels->slots[i].channel;

		if (ch == NULL)
			continue;
		if (ch->backlog.len == 0 && ch->backlog.cap > BACKLOG_KEPT)
			backlog_free(&ch->backlog);
		if (has_shared_input(ch))
			shared_pipe_release(&ch->shared_input);
	}
}

static void
give_memory_back_later(struct conn *conn)
{
	struct timer *timer = &conn->channels.input_timer;

	if (!timer->linked)
		loop_timer_set(&conn->loop, timer, MEMORY_REST_MS,
		    give_memory_back, conn);
}

/* ---- writing ------------------------------------------------------------ */

/* As writev(2). */
static ssize_t
sink_write(struct channel *ch, const struct iovec *iov, unsigned count)
{
	ssize_t n;

	if (has_shared_input(ch)) {
		give_memory_back_later(ch->conn);
		return shared_pipe_write(&ch->shared_input, iov, count);
	}
	do
		n = writev(chan_sink(ch)->fd, iov, (int)count);
	while (n == -1 && errno == EINTR);
	return n;
}

/* No more input will be written, be it the peer's wish or the program's. */
static void
end_input(struct channel *ch)
{
	struct chan_end *end = chan_sink(ch);

	ch->flags |= CHANNEL_INPUT_ENDED;
	if ((ch->flags & CHANNEL_DUPLEX) == 0 || end->ended)
		chan_end_close(end);
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
	return backlog_drop(ch, err) && chan_end_update(chan_sink(ch), err);
}

/* Writes the last bytes and passes the peer's EOF on. */
static bool
input_drained(struct channel *ch, struct err *err)
{
	if (ch->backlog.cap > BACKLOG_KEPT)
		give_memory_back_later(ch->conn);
	ch->backlog.off = 0;
	if ((ch->flags & (CHANNEL_GOT_EOF | CHANNEL_GOT_CLOSE)) == 0 ||
	    (ch->flags & (CHANNEL_INPUT_ENDED | CHANNEL_PTY)) != 0)
		return chan_end_update(chan_sink(ch), err);
	backlog_free(&ch->backlog);
	end_input(ch);
	return true;
}

/* The descriptor takes input again. */
static bool
backlog_write(struct channel *ch, struct err *err)
{
	struct chan_backlog *backlog = &ch->backlog;
	struct iovec parts[2];
	unsigned count;
	ssize_t n;

	if (backlog->len == 0)
		return true;
	count = backlog_parts(backlog, parts);
	n = sink_write(ch, parts, count);
	if (n == -1 && errno == EAGAIN)
		return true;
	if (n == -1)
		return input_failed(ch, err);
	backlog->off = (backlog->off + (size_t)n) % backlog->cap;
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
	if ((ch->flags & CHANNEL_INPUT_ENDED) != 0 || chan_sink(ch)->fd == -1)
		return chan_consumed(ch, total, err);
	if (ch->backlog.len != 0)
		return keep_rest(ch, iov, count, 0, err);
	n = sink_write(ch, iov, count);
	if (n == -1 && errno != EAGAIN)
		return input_failed(ch, err) && chan_consumed(ch, total, err);
	if (n == -1)
		n = 0;
	if ((size_t)n < total) {
		chan_end_widen(chan_sink(ch));
		if (!keep_rest(ch, iov, count, (size_t)n, err))
			return false;
	}
	return chan_ride_begin(ch, err) &&
	    (n == 0 || chan_consumed(ch, (size_t)n, err));
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
	if (ch->type->take_packet != NULL) {
		ch->type->take_packet(ch, data);
		return chan_consumed(ch, data.len, err);
	}
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
	if (chan_sink(ch)->fd == -1 || ch->backlog.len != 0)
		return true;
	return input_drained(ch, err);
}

uint32_t
chan_input_room(const struct channel *ch)
{
	return has_shared_input(ch) ? EPOLLIN : EPOLLOUT;
}

bool
chan_input_event(struct channel *ch, uint32_t events, struct err *err)
{
	/* the reader has gone */
	if ((events & (EPOLLERR | EPOLLHUP)) != 0 &&
	    (ch->flags & CHANNEL_DUPLEX) == 0)
		return input_failed(ch, err);
	if ((events & chan_input_room(ch)) == 0)
		return true;
	if (has_shared_input(ch) && !shared_pipe_hush(&ch->shared_input))
		return input_failed(ch, err);
	return backlog_write(ch, err);
}

void
chan_input_forget(struct channel *ch)
{
	struct channels *channels = &ch->conn->channels;

	if (channels->gather_channel == ch) {
		channels->gather_channel = NULL;
		channels->gather_count = 0;
	}
	backlog_free(&ch->backlog);
}
