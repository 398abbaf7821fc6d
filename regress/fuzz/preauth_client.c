/* SPDX-License-Identifier: ISC */
#include "fuzz/preauth_client.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/socket.h>

#include "fuzz/fuzz.h"

#define QUIET_ROUNDS	3	/* read, handle, flush */
#define ROUNDS_MAX	512	/* of one settle(): a busy conversation goes on */
#define PUSH_ROUNDS	16	/* for a server that takes no more */
#define PREAUTH_MEMORY	4194304	/* whatever an unknown peer sends */

/* Of the sanitizers' runtime, when there is one. */
size_t __sanitizer_get_current_allocated_bytes(void);
#pragma weak __sanitizer_get_current_allocated_bytes

static size_t
heap_used(void)
{
	return __sanitizer_get_current_allocated_bytes != NULL ?
	    __sanitizer_get_current_allocated_bytes() : mallinfo2().uordblks;
}

static int64_t
client_now_ms(const struct clock *clock)
{
	const struct preauth_client *c = (const struct preauth_client *)
	    (const void *)((const char *)clock -
	    offsetof(struct preauth_client, clock));

	return c->now_ms;
}

void
preauth_client_start(struct preauth_client *c)
{
	const struct ipc_NET_SETUP setup = preauth_monitor_setup();
	const struct ipc_NET_CONNECTION connection = {
		.peer_address = BYTES_LIT("192.0.2.7"), .peer_port = 4711,
	};
	struct bytes none = { 0 };
	struct err err;
	int fds[2], net_fd;

	c->clock.now_ms = client_now_ms;
	c->now_ms = 1000;
	FUZZ_CHECK(protect_new(&c->in, NULL, NULL, none, none, none, false,
	    &err));
	FUZZ_CHECK(protect_new(&c->out, NULL, NULL, none, none, none, true,
	    &err));
	FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) ==
	    0);
	c->fd = fds[0];
	FUZZ_CHECK(fcntl(c->fd, F_SETFL, O_NONBLOCK) == 0);
	preauth_session_init(&c->session);
	preauth_monitor_start(&c->monitor, &net_fd);
	c->heap_before = heap_used();
	FUZZ_CHECK(conn_init(&c->conn, net_fd, &c->clock, &err) &&
	    conn_setup(&c->conn, &setup, &err) &&
	    conn_start(&c->conn, &connection, fds[1], fds[1], &err));
}

static void
net_ends(struct preauth_client *c)
{
	if (c->over)
		return;
	c->over = true;
	conn_clear(&c->conn);
}

void
preauth_client_end(struct preauth_client *c)
{
	net_ends(c);
	preauth_monitor_join(&c->monitor);
	preauth_session_clear(&c->session);
	preauth_kex_clear(c);
	close(c->fd);
}

/* ---- what must always hold ------------------------------------------------- */

static void
check_conn(const struct preauth_client *c)
{
	const struct transport *t = &c->conn.transport;

	FUZZ_CHECK(t->out.tail - t->out.head + t->out.kept_bytes <=
	    OUT_QUEUE_MAX + OUT_KEPT_MAX);
	FUZZ_CHECK(c->conn.channels.channel_count <= CHANNELS_MAX);
	FUZZ_CHECK(c->conn.channels.session_count <=
	    c->conn.channels.max_sessions);
	if (c->monitor.granted)
		return;
	FUZZ_CHECK(c->conn.state != CONN_OPEN && !t->in.logged_in);
	FUZZ_CHECK(c->conn.channels.channel_count == 0);
	FUZZ_CHECK(heap_used() - c->heap_before + t->in.touched +
	    t->out.touched < PREAUTH_MEMORY);
}

/* Nothing of the connection layer is said to one who is not logged in. */
static void
check_message(const struct preauth_client *c, struct bytes payload)
{
	FUZZ_CHECK(payload.len != 0);
	if (payload.p[0] == SSH_MSG_USERAUTH_SUCCESS)
		FUZZ_CHECK(c->monitor.granted && !c->logged_in);
	else if (payload.p[0] >= SSH_MSG_GLOBAL_REQUEST &&
	    payload.p[0] != SSH_MSG_PONG)
		FUZZ_CHECK(c->logged_in);
}

/* ---- from the server ------------------------------------------------------- */

/* Reads what there is; true when something came. */
static bool
fill(struct preauth_client *c)
{
	ssize_t n;

	if (c->deaf || c->eof)
		return false;
	if (c->head != 0) {
		memmove(c->buf, c->buf + c->head, c->tail - c->head);
		c->tail -= c->head;
		c->head = 0;
	}
	FUZZ_CHECK(c->tail < CLIENT_BUF);
	n = read(c->fd, c->buf + c->tail, CLIENT_BUF - c->tail);
	if (n > 0)
		c->tail += (size_t)n;
	else if (n == 0 || errno != EAGAIN)
		c->eof = true;
	return n > 0;
}

static bool
take_version(struct preauth_client *c)
{
	static const char version[] = MONITOR_VERSION "\r\n";

	if (c->tail - c->head < sizeof(version) - 1)
		return false;
	FUZZ_CHECK(memcmp(c->buf + c->head, version, sizeof(version) - 1) ==
	    0);
	c->head += sizeof(version) - 1;
	c->got_version = true;
	return true;
}

/* Before there are packets, an error is a line of text. */
static bool
is_text(const struct preauth_client *c)
{
	static const char *const lines[] = { "Invalid SSH", "Protocol major" };
	size_t len = c->tail - c->head;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		size_t n = strlen(lines[i]);

		if (len >= n && memcmp(c->buf + c->head, lines[i], n) == 0)
			return true;
	}
	return false;
}

static void
not_readable(struct preauth_client *c)
{
	FUZZ_CHECK(c->tainted);
	c->blind = true;
}

/* True when a packet was taken. */
static bool
take_packet(struct preauth_client *c)
{
	uint8_t *p = c->buf + c->head;
	struct bytes payload;
	size_t total;
	struct err err;

	if (c->tail - c->head < protect_head_len(c->in))
		return false;
	if (c->packet_length == 0 && is_text(c))
		not_readable(c);
	else if (c->packet_length == 0 && (!protect_open_length(c->in,
	    c->in_seqnr, p, &c->packet_length, &err) ||
	    c->packet_length < 5 || c->packet_length > PACKET_MAX_IN))
		not_readable(c);
	total = 4 + c->packet_length + protect_tag_len(c->in);
	if (c->blind || c->tail - c->head < total)
		return false;
	if (!protect_open(c->in, c->in_seqnr++, p, 4 + c->packet_length,
	    &err) || p[4] < 4 || p[4] >= c->packet_length) {
		not_readable(c);
		return false;
	}
	payload = bytes_of(p + 5, c->packet_length - 1 - p[4]);
	if (c->inflater != NULL)
		FUZZ_CHECK(inflater_run(c->inflater, payload, &payload, &err));
	c->head += total;
	c->packet_length = 0;
	check_message(c, payload);
	preauth_kex_recv(c, payload);
	return true;
}

static void
take_all(struct preauth_client *c)
{
	if (!c->got_version && !take_version(c))
		return;
	while (!c->blind && take_packet(c))
		;
	if (c->blind)
		c->head = c->tail;
}

/* One round of everybody; true when bytes came from the server. */
static bool
pump(struct preauth_client *c)
{
	bool came;

	if (!c->over) {
		if (!conn_step(&c->conn, 0))
			net_ends(c);
		else
			check_conn(c);
	}
	if (c->monitor.session_fd != -1) {
		preauth_session_open(&c->session, c->monitor.session_fd);
		c->monitor.session_fd = -1;
	}
	preauth_session_serve(&c->session);
	if ((came = fill(c)))
		take_all(c);
	return came;
}

void
preauth_client_settle(struct preauth_client *c)
{
	int quiet = 0;

	for (int i = 0; i < ROUNDS_MAX && quiet < QUIET_ROUNDS; i++)
		quiet = pump(c) ? 0 : quiet + 1;
}

/* ---- to the server --------------------------------------------------------- */

/*
 * A full socket is emptied by rounds of net alone: what it says meanwhile is
 * read later, because we may be answering it just now.
 */
void
preauth_client_send_raw(struct preauth_client *c, struct bytes b)
{
	int rounds = 0;

	while (b.len != 0 && !c->eof && !c->torn) {
		ssize_t n = send(c->fd, b.p, b.len, MSG_NOSIGNAL);

		if (n > 0) {
			b = bytes_of(b.p + n, b.len - (size_t)n);
			continue;
		}
		if (errno != EAGAIN || c->over || rounds++ == PUSH_ROUNDS)
			c->torn = true;
		else if (!conn_step(&c->conn, 0))
			net_ends(c);
	}
}

/* padding_said NULL: the truth. */
static void
send_packet(struct preauth_client *c, struct bytes payload,
    const uint8_t *padding_said)
{
	size_t block = protect_block_len(c->out), len = payload.len, padding;
	uint8_t *packet = malloc(deflater_bound(len) + 1024);
	struct err err;

	FUZZ_CHECK(packet != NULL);
	if (c->deflater != NULL && len != 0 && len <= PACKET_ROOM) {
		memcpy(deflater_payload(c->deflater), payload.p, len);
		FUZZ_CHECK(deflater_run(c->deflater, len, packet + 5,
		    deflater_bound(len), &len, &err));
	} else if (len != 0)
		memcpy(packet + 5, payload.p, len);
	padding = block - (len + (protect_aligns_length(c->out) ? 5 : 1)) %
	    block;
	if (padding < 4)
		padding += block;
	put_u32(packet, (uint32_t)(1 + len + padding));
	packet[4] = padding_said != NULL ? *padding_said : (uint8_t)padding;
	memset(packet + 5 + len, 0, padding);
	FUZZ_CHECK(protect_seal(c->out, c->out_seqnr++, packet,
	    5 + len + padding, &err));
	preauth_client_send_raw(c, bytes_of(packet, 5 + len + padding +
	    protect_tag_len(c->out)));
	free(packet);
}

void
preauth_client_send(struct preauth_client *c, struct bytes payload)
{
	send_packet(c, payload, NULL);
}

void
preauth_client_send_padded(struct preauth_client *c, struct bytes payload,
    uint8_t padding_said)
{
	send_packet(c, payload, &padding_said);
}
