/* SPDX-License-Identifier: ISC */
/*
 * The messages of RFC 4253 section 11 and RFC 8308, as they arrive.
 */
#include <stdio.h>

#include "lib/base/log.h"
#include "sshd/net/conn.h"

bool
recv_disconnect(struct conn *conn, struct reader *r, struct err *err)
{
	struct disconnect m;
	char who[CONN_WHO_MAX];

	if (!disconnect_parse(r, &m, err))
		return false;
	log_at(m.reason == SSH_DISCONNECT_BY_APPLICATION ? LOG_LEVEL_INFO :
	    LOG_LEVEL_ERROR, "Received disconnect from %s port %u:%u: %s",
	    conn->peer_address, conn->peer_port, m.reason,
	    log_safe(m.description).s);
	log_info("Disconnected from %s", conn_who(conn, who, sizeof(who)));
	conn_end(conn, conn->state == CONN_OPEN ? 0 : 255);
	return true;
}

bool
recv_ignore(struct conn *conn, struct reader *r, struct err *err)
{
	(void)conn;
	(void)r;
	(void)err;
	return true;
}

bool
recv_unimplemented(struct conn *conn, struct reader *r, struct err *err)
{
	uint32_t seqnr;

	(void)conn;
	if (!unimplemented_parse(r, &seqnr, err))
		return false;
	log_debug("Received UNIMPLEMENTED for %u", seqnr);
	return true;
}

bool
recv_debug(struct conn *conn, struct reader *r, struct err *err)
{
	struct debug m;

	(void)conn;
	if (!debug_parse(r, &m, err))
		return false;
	log_debug("Remote: %s", log_safe(m.text).s);
	return true;
}

bool
recv_service_request(struct conn *conn, struct reader *r, struct err *err)
{
	struct bytes name;
	struct writer *w;

	if (!service_request_parse(r, &name, err))
		return false;
	if (!bytes_is(name, "ssh-userauth")) {
		char text[LOG_SAFE_MAX + 32];

		snprintf(text, sizeof(text), "bad service request %s",
		    log_safe(name).s);
		conn_disconnect(conn, SSH_DISCONNECT_SERVICE_NOT_AVAILABLE,
		    text);
		return true;
	}
	w = packet_begin(conn, SSH_MSG_SERVICE_ACCEPT);
	wr_string(w, name);
	if (!packet_send(conn, err))
		return false;
	/* Paramiko asks before each attempt: nothing is forgotten for it */
	if (conn->state == CONN_AUTH)
		return true;
	conn->state = CONN_AUTH;
	return auth_start(conn, err);
}

bool
recv_ext_info(struct conn *conn, struct reader *r, struct err *err)
{
	struct bytes name, value;
	uint32_t count;

	/* RFC 8308 2.4: the next packet behind the first NEWKEYS, no other */
	if (conn->transport.in.packets != 1)
		return messages_unimplemented(conn, err);
	if (!ext_info_parse(r, &count, err))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!ext_info_next(r, &name, &value, err))
			return false;
		if (bytes_is(name, "ext-info-in-auth@openssh.com") &&
		    bytes_is(value, "0"))
			conn->transport.kex.ext_info_in_auth = true;
	}
	return rd_end(r, err);
}

/* Echo; what comes before login is dropped, as OpenSSH does. */
bool
recv_ping(struct conn *conn, struct reader *r, struct err *err)
{
	struct bytes data = rd_string(r, CHANNEL_PACKET_MAX, "ping data");

	if (!rd_end(r, err))
		return false;
	if (conn->state != CONN_OPEN)
		return true;
	wr_string(packet_begin(conn, SSH_MSG_PONG), data);
	return packet_send(conn, err);
}

bool
transport_send_first_ext_info(struct conn *conn, struct err *err)
{
	struct writer *w = packet_begin(conn, SSH_MSG_EXT_INFO);

	wr_u32(w, 4);
	wr_cstring(w, "server-sig-algs");
	wr_string(w, conn->setup.server_sig_algs);
	wr_cstring(w, "publickey-hostbound@openssh.com");
	wr_cstring(w, "0");
	wr_cstring(w, "ping@openssh.com");
	wr_cstring(w, "0");
	wr_cstring(w, "agent-forward");
	wr_cstring(w, "0");
	return packet_send(conn, err);
}

bool
transport_send_ext_info(struct conn *conn, struct bytes server_sig_algs,
    struct err *err)
{
	struct writer *w;

	if (!conn->transport.kex.ext_info_in_auth || server_sig_algs.len == 0)
		return true;
	conn->transport.kex.ext_info_in_auth = false;	/* once */
	w = packet_begin(conn, SSH_MSG_EXT_INFO);
	wr_u32(w, 1);
	wr_cstring(w, "server-sig-algs");
	wr_string(w, server_sig_algs);
	return packet_send(conn, err);
}
