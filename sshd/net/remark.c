/* SPDX-License-Identifier: ISC */
#include "sshd/net/remark.h"

#include "sshd/net/conn.h"

static const char *const texts[REMARK_COUNT] = {
	[REMARK_X11_BY_KEY] = "X11 forwarding disabled by key options.",
	[REMARK_NO_XAUTH] = "No xauth program; cannot forward X11.",
	[REMARK_TUN_MODE] = "Unsupported tunnel device mode.",
	[REMARK_TUN_FORBIDDEN] =
	    "Server has rejected tunnel device forwarding",
	[REMARK_TUN_FAILED] = "Failed to open the tunnel device.",
	[REMARK_PORTS_FORBIDDEN] = "Server has disabled port forwarding.",
	[REMARK_PORT_REFUSED] = "port forwarding refused",
	[REMARK_SOCKETS_FORBIDDEN] =
	    "Server has disabled streamlocal forwarding.",
};

bool
remark_send(struct conn *conn, unsigned remark, struct err *err)
{
	struct debug m = { .always_display = false };

	if (remark >= REMARK_COUNT)
		return err_set(err, ERR_RANGE, "remark");
	if (transport_peer_is(conn, PEER_NO_DEBUG) ||
	    packet_unsent(conn) > OUT_STOP_READING)
		return true;
	m.text = bytes_str(texts[remark]);
	debug_build(&m, packet_begin(conn, SSH_MSG_DEBUG));
	return packet_send(conn, err);
}
