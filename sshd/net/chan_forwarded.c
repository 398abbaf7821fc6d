/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_forwarded.h"

#include "lib/base/log.h"
#include "sshd/net/chan_direct.h"
#include "sshd/net/chan_ends.h"
#include "sshd/net/chan_log.h"
#include "sshd/net/chan_types.h"
#include "sshd/net/chan_window.h"
#include "sshd/net/conn.h"

static const struct chan_type *const types[ACCEPTED_COUNT] = {
	[ACCEPTED_TCP] = &chan_forwarded_tcp,
	[ACCEPTED_STREAM] = &chan_forwarded_stream,
	[ACCEPTED_X11] = &chan_x11,
	[ACCEPTED_AGENT] = &chan_agent,
	[ACCEPTED_AGENT_IETF] = &chan_agent_ietf,
};

bool
chan_forwarded_open(struct conn *conn, struct ipc_message *message,
    struct err *err)
{
	const struct ipc_ACCEPTED *m = &message->u.ACCEPTED;
	struct channel *ch;
	struct channel_open open;
	struct writer *w;

	if (m->kind >= ACCEPTED_COUNT)
		return err_set(err, ERR_RANGE, "kind of a connection");
	if ((ch = channel_new(conn, types[m->kind])) == NULL) {
		log_error("no channel for a forwarded connection");
		return true;	/* the descriptor closes with the message */
	}
	ch->flags |= CHANNEL_OURS;
	chan_log_describe(ch, &(struct chan_log_side){ m->originator,
	    m->originator_port },
	    &(struct chan_log_side){ m->address, m->port });
	if (!chan_attach(ch, END_OUT, ipc_take_fd(message, 0),
	    CHANNEL_DUPLEX, err))
		return false;
	chan_window_offer(ch, chan_window_for(conn));
	open = (struct channel_open){
		.type = bytes_str(ch->type->name),
		.sender_channel = ch->id,
		.initial_window_size = ch->recv_window,
		.maximum_packet_size = CHANNEL_PACKET_MAX,
	};
	w = packet_begin(conn, SSH_MSG_CHANNEL_OPEN);
	channel_open_build(&open, w);
	if (ch->type->offer != NULL)
		ch->type->offer(m, w);
	return packet_send(conn, err);
}

static void
tcp_offer(const struct ipc_ACCEPTED *m, struct writer *w)
{
	struct open_tcp tcp = {
		.host = m->address,
		.port = m->port,
		.originator = m->originator,
		.originator_port = m->originator_port,
	};

	open_tcp_build(&tcp, w);
}

static void
stream_offer(const struct ipc_ACCEPTED *m, struct writer *w)
{
	open_stream_build(m->address, w);
}

const struct chan_type chan_forwarded_tcp = {
	.name = "forwarded-tcpip",
	.log_kind = "remote tcp",
	.offer = tcp_offer,
	.is_over = chan_socket_is_over,
	.waits = chan_socket_waits,
};

const struct chan_type chan_forwarded_stream = {
	.name = "forwarded-streamlocal@openssh.com",
	.log_kind = "remote socket",
	.offer = stream_offer,
	.is_over = chan_socket_is_over,
	.waits = chan_socket_waits,
};
