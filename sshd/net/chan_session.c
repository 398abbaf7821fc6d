/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_session.h"

#include "lib/base/log.h"
#include "sshd/net/chan_ends.h"
#include "sshd/net/chan_input.h"
#include "sshd/net/chan_settle.h"
#include "sshd/net/chan_window.h"
#include "sshd/net/conn.h"
#include "sshd/net/qos.h"
#include "sshd/net/session_limits.h"
#include "sshd/net/session_requests.h"

static bool
session_open(struct conn *conn, const struct channel_open *m,
    struct reader *r, struct err *err)
{
	struct channels *channels = &conn->channels;
	struct ipc_SES_OPEN open;
	struct channel *ch;

	if (!rd_end(r, err))
		return false;
	if (channels->no_more_sessions) {
		conn_disconnect(conn, SSH_DISCONNECT_PROTOCOL_ERROR,
		    "Possible attack: attempt to open a session after "
		    "additional sessions disabled");
		return true;
	}
	if (channels->session_count >= channels->max_sessions ||
	    (ch = channel_new(conn, &chan_session)) == NULL) {
		log_error("no more sessions");
		return channel_refuse(conn, m->sender_channel,
		    SSH_OPEN_CONNECT_FAILED, "open failed", err);
	}
	channel_set_peer(ch, m->sender_channel, m->initial_window_size,
	    m->maximum_packet_size);
	channels->session_count++;
	ch->session.known = true;
	open.channel = ch->id;
	/* nothing can be sent to us before a program runs: no window yet */
	return ipc_send(&conn->session, IPC_SES_OPEN, &open, err) &&
	    channel_confirm(ch, 0, err);
}

void
chan_session_refused(struct channel *ch, enum request_kind kind)
{
	if (kind == REQUEST_PTY)
		ch->session.has_pty = false;
	else
		ch->session.phase = SESSION_OPEN;
}

static bool
attach_program(struct channel *ch, struct ipc_message *message,
    struct err *err)
{
	bool is_shared = message->u.SES_STARTED.input_is_shared;
	unsigned memory = message->fd_count - 1, count = message->fd_count;

	if (is_shared)
		count--;
	if (count < 2 || count > 3)
		return err_set(err, ERR_RANGE, "descriptors of a program");
	return chan_attach(ch, END_IN, ipc_take_fd(message, 0), 0, err) &&
	    chan_attach(ch, END_OUT, ipc_take_fd(message, 1), 0, err) &&
	    (count == 2 ||
	    chan_attach(ch, END_ERR, ipc_take_fd(message, 2), 0, err)) &&
	    (!is_shared || shared_pipe_map_writer(&ch->shared_input,
	    message->fds[memory], ch->ends[END_IN].fd, err));
}

static bool
attach_all(struct channel *ch, struct ipc_message *message, struct err *err)
{
	if (!message->u.SES_STARTED.is_pty)
		return attach_program(ch, message, err);
	if (message->fd_count != 1)
		return err_set(err, ERR_RANGE, "descriptors of a pty");
	return chan_attach(ch, END_OUT, ipc_take_fd(message, 0),
	    CHANNEL_DUPLEX | CHANNEL_PTY, err);
}

bool
chan_session_started(struct channel *ch, struct ipc_message *message,
    struct err *err)
{
	uint32_t window = chan_window_for(ch->conn);

	if (ch->session.phase != SESSION_STARTING)
		return err_set(err, ERR_UNEXPECTED, "second start");
	if ((ch->flags & CHANNEL_SENT_CLOSE) != 0)
		return true;
	ch->session.phase = SESSION_RUNNING;
	if (!attach_all(ch, message, err))
		return false;
	if ((ch->flags & CHANNEL_PTY) != 0)
		qos_terminals(ch->conn, 1);
	session_limits_input(ch);
	chan_window_offer(ch, window);
	window_adjust_build(ch->peer_id, window, packet_begin(ch->conn,
	    SSH_MSG_CHANNEL_WINDOW_ADJUST));
	if (!packet_send(ch->conn, err) || !chan_resume(ch, err))
		return false;
	/* an EOF that came before the program */
	return (ch->flags & CHANNEL_GOT_EOF) == 0 || chan_input_eof(ch, err);
}

void
chan_session_exited(struct channel *ch, const struct ipc_SES_EXITED *m)
{
	struct chan_session *session = &ch->session;

	/* of an earlier channel of this number */
	if (session->phase != SESSION_RUNNING)
		return;
	session->phase = SESSION_EXITED;
	session->by_signal = m->by_signal != 0;
	session->core_dumped = m->core_dumped != 0;
	session->status = m->status;
	(void)bytes_to_str(m->signal, session->signal,
	    sizeof(session->signal));
	chan_drain_pty(ch);
	channel_settle(ch);
}

/* RFC 4254 6.10: after the output, so that the client has all of it. */
static bool
session_report(struct channel *ch, struct err *err)
{
	struct chan_session *session = &ch->session;
	struct exit_signal m = {
		.name = bytes_str(session->signal),
		.core_dumped = session->core_dumped,
	};
	struct writer *w;

	if (session->phase != SESSION_EXITED)
		return true;
	session->phase = SESSION_REPORTED;
	w = packet_begin(ch->conn, SSH_MSG_CHANNEL_REQUEST);
	if (session->by_signal) {
		channel_request_build(ch->peer_id, "exit-signal", false, w);
		exit_signal_build(&m, w);
	} else {
		channel_request_build(ch->peer_id, "exit-status", false, w);
		wr_u32(w, session->status);
	}
	return packet_send(ch->conn, err);
}

static bool
session_is_over(const struct channel *ch)
{
	return ch->session.phase == SESSION_REPORTED;
}

/*
 * A client that has sent and received EOF closes at once, though it wants the
 * exit status, which is never far behind the end of the output. One that
 * closes earlier does not want to know.
 */
static bool
session_waits(const struct channel *ch)
{
	return (ch->flags & CHANNEL_SENT_EOF) != 0 &&
	    ch->session.phase == SESSION_RUNNING;
}

static bool
session_closed(struct channel *ch, struct err *err)
{
	struct ipc_SES_CLOSE m = { .channel = ch->id };

	if (!ch->session.known)
		return true;
	ch->session.known = false;
	if ((ch->flags & CHANNEL_PTY) != 0)
		qos_terminals(ch->conn, -1);
	ch->conn->channels.session_count--;
	return ipc_send(&ch->conn->session, IPC_SES_CLOSE, &m, err);
}

const struct chan_type chan_session = {
	.name = "session",
	.open = session_open,
	.report = session_report,
	.is_over = session_is_over,
	.waits = session_waits,
	.closed = session_closed,
	.request = session_request,
};
