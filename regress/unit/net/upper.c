/* SPDX-License-Identifier: ISC */
#include "unit/net/upper.h"

#include "sshd/net/chan_ride.h"

struct upper upper;

void
auth_clear(struct auth *auth)
{
	(void)auth;
}

void
channels_clear(struct conn *conn)
{
	(void)conn;
}

bool
auth_start(struct conn *conn, struct err *err)
{
	(void)conn;
	(void)err;
	upper.starts++;
	return true;
}

static void
send_data(struct conn *conn)
{
	uint8_t head[9] = { SSH_MSG_CHANNEL_DATA };
	struct err err;

	while (upper.to_send != 0) {
		size_t room = MIN(upper.to_send, packet_data_room(conn));
		uint8_t *p;

		if (room == 0 || (p = packet_data_reserve(conn, sizeof(head),
		    room, &err)) == NULL)
			return;
		memset(p, 'd', room);
		put_u32(head + 5, (uint32_t)room);
		if (!packet_data_send(conn, bytes_of(head, sizeof(head)), room,
		    &err))
			return;
		upper.to_send -= room;
	}
}

void
channels_output_ready(struct conn *conn)
{
	upper.ready++;
	send_data(conn);
}

void
chan_ride_along(struct conn *conn)
{
	(void)conn;
	upper.rides++;
}

bool
chan_ride_end(struct conn *conn, struct err *err)
{
	(void)conn;
	(void)err;
	upper.ride_ends++;
	return true;
}

bool
channels_input_end(struct conn *conn, struct err *err)
{
	(void)conn;
	(void)err;
	upper.input_ends++;
	return true;
}

bool
recv_userauth_request(struct conn *conn, struct reader *r, struct err *err)
{
	(void)r;
	upper.handled[SSH_MSG_USERAUTH_REQUEST]++;
	(void)packet_begin(conn, SSH_MSG_USERAUTH_SUCCESS);
	return packet_send(conn, err) &&
	    transport_login(conn, upper.rekey_bytes, upper.rekey_seconds, err);
}

bool
recv_global_request(struct conn *conn, struct reader *r, struct err *err)
{
	(void)r;
	upper.handled[SSH_MSG_GLOBAL_REQUEST]++;
	(void)packet_begin(conn, SSH_MSG_REQUEST_FAILURE);
	return packet_send(conn, err);
}

bool
recv_channel_data(struct conn *conn, struct reader *r, struct err *err)
{
	struct bytes data;

	(void)rd_u32(r, "channel");
	data = rd_string(r, PAYLOAD_MAX, "data");
	(void)conn;
	upper.handled[SSH_MSG_CHANNEL_DATA]++;
	upper.data_len += data.len;
	for (size_t i = 0; i < data.len; i++)
		upper.data_sum = (uint8_t)(upper.data_sum + data.p[i]);
	return rd_end(r, err);
}

/* A window adjustment says how much channel data shall be sent. */
bool
recv_channel_window_adjust(struct conn *conn, struct reader *r,
    struct err *err)
{
	upper.handled[SSH_MSG_CHANNEL_WINDOW_ADJUST]++;
	(void)rd_u32(r, "channel");
	upper.to_send += rd_u32(r, "bytes");
	send_data(conn);
	return rd_end(r, err);
}

#define COUNT_ONLY(name, number)					\
bool									\
name(struct conn *conn, struct reader *r, struct err *err)		\
{									\
	(void)conn;							\
	(void)r;							\
	(void)err;							\
	upper.handled[number]++;					\
	return true;							\
}

COUNT_ONLY(recv_userauth_info_response, SSH_MSG_USERAUTH_61)
COUNT_ONLY(recv_request_success, SSH_MSG_REQUEST_SUCCESS)
COUNT_ONLY(recv_request_failure, SSH_MSG_REQUEST_FAILURE)
COUNT_ONLY(recv_channel_open, SSH_MSG_CHANNEL_OPEN)
COUNT_ONLY(recv_channel_open_confirmation, SSH_MSG_CHANNEL_OPEN_CONFIRMATION)
COUNT_ONLY(recv_channel_open_failure, SSH_MSG_CHANNEL_OPEN_FAILURE)
COUNT_ONLY(recv_channel_extended_data, SSH_MSG_CHANNEL_EXTENDED_DATA)
COUNT_ONLY(recv_channel_eof, SSH_MSG_CHANNEL_EOF)
COUNT_ONLY(recv_channel_close, SSH_MSG_CHANNEL_CLOSE)
COUNT_ONLY(recv_channel_request, SSH_MSG_CHANNEL_REQUEST)
COUNT_ONLY(recv_channel_success, SSH_MSG_CHANNEL_SUCCESS)
COUNT_ONLY(recv_channel_failure, SSH_MSG_CHANNEL_FAILURE)
