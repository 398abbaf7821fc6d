/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_direct.h"

#include <unistd.h>

#include "sshd/net/chan_ends.h"
#include "sshd/net/chan_input.h"
#include "sshd/net/chan_log.h"
#include "sshd/net/chan_window.h"
#include "sshd/net/conn.h"

#define FAILURE_TEXT_MAX	256	/* IPC CONNECT_FAILED */

struct channel *
chan_direct_new(struct conn *conn, const struct chan_type *type,
    const struct channel_open *m, uint32_t *id)
{
	struct channel *ch = channel_new(conn, type);
	struct err err;

	if (ch == NULL)
		return NULL;
	channel_set_peer(ch, m->sender_channel, m->initial_window_size,
	    m->maximum_packet_size);
	if (request_new(conn, ch, REQUEST_CONNECT, false, id, &err))
		return ch;
	channel_free(ch);
	return NULL;
}

bool
chan_direct_ask(struct channel *ch, uint32_t id, enum ipc_id message,
    const void *fields, struct err *err)
{
	bool refused;

	if (!request_send(ch->conn, id, message, fields, &refused, err))
		return false;
	return !refused || chan_direct_failed(ch, SSH_OPEN_CONNECT_FAILED,
	    BYTES_LIT("open failed"), err);
}

static bool
tcp_open(struct conn *conn, const struct channel_open *open,
    struct reader *r, struct err *err)
{
	struct open_tcp m;
	struct ipc_CONNECT_TCP ask;
	struct channel *ch;
	uint32_t id;

	if (!open_tcp_parse(r, &m, err)) {
		return err->code == ERR_RANGE &&
		    channel_refuse(conn, open->sender_channel,
		    SSH_OPEN_CONNECT_FAILED, "open failed", err);
	}
	/* narrowing a port or cutting at a NUL would change what is allowed */
	if (m.port > PORT_MAX || m.originator_port > PORT_MAX ||
	    bytes_have_nul(m.host) || bytes_have_nul(m.originator))
		return channel_refuse(conn, open->sender_channel,
		    SSH_OPEN_PROHIBITED, "open failed", err);
	if ((ch = chan_direct_new(conn, &chan_direct_tcp, open, &id)) == NULL)
		return channel_refuse(conn, open->sender_channel,
		    SSH_OPEN_CONNECT_FAILED, "open failed", err);
	ask = (struct ipc_CONNECT_TCP){
		.request = id,
		.host = m.host,
		.port = m.port,
		.originator = m.originator,
		.originator_port = m.originator_port,
	};
	chan_log_describe(ch, &(struct chan_log_side){ m.originator,
	    m.originator_port }, &(struct chan_log_side){ m.host, m.port });
	return chan_direct_ask(ch, id, IPC_CONNECT_TCP, &ask, err);
}

static bool
stream_open(struct conn *conn, const struct channel_open *open,
    struct reader *r, struct err *err)
{
	struct ipc_CONNECT_STREAM ask;
	struct channel *ch;
	bool parsed = open_stream_parse(r, &ask.path, err);

	if (!parsed && err->code != ERR_RANGE)
		return false;
	if (!parsed || bytes_have_nul(ask.path) ||
	    (ch = chan_direct_new(conn, &chan_direct_stream, open,
	    &ask.request)) == NULL)
		return channel_refuse(conn, open->sender_channel,
		    SSH_OPEN_CONNECT_FAILED, "open failed", err);
	chan_log_describe(ch, &(struct chan_log_side){ 0 },
	    &(struct chan_log_side){ .host = ask.path });
	return chan_direct_ask(ch, ask.request, IPC_CONNECT_STREAM, &ask, err);
}

bool
chan_direct_connected(struct channel *ch, int fd, struct err *err)
{
	return chan_attach(ch, END_OUT, fd, CHANNEL_DUPLEX, err) &&
	    channel_confirm(ch, chan_window_for(ch->conn), err) &&
	    chan_resume(ch, err);
}

bool
chan_direct_failed(struct channel *ch, uint32_t reason, struct bytes text,
    struct err *err)
{
	struct conn *conn = ch->conn;
	uint32_t peer_id = ch->peer_id;
	char words[FAILURE_TEXT_MAX + 1];

	channel_free(ch);
	(void)bytes_to_str(text, words, sizeof(words));
	return channel_refuse(conn, peer_id, reason, words, err);
}

bool
chan_socket_is_over(const struct channel *ch)
{
	return (ch->flags & CHANNEL_INPUT_ENDED) != 0;
}

bool
chan_socket_waits(const struct channel *ch)
{
	return ch->backlog.len != 0 && (ch->flags & CHANNEL_INPUT_ENDED) == 0;
}

const struct chan_type chan_direct_tcp = {
	.name = "direct-tcpip",
	.log_kind = "local tcp",
	.open = tcp_open,
	.is_over = chan_socket_is_over,
	.waits = chan_socket_waits,
};

const struct chan_type chan_direct_stream = {
	.name = "direct-streamlocal@openssh.com",
	.log_kind = "local socket",
	.open = stream_open,
	.is_over = chan_socket_is_over,
	.waits = chan_socket_waits,
};
