/* SPDX-License-Identifier: ISC */
#include "sshd/net/transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "sshd/net/chan_ride.h"
#include "sshd/net/conn.h"

#define TRIM_DELAY_MS	3000
#define TRIM_MIN	32768	/* less is not worth a system call */
#define DRAIN_READS	16	/* before close: else it resets the stream */

void
transport_init(struct transport *transport)
{
	*transport = (struct transport){ .in_fd = -1, .out_fd = -1 };
}

void
transport_clear(struct conn *conn)
{
	struct transport *t = &conn->transport;

	loop_unwatch(&conn->loop, &t->in_watch);
	loop_unwatch(&conn->loop, &t->out_watch);
	loop_timer_stop(&conn->loop, &t->trim_timer);
	loop_timer_stop(&conn->loop, &t->wakeups.timer);
	loop_timer_stop(&conn->loop, &t->rekey.timer);
	kex_clear(&t->kex);
	packet_in_clear(&t->in);
	packet_out_clear(&t->out);
	if (t->out_fd != -1 && t->out_fd != t->in_fd)
		close(t->out_fd);
	if (t->in_fd != -1)
		close(t->in_fd);
	transport_init(t);
}

bool
transport_peer_is(const struct conn *conn, unsigned quirk)
{
	return (conn->transport.peer.quirks & quirk) != 0;
}

static size_t
queued(const struct transport *t)
{
	return t->out.tail - t->out.head;
}

static bool
may_read(const struct conn *conn)
{
	return conn->state != CONN_CLOSING &&
	    queued(&conn->transport) < OUT_STOP_READING &&
	    conn->channels.request_count < PENDING_REQUESTS_MAX;
}

/*
 * Handles a packet of what is buffered, but none while the peer does not take
 * our answers, or the session process owes many. False when nothing can be
 * done with what is there.
 */
static bool
handle_one(struct conn *conn)
{
	struct transport *t = &conn->transport;
	struct bytes payload;
	struct err err;
	bool got;

	t->stopped = !may_read(conn);
	if (t->stopped)
		return false;
	if (conn->state == CONN_VERSION) {
		if (!version_receive(conn))
			return false;
		conn->state = CONN_KEX;
	}
	if (!packet_in_next(&t->in, &payload, &got, &err)) {
		conn_abort(conn, conn_reason(err.code), err.what,
		    err.code == ERR_FORMAT ? "Connection corrupted" :
		    conn_log_reason(&err));
		return false;
	}
	if (!got)
		return false;
	if (!messages_dispatch(conn, payload, &err) ||
	    (t->in.inflater != NULL && !channels_input_end(conn, &err))) {
		conn_fail(conn, &err);
		return false;
	}
	return true;
}

static void
handle_input(struct conn *conn)
{
	struct err err;

	while (handle_one(conn))
		;
	if (conn->transport.in.logged_in && !channels_input_end(conn, &err))
		conn_fail(conn, &err);
}

/*
 * Stock clients run with Nagle's algorithm: until login is complete every
 * delayed acknowledgement would stall them by 40 ms.
 */
static void
acknowledge(struct transport *t)
{
	const int on = 1;

	if (t->quick_ack && setsockopt(t->in_fd, IPPROTO_TCP, TCP_QUICKACK,
	    &on, sizeof(on)) == -1)
		t->quick_ack = false;		/* not TCP */
}

static void
no_more_came(void *arg)
{
	struct conn *conn = arg;
	struct transport *t = &conn->transport;
	struct err err;

	wakeups_many(&t->wakeups, &conn->loop, t->in_fd, may_read(conn));
	if (!chan_ride_end(conn, &err))
		conn_fail(conn, &err);
	loop_look_again(&conn->loop, &t->in_watch);
}

static void
read_input(struct conn *conn)
{
	struct transport *t = &conn->transport;
	struct err err;
	size_t got;

	if (!packet_in_read(&t->in, t->in_fd, &got, &err)) {
		conn_lost(conn, &err, true);
		return;
	}
	if (got == 0)
		return;
	acknowledge(t);
	if (t->in.logged_in)
		wakeups_read(&t->wakeups, &conn->loop, t->in_fd, got,
		    no_more_came, conn);
	chan_ride_along(conn);
	handle_input(conn);
}

/* Output leaves at the end of the round, with the data that waited for it. */
static void
output_event(void *arg, uint32_t events)
{
	struct conn *conn = arg;
	struct transport *t = &conn->transport;

	(void)events;
	t->out.blocked = false;
	if (t->out.awaited && queued(t) == 0)
		channels_output_ready(conn);
}

/* Nothing is read or written that would find out that the peer has gone. */
static void
look_for_error(struct conn *conn, uint32_t events)
{
	struct err err;

	if ((events & EPOLLERR) == 0 || queued(&conn->transport) != 0)
		return;
	errno = ECONNRESET;
	err_sys(&err, "read from peer");
	conn_lost(conn, &err, true);
}

static void
out_pipe_event(void *arg, uint32_t events)
{
	struct conn *conn = arg;

	output_event(conn, events);
	/* its last words may wait in the other one */
	if ((events & EPOLLERR) != 0 && may_read(conn))
		read_input(conn);
	look_for_error(conn, events);
}

static void
transport_event(void *arg, uint32_t events)
{
	struct conn *conn = arg;

	if ((events & ~(uint32_t)EPOLLIN) != 0)
		output_event(conn, events);
	if ((events & ~(uint32_t)EPOLLOUT) != 0 && may_read(conn)) {
		read_input(conn);
	} else
		look_for_error(conn, events);
}

static bool
watch(struct conn *conn, struct err *err)
{
	struct transport *t = &conn->transport;

	if (!loop_watch(&conn->loop, &t->in_watch, t->in_fd, EPOLLIN,
	    transport_event, conn, err)) {
		if (err->sys != EPERM)
			return false;
		t->in_always = true;
	}
	/* what epoll can't watch never blocks */
	if (t->out_fd != t->in_fd && !loop_watch(&conn->loop, &t->out_watch,
	    t->out_fd, 0, out_pipe_event, conn, err) && err->sys != EPERM)
		return false;
	return true;
}

bool
transport_start(struct conn *conn, int in_fd, int out_fd, struct err *err)
{
	struct transport *t = &conn->transport;

	t->in_fd = in_fd;
	t->out_fd = out_fd;
	t->quick_ack = true;
	if (!packet_in_init(&t->in, err) || !packet_out_init(&t->out, err) ||
	    !fd_set_nonblock(in_fd, true, err) ||
	    !fd_set_nonblock(out_fd, true, err) || !watch(conn, err))
		return false;
	acknowledge(t);
	conn->state = CONN_VERSION;
	return packet_out_raw(&t->out, conn->setup.version, err) &&
	    packet_out_raw(&t->out, BYTES_LIT("\r\n"), err) &&
	    kex_start(conn, err);
}

bool
transport_login(struct conn *conn, uint64_t rekey_bytes,
    uint32_t rekey_seconds, struct err *err)
{
	struct transport *t = &conn->transport;

	conn->state = CONN_OPEN;
	t->quick_ack = false;
	t->in.logged_in = true;
	t->rekey.limit_bytes = rekey_bytes;
	t->rekey.limit_s = rekey_seconds;
	rekey_restart(conn);
	/* the key exchange, for most the only one, takes 80 KiB of stack */
	memory_release();
	return kex_compress_out(conn, err) && kex_compress_in(conn, err);
}

static void
rekey_round(struct conn *conn)
{
	struct err err;

	switch (rekey_check(conn)) {
	case REKEY_NO:
		return;
	case REKEY_NOW:
		if (!kex_start(conn, &err))
			conn_fail(conn, &err);
		return;
	case REKEY_TOO_EARLY:
		log_fatal("RekeyLimit exceeded before authentication "
		    "completed");
		conn_part(conn, SSH_DISCONNECT_PROTOCOL_ERROR,
		    "too much data before authentication");
		return;
	case REKEY_IGNORED:
		conn_disconnect(conn, SSH_DISCONNECT_KEY_EXCHANGE_FAILED,
		    "rekeying was begun and not completed");
		return;
	}
}

static void
trim_timer(void *arg)
{
	struct conn *conn = arg;
	struct transport *t = &conn->transport;
	uint64_t mark = t->in.total_bytes + t->out.total_bytes;

	if (mark == t->trim_mark) {
		packet_in_trim(&t->in);
		packet_out_trim(&t->out);
		memory_release_stack();
	}
	t->trim_mark = mark;		/* transport_round() sets it again */
}

static void
trim_round(struct conn *conn)
{
	struct transport *t = &conn->transport;

	if (t->trim_timer.linked || t->in.touched + t->out.touched < TRIM_MIN)
		return;
	t->trim_mark = t->in.total_bytes + t->out.total_bytes;
	loop_timer_set(&conn->loop, &t->trim_timer, TRIM_DELAY_MS, trim_timer,
	    conn);
}

/* Everything is written, or never will be. */
static void
finish(struct conn *conn)
{
	struct transport *t = &conn->transport;
	struct err err;
	size_t got;

	(void)shutdown(t->out_fd, SHUT_WR);
	for (int i = 0; i < DRAIN_READS; i++) {
		t->in.head = t->in.tail = 0;
		t->in.packet_length = 0;
		if (!packet_in_read(&t->in, t->in_fd, &got, &err) || got == 0)
			break;
	}
	conn->loop.stop = true;
}

static void
flush(struct conn *conn)
{
	struct transport *t = &conn->transport;
	struct err err;

	if (queued(t) != 0 && !t->out.blocked && !packet_flush(conn, &err)) {
		if (conn->state == CONN_CLOSING) {
			finish(conn);
			return;
		}
		conn_lost(conn, &err, false);
		t->out.head = t->out.tail = 0;
	}
	if (t->stopped && may_read(conn))
		handle_input(conn);	/* what had to wait in the buffer */
	if (t->out.awaited && packet_data_room(conn) != 0)
		channels_output_ready(conn);
}

void
transport_round(struct conn *conn)
{
	struct transport *t = &conn->transport;
	uint32_t in_events, out_events;

	if (conn->state != CONN_CLOSING) {
		if (t->in_always)
			read_input(conn);
		rekey_round(conn);
	}
	flush(conn);
	if (conn->state == CONN_CLOSING) {
		if ((queued(t) == 0 || t->lost) && !conn->loop.stop)
			finish(conn);
	} else
		trim_round(conn);
	in_events = may_read(conn) ? EPOLLIN : 0;
	out_events = queued(t) != 0 || (t->out.awaited && t->out.blocked) ?
	    EPOLLOUT : 0;
	if (t->out_fd == t->in_fd)
		in_events |= out_events;
	loop_modify(&conn->loop, &t->in_watch, in_events);
	loop_modify(&conn->loop, &t->out_watch, out_events);
}
