/* SPDX-License-Identifier: ISC */
#include "sshd/net/messages.h"

#include <stdio.h>

#include "lib/base/log.h"
#include "sshd/net/conn.h"

/* RFC 4252 5.1: requests behind the one that succeeded are ignored. */
static bool
recv_userauth_request_or_late(struct conn *conn, struct reader *r,
    struct err *err)
{
	return conn->state == CONN_OPEN || recv_userauth_request(conn, r, err);
}

#define ALWAYS	(CONN_KEX | CONN_SERVICE | CONN_AUTH | CONN_OPEN | CONN_REKEY)
#define KEX	(CONN_KEX | CONN_REKEY)

struct msg_row {
	unsigned states;	/* mask of enum conn_state; 0: unlisted */
	msg_handler *handle;
	unsigned late;		/* states in which it is of no use, or harm */
};

static const struct msg_row msg_rows[256] = {	/* RFC 4250 4.1.2 */
	[SSH_MSG_DISCONNECT] = { ALWAYS, recv_disconnect },
	[SSH_MSG_IGNORE] = { ALWAYS, recv_ignore },
	[SSH_MSG_UNIMPLEMENTED] = { ALWAYS, recv_unimplemented },
	[SSH_MSG_DEBUG] = { ALWAYS, recv_debug },
	[SSH_MSG_SERVICE_REQUEST] = { CONN_SERVICE | CONN_AUTH,
	    recv_service_request, CONN_OPEN },
	[SSH_MSG_EXT_INFO] = { CONN_SERVICE, recv_ext_info,
	    CONN_AUTH | CONN_OPEN },

	[SSH_MSG_KEXINIT] = { CONN_KEX | CONN_OPEN, recv_kexinit },
	[SSH_MSG_NEWKEYS] = { KEX, recv_newkeys },
	[SSH_MSG_KEX_30] = { KEX, recv_kex_30 },
	[SSH_MSG_KEX_32] = { KEX, recv_kex_32 },
	[SSH_MSG_KEX_34] = { KEX, recv_kex_34 },

	[SSH_MSG_USERAUTH_REQUEST] = { CONN_AUTH | CONN_OPEN,
	    recv_userauth_request_or_late },
	[SSH_MSG_USERAUTH_61] = { CONN_AUTH, recv_userauth_info_response,
	    CONN_OPEN },

	[SSH_MSG_GLOBAL_REQUEST] = { CONN_OPEN, recv_global_request },
	[SSH_MSG_REQUEST_SUCCESS] = { CONN_OPEN, recv_request_success },
	[SSH_MSG_REQUEST_FAILURE] = { CONN_OPEN, recv_request_failure },

	[SSH_MSG_CHANNEL_OPEN] = { CONN_OPEN, recv_channel_open },
	[SSH_MSG_CHANNEL_OPEN_CONFIRMATION] = { CONN_OPEN,
	    recv_channel_open_confirmation },
	[SSH_MSG_CHANNEL_OPEN_FAILURE] = { CONN_OPEN,
	    recv_channel_open_failure },
	[SSH_MSG_CHANNEL_WINDOW_ADJUST] = { CONN_OPEN,
	    recv_channel_window_adjust },
	[SSH_MSG_CHANNEL_DATA] = { CONN_OPEN, recv_channel_data },
	[SSH_MSG_CHANNEL_EXTENDED_DATA] = { CONN_OPEN,
	    recv_channel_extended_data },
	[SSH_MSG_CHANNEL_EOF] = { CONN_OPEN, recv_channel_eof },
	[SSH_MSG_CHANNEL_CLOSE] = { CONN_OPEN, recv_channel_close },
	[SSH_MSG_CHANNEL_REQUEST] = { CONN_OPEN, recv_channel_request },
	[SSH_MSG_CHANNEL_SUCCESS] = { CONN_OPEN, recv_channel_success },
	[SSH_MSG_CHANNEL_FAILURE] = { CONN_OPEN, recv_channel_failure },

	[SSH_MSG_PING] = { CONN_SERVICE | CONN_AUTH | CONN_OPEN, recv_ping },
};

/* Of the packet that is being handled. */
static uint32_t
current_seqnr(const struct conn *conn)
{
	return conn->transport.in.seqnr - 1;
}

bool
messages_unimplemented(struct conn *conn, struct err *err)
{
	wr_u32(packet_begin(conn, SSH_MSG_UNIMPLEMENTED), current_seqnr(conn));
	return packet_send(conn, err);
}

/*
 * Strict key exchange: nothing but the one expected message, so that nobody
 * in the middle can shift sequence numbers before they are authenticated.
 */
static bool
is_strict_violation(const struct conn *conn, uint8_t number)
{
	const struct kex *kex = &conn->transport.kex;

	return conn->state == CONN_KEX && kex->strict &&
	    number != SSH_MSG_DISCONNECT && number != kex_expected(kex);
}

static void
end_strict_violation(struct conn *conn, uint8_t number)
{
	char text[96];

	snprintf(text, sizeof(text), "strict KEX violation: "
	    "unexpected packet type %u (seqnr %u)", number,
	    current_seqnr(conn));
	conn_disconnect(conn, SSH_DISCONNECT_PROTOCOL_ERROR, text);
}

bool
messages_dispatch(struct conn *conn, struct bytes payload, struct err *err)
{
	struct reader r = rd_init(payload);
	uint8_t number = rd_u8(&r, "message number");
	const struct msg_row *row = &msg_rows[number];
	unsigned state = conn->state == CONN_OPEN && kex_binds_input(conn) ?
	    CONN_REKEY : conn->state;

	if (!rd_ok(&r, err))
		return false;
	if (conn->transport.kex.skip_next) {	/* RFC 4253 7.1, wrong guess */
		conn->transport.kex.skip_next = false;
		return true;
	}
	if (is_strict_violation(conn, number)) {
		end_strict_violation(conn, number);
		return true;
	}
	if ((row->states & state) != 0)
		return row->handle(conn, &r, err);
	/* RFC 4253 7.1: nothing of the upper layers in a key exchange */
	if ((row->states != 0 && (row->late & state) == 0) ||
	    ((state & KEX) != 0 && number >= SSH_MSG_USERAUTH_REQUEST)) {
		log_debug("message type %u (seqnr %u) is not legal now",
		    number, current_seqnr(conn));
		return err_set(err, ERR_UNEXPECTED, "message");
	}
	return messages_unimplemented(conn, err);
}
