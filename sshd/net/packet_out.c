/* SPDX-License-Identifier: ISC */
#include "sshd/net/packet_out.h"

#include <assert.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/wire/transport.h"
#include "sshd/net/conn.h"

#define HEAD_LEN	5	/* packet_length, padding_length */
#define PADDING_MIN	4	/* RFC 4253 6 */
#define PADDING_MAX	255
#define PACKET_MIN	16	/* RFC 4253 6, packet_length included */
/* What a packet adds to its payload. */
#define OVERHEAD	(HEAD_LEN + PADDING_MAX + PROTECT_TAG_MAX)
/* What fills it, and the answers to one packet: growing is rare. */
#define OUT_CAP		(OUT_STOP_READING + 2 * (PACKET_ROOM + OVERHEAD))

/* A payload that waits for NEWKEYS. */
struct kept {
	struct kept *next;
	size_t len;
	uint8_t payload[];
};

bool
packet_out_init(struct packet_out *out, struct err *err)
{
	struct bytes none = { 0 };

	*out = (struct packet_out){ 0 };
	return packet_memory_init(&out->memory, OUT_CAP, err) &&
	    protect_new(&out->protect, NULL, NULL, none, none, none, true, err);
}

void
packet_out_clear(struct packet_out *out)
{
	struct kept *kept;

	while ((kept = out->kept) != NULL) {
		out->kept = kept->next;
		free(kept);
	}
	packet_memory_clear(&out->memory);
	protect_free(out->protect);
	deflater_free(out->deflater);
	*out = (struct packet_out){ 0 };
}

static size_t
queued(const struct packet_out *out)
{
	return out->tail - out->head;
}

/* At least `need` bytes behind tail. */
static bool
make_room(struct packet_out *out, size_t need, struct err *err)
{
	size_t held = queued(out);

	if (out->memory.cap - out->tail >= need)
		return true;
	if (held + need > OUT_QUEUE_MAX)
		return err_set(err, ERR_RANGE, "output queue");
	memmove(out->memory.p, out->memory.p + out->head, held);
	out->head = 0;
	out->tail = held;
	return out->memory.cap - held >= need ||
	    packet_memory_grow(&out->memory, MIN(OUT_QUEUE_MAX,
	    2 * out->memory.cap + need), err);
}

static size_t
padding_len(const struct protect *protect, size_t payload_len)
{
	size_t block = protect_block_len(protect), padding;
	size_t aligned = payload_len +
	    (protect_aligns_length(protect) ? HEAD_LEN : 1);

	padding = block - aligned % block;
	while (padding < PADDING_MIN ||
	    HEAD_LEN + payload_len + padding < PACKET_MIN)
		padding += block;
	return padding;
}

/*
 * Makes a packet of the payload that lies HEAD_LEN behind tail. Padding is
 * zero: every cipher that we speak hides it, so random bytes buy nothing.
 */
static bool
seal(struct packet_out *out, size_t payload_len, struct err *err)
{
	uint8_t *packet = out->memory.p + out->tail;
	size_t padding = padding_len(out->protect, payload_len);
	size_t len = HEAD_LEN + payload_len + padding;

	put_u32(packet, (uint32_t)(len - 4));
	packet[4] = (uint8_t)padding;
	memset(packet + HEAD_LEN + payload_len, 0, padding);
	if (!protect_seal(out->protect, out->seqnr, packet, len, err))
		return false;
	out->seqnr++;
	out->packets++;
	out->bytes += len;
	out->total_bytes += payload_len;
	out->tail += len + protect_tag_len(out->protect);
	out->touched = MAX(out->touched, out->tail);
	return true;
}

/* The payload lies in the deflater or already at its place. */
static bool
seal_payload(struct packet_out *out, size_t len, struct err *err)
{
	size_t packed_len, bound;

	if (out->deflater == NULL)
		return seal(out, len, err);
	bound = deflater_bound(len);
	return make_room(out, bound + OVERHEAD, err) &&
	    deflater_run(out->deflater, len,
	    out->memory.p + out->tail + HEAD_LEN, bound, &packed_len, err) &&
	    seal(out, packed_len, err);
}

/* Where a payload of at most `max` bytes is built; NULL: no memory. */
static uint8_t *
payload_place(struct packet_out *out, size_t max, struct err *err)
{
	if (out->deflater != NULL)
		return deflater_payload(out->deflater);
	if (!make_room(out, max + OVERHEAD, err))
		return NULL;
	return out->memory.p + out->tail + HEAD_LEN;
}

struct writer *
packet_begin(struct conn *conn, uint8_t message)
{
	struct packet_out *out = &conn->transport.out;
	struct err err;
	uint8_t *place;

	assert(!out->begun);
	out->begun = true;
	place = payload_place(out, PACKET_ROOM, &err);
	out->w = wr_init(place, place == NULL ? 0 : PACKET_ROOM);
	wr_u8(&out->w, message);
	return &out->w;
}

void
packet_abandon(struct conn *conn)
{
	conn->transport.out.begun = false;
}

/* RFC 4253 7.1: what may not go out between KEXINIT and NEWKEYS. */
static bool
must_wait(uint8_t message)
{
	return message >= SSH_MSG_USERAUTH_REQUEST ||
	    (message >= SSH_MSG_SERVICE_REQUEST && message <= SSH_MSG_EXT_INFO);
}

static bool
keep(struct packet_out *out, struct bytes payload, struct err *err)
{
	struct kept *kept;

	if (out->kept_bytes + payload.len > OUT_KEPT_MAX)
		return err_set(err, ERR_RANGE,
		    "output during key exchange");
	if ((kept = malloc(sizeof(*kept) + payload.len)) == NULL)
		return err_set(err, ERR_NOMEM, "output during key exchange");
	kept->next = NULL;
	kept->len = payload.len;
	memcpy(kept->payload, payload.p, payload.len);
	if (out->kept == NULL)
		out->kept_tail = &out->kept;
	*out->kept_tail = kept;
	out->kept_tail = &kept->next;
	out->kept_bytes += payload.len;
	return true;
}

bool
packet_send(struct conn *conn, struct err *err)
{
	struct packet_out *out = &conn->transport.out;

	assert(out->begun);
	out->begun = false;
	if (!wr_end(&out->w, err))
		return false;
	if (conn->state == CONN_CLOSING)
		return true;		/* nothing follows DISCONNECT */
	if (kex_holds_output(conn) && must_wait(out->w.p[0]))
		return keep(out, wr_view(&out->w), err);
	return seal_payload(out, out->w.len, err);
}

bool
packet_out_release(struct conn *conn, struct err *err)
{
	struct packet_out *out = &conn->transport.out;

	while (out->kept != NULL) {
		struct kept *kept = out->kept;
		uint8_t *place = payload_place(out, kept->len, err);

		if (place == NULL)
			return false;
		memcpy(place, kept->payload, kept->len);
		if (!seal_payload(out, kept->len, err))
			return false;
		out->kept = kept->next;
		out->kept_bytes -= kept->len;
		free(kept);
	}
	return true;
}

bool
packet_is_shared(const struct conn *conn)
{
	return conn->channels.channel_count > 1;
}

/* What is not sent: not more than this. */
static size_t
unsent(const struct conn *conn, struct packet_out *out)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (out->given > OUT_SHARED_SURE) {
		info.tcpi_notsent_bytes = 0;		/* not TCP */
		(void)getsockopt(conn->transport.out_fd, IPPROTO_TCP,
		    TCP_INFO, &info, &len);
		out->given = info.tcpi_notsent_bytes;
	}
	return out->given + queued(out);
}

static size_t
shared_room(const struct conn *conn, struct packet_out *out)
{
	size_t ahead = unsent(conn, out);

	if (ahead < OUT_SHARED_LOW)
		return CHANNEL_PACKET_MAX - ahead;
	/* qos.c sees to it that epoll does not think otherwise */
	out->blocked = out->given >= OUT_SHARED_LOW;
	return 0;
}

size_t
packet_data_room(struct conn *conn)
{
	struct packet_out *out = &conn->transport.out;
	size_t room = 0;

	if (conn->state != CONN_OPEN || kex_holds_output(conn))
		return 0;
	if (out->blocked)
		room = 0;
	else if (packet_is_shared(conn))
		room = shared_room(conn, out);
	else if (queued(out) < OUT_HIGH_WATER)
		room = CHANNEL_PACKET_MAX;
	out->awaited = room == 0;
	return room;
}

uint8_t *
packet_data_reserve(struct conn *conn, size_t head_len, size_t max_len,
    struct err *err)
{
	struct packet_out *out = &conn->transport.out;
	uint8_t *place;

	assert(!out->begun && head_len + max_len <= PACKET_ROOM);
	if ((place = payload_place(out, head_len + max_len, err)) == NULL)
		return NULL;
	out->data_head = head_len;
	return place + head_len;
}

bool
packet_data_send(struct conn *conn, struct bytes head, size_t data_len,
    struct err *err)
{
	struct packet_out *out = &conn->transport.out;
	uint8_t *place = out->deflater != NULL ?
	    deflater_payload(out->deflater) :
	    out->memory.p + out->tail + HEAD_LEN;

	assert(head.len == out->data_head && !out->begun);
	memcpy(place, head.p, head.len);
	return seal_payload(out, head.len + data_len, err);
}

size_t
packet_unsent(const struct conn *conn)
{
	return queued(&conn->transport.out) + conn->transport.out.kept_bytes;
}

bool
packet_flush(struct conn *conn, struct err *err)
{
	struct packet_out *out = &conn->transport.out;
	ssize_t n;

	out->blocked = false;
	while (queued(out) != 0 && !out->blocked) {
		n = write(conn->transport.out_fd, out->memory.p + out->head,
		    queued(out));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno != EAGAIN)
			return err_sys(err, "write to peer");
		/* a short write means that the kernel's buffer is full */
		out->blocked = n < (ssize_t)queued(out);
		if (n == -1)
			break;
		out->head += (size_t)n;
		out->given += (size_t)n;
		out->total_written += (uint64_t)n;
	}
	if (queued(out) == 0 && !out->begun)
		out->head = out->tail = 0;
	return true;
}

bool
packet_out_raw(struct packet_out *out, struct bytes b, struct err *err)
{
	if (!make_room(out, b.len, err))
		return false;
	memcpy(out->memory.p + out->tail, b.p, b.len);
	out->tail += b.len;
	out->touched = MAX(out->touched, out->tail);
	return true;
}

void
packet_out_rekey(struct packet_out *out, struct protect **protect,
    bool reset_seqnr)
{
	protect_free(out->protect);
	out->protect = *protect;
	*protect = NULL;
	out->bytes = out->packets = 0;
	if (reset_seqnr)
		out->seqnr = 0;
}

void
packet_out_trim(struct packet_out *out)
{
	if (queued(out) != 0 || out->begun)
		return;
	packet_memory_trim(&out->memory);
	out->head = out->tail = out->touched = 0;
}
