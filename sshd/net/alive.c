/* SPDX-License-Identifier: ISC */
#include "sshd/net/alive.h"

#include <netinet/in.h>
#include <linux/tcp.h>
#include <sys/socket.h>

#include "lib/base/log.h"
#include "lib/wire/connection.h"
#include "sshd/net/conn.h"

static const char request_name[] = "keepalive@openssh.com";

static timer_fn alive_timer;

/*
 * What the peer's host has taken of our output, apart from probes: a client
 * that only listens lives, too. Without TCP it is what the pipe took.
 */
static uint64_t
taken_bytes(const struct conn *conn)
{
	const struct packet_out *out = &conn->transport.out;
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(conn->transport.out_fd, IPPROTO_TCP, TCP_INFO, &info,
	    &len) == -1 || len < offsetof(struct tcp_info, tcpi_bytes_acked) +
	    sizeof(info.tcpi_bytes_acked))
		return out->total_written - conn->channels.probe_bytes;
	return info.tcpi_bytes_acked - conn->channels.probe_bytes;
}

/* Data in either direction since the last time that it was asked. */
static bool
has_moved(struct conn *conn)
{
	struct channels *channels = &conn->channels;
	uint64_t received = conn->transport.in.total_bytes;
	uint64_t taken = taken_bytes(conn);
	/* a probe that was not acknowledged makes it less */
	bool moved = received != channels->alive_received ||
	    (int64_t)(taken - channels->alive_taken) > 0;

	if (moved) {
		channels->alive_received = received;
		channels->alive_taken = taken;
	}
	return moved;
}

static void
arm(struct conn *conn)
{
	loop_timer_set(&conn->loop, &conn->alive_timer,
	    (int64_t)conn->alive_interval_s * 1000, alive_timer, conn);
}

/* A channel in which a request still makes sense to the peer. */
static struct channel *
open_channel(const struct channels *channels)
{
	const uint32_t ended = CHANNEL_SENT_CLOSE | CHANNEL_GOT_CLOSE;

	for (uint32_t i = 0; i < channels->slot_count; i++) {
		struct channel *ch = channels->slots[i].channel;

		if (ch != NULL && (ch->flags & CHANNEL_CONFIRMED) != 0 &&
		    (ch->flags & ended) == 0)
			return ch;
	}
	return NULL;
}

static bool
send_probe(struct conn *conn, struct err *err)
{
	struct channel *ch = open_channel(&conn->channels);
	size_t queued = packet_unsent(conn);
	bool ok;

	if (ch != NULL) {
		ch->probe_count++;
		channel_request_build(ch->peer_id, request_name, true,
		    packet_begin(conn, SSH_MSG_CHANNEL_REQUEST));
	} else {
		conn->channels.global_probe_count++;
		global_request_build(request_name, true,
		    packet_begin(conn, SSH_MSG_GLOBAL_REQUEST));
	}
	ok = packet_send(conn, err);
	conn->channels.probe_bytes += packet_unsent(conn) - queued;
	return ok;
}

static void
alive_timer(void *arg)
{
	struct conn *conn = arg;
	char who[CONN_WHO_MAX];
	struct err err;
	bool moved;

	if (conn->state != CONN_OPEN)
		return;
	moved = has_moved(conn);
	if (moved)
		conn->alive_missed = 0;
	else if (conn->alive_count_max != 0 &&
	    conn->alive_missed >= conn->alive_count_max) {
		log_info("Timeout, client not responding from %s",
		    conn_who(conn, who, sizeof(who)));
		conn_end(conn, 255);
		return;
	}
	/* one that was heard since is asked again only after a silence */
	if (!moved) {
		conn->alive_missed++;
		if (!send_probe(conn, &err)) {
			conn_fail(conn, &err);
			return;
		}
	}
	arm(conn);
}

void
alive_start(struct conn *conn, uint32_t interval_s, uint32_t count_max)
{
	conn->alive_interval_s = interval_s;
	conn->alive_count_max = count_max;
	if (interval_s == 0)
		return;
	(void)has_moved(conn);
	arm(conn);
}
