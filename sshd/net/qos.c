/* SPDX-License-Identifier: ISC */
#include "sshd/net/qos.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "sshd/net/conn.h"

#define NOTSENT_LOWAT	131072	/* the kernel asks for more below */
#define NOTSENT_TYPING	CHANNEL_PACKET_MAX

static void
apply(struct conn *conn)
{
	struct qos *qos = &conn->qos;
	uint32_t wanted = qos->terminal_count != 0 ? qos->interactive :
	    qos->bulk;
	bool is_v6 = strchr(conn->peer_address, ':') != NULL;
	int value = wanted == QOS_NONE ? 0 : (int)wanted;

	if (wanted == qos->now)
		return;
	qos->now = wanted;
	(void)setsockopt(conn->transport.out_fd,
	    is_v6 ? IPPROTO_IPV6 : IPPROTO_IP,
	    is_v6 ? IPV6_TCLASS : IP_TOS, &value, sizeof(value));
}

/* What the kernel has not sent yet stands before every keystroke's answer. */
static void
limit_unsent(struct conn *conn)
{
	const int bytes = packet_is_shared(conn) ? OUT_SHARED_LOW :
	    conn->qos.terminal_count != 0 ? NOTSENT_TYPING : NOTSENT_LOWAT;

	if (bytes == conn->qos.unsent_max)
		return;
	conn->qos.unsent_max = bytes;
	(void)setsockopt(conn->transport.out_fd, IPPROTO_TCP,
	    TCP_NOTSENT_LOWAT, &bytes, sizeof(bytes));
}

void
qos_start(struct conn *conn, uint32_t interactive, uint32_t bulk)
{
	conn->qos = (struct qos){
		.interactive = interactive, .bulk = bulk, .now = QOS_NONE,
	};
	apply(conn);
	limit_unsent(conn);
}

void
qos_channels(struct conn *conn)
{
	limit_unsent(conn);
}

void
qos_terminals(struct conn *conn, int change)
{
	conn->qos.terminal_count += (uint32_t)change;
	apply(conn);
	limit_unsent(conn);
}
