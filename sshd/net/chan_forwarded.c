/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_forwarded.h"

#include "lib/base/log.h"
#include "sshd/net/chan_ends.h"
#include "sshd/net/chan_input.h"
#include "sshd/net/chan_direct.h"
#include "sshd/net/conn.h"

bool
chan_forwarded_open(struct conn *conn, struct ipc_message *message,
    struct err *err)
{
	const struct ipc_ACCEPTED *m = &message->u.ACCEPTED;
	struct channel *ch = channel_new(conn, m->is_stream ?
	    &chan_forwarded_stream : &chan_forwarded_tcp);
	struct channel_open open;
	struct open_tcp tcp;
	struct writer *w;

	if (ch == NULL) {
		log_error("no channel for a connection to a forwarded port");
		return true;	/* the descriptor closes with the message */
	}
	ch->flags |= CHANNEL_OURS;
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
	tcp = (struct open_tcp){
		.host = m->address,
		.port = m->port,
		.originator = m->originator,
		.originator_port = m->originator_port,
	};
	w = packet_begin(conn, SSH_MSG_CHANNEL_OPEN);
	channel_open_build(&open, w);
	if (m->is_stream)
		open_stream_build(m->address, w);
	else
		open_tcp_build(&tcp, w);
	return packet_send(conn, err);
}

const struct chan_type chan_forwarded_tcp = {
	.name = "forwarded-tcpip",
	.is_over = chan_socket_is_over,
	.waits = chan_socket_waits,
};

const struct chan_type chan_forwarded_stream = {
	.name = "forwarded-streamlocal@openssh.com",
	.is_over = chan_socket_is_over,
	.waits = chan_socket_waits,
};
