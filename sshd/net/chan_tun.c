/* SPDX-License-Identifier: ISC */
/*
 * Packets of a network device, as in OpenSSH PROTOCOL: each is one
 * CHANNEL_DATA; a point-to-point device has them begin with a number for their
 * family. What fits nowhere is lost.
 */
#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sshd/net/chan_direct.h"
#include "sshd/net/chan_ends.h"
#include "sshd/net/chan_log.h"
#include "sshd/net/chan_types.h"
#include "sshd/net/conn.h"
#include "sshd/net/remark.h"

#define FAMILY_LEN	4
#define FAMILY_IPV4	2
#define FAMILY_IPV6	24	/* AF_INET6 of OpenBSD */

/* The kernel wants no number: the packet says it itself. */
static uint32_t
family_of(uint8_t first_byte)
{
	switch (first_byte >> 4) {
	case 4:
		return FAMILY_IPV4;
	case 6:
		return FAMILY_IPV6;
	}
	return 0;
}

static size_t
head_len(const struct channel *ch)
{
	return (ch->flags & CHANNEL_FAMILY) != 0 ? FAMILY_LEN : 0;
}

static ssize_t
read_packet(struct channel *ch, uint8_t *p, size_t room)
{
	size_t head = head_len(ch);
	uint8_t beyond;		/* a packet that reaches it was cut */
	struct iovec iov[] = {
		{ p + head, room - head }, { &beyond, 1 },
	};
	uint32_t family;
	ssize_t n;

	for (;;) {
		n = readv(ch->ends[END_OUT].fd, iov, ARRAY_LEN(iov));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return 0;
		if (n <= 0)
			return -1;
		if ((size_t)n > room - head)
			continue;
		if (head == 0)
			return n;
		if ((family = family_of(p[head])) == 0)
			continue;
		put_u32(p, family);
		return n + (ssize_t)head;
	}
}

/* A device takes a packet or loses it, as on every network. */
static void
tun_take(struct channel *ch, struct bytes data)
{
	size_t head = head_len(ch);

	if (data.len > head && ch->ends[END_OUT].fd != -1)
		(void)!write(ch->ends[END_OUT].fd, data.p + head,
		    data.len - head);
}

static bool
tun_open(struct conn *conn, const struct channel_open *open,
    struct reader *r, struct err *err)
{
	struct open_tun m;
	struct ipc_OPEN_TUN ask;
	struct channel *ch;

	if (!open_tun_parse(r, &m, err))
		return false;
	if (m.mode != TUN_MODE_POINT_TO_POINT &&
	    m.mode != TUN_MODE_ETHERNET)
		return remark_send(conn, REMARK_TUN_MODE, err) &&
		    channel_refuse(conn, open->sender_channel,
		    SSH_OPEN_CONNECT_FAILED, "open failed", err);
	ch = chan_direct_new(conn, &chan_tun, open, &ask.request);
	if (ch == NULL)
		return channel_refuse(conn, open->sender_channel,
		    SSH_OPEN_CONNECT_FAILED, "open failed", err);
	if (m.mode == TUN_MODE_POINT_TO_POINT)
		ch->flags |= CHANNEL_FAMILY;
	ask.mode = m.mode;
	ask.unit = m.unit;
	chan_log_describe(ch, &(struct chan_log_side){ 0 },
	    &(struct chan_log_side){ 0 });
	return chan_direct_ask(ch, ask.request, IPC_OPEN_TUN, &ask, err);
}

/* The device is gone, or the peer has closed: nothing waits. */
static bool
tun_is_over(const struct channel *ch)
{
	(void)ch;
	return true;
}

const struct chan_type chan_tun = {
	.name = "tun@openssh.com",
	.log_kind = "tun",
	.timeout_name = "tun-connection",
	.open = tun_open,
	.read_packet = read_packet,
	.take_packet = tun_take,
	.is_over = tun_is_over,
	.waits = chan_socket_waits,
};
