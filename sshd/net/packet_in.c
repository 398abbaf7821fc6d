/* SPDX-License-Identifier: ISC */
#include "sshd/net/packet_in.h"

#include <assert.h>
#include <unistd.h>

#include "lib/base/log.h"

#define LENGTH_LEN	4	/* packet_length */
#define PADDING_MIN	4	/* RFC 4253 6 */
#define PACKET_LENGTH_MIN (1 + PADDING_MIN)
/* Any payload before login, with the most padding. */
#define PACKET_MAX_PREAUTH (PAYLOAD_MAX_PREAUTH + 256)
/* A whole packet that is still incomplete, and a large read behind it. */
#define IN_CAP	(LENGTH_LEN + PACKET_MAX_IN + PROTECT_TAG_MAX + IN_READ_MAX)

bool
packet_in_init(struct packet_in *in, struct err *err)
{
	struct bytes none = { 0 };

	*in = (struct packet_in){ .read_size = IN_READ_MIN };
	return packet_memory_init(&in->memory, IN_CAP, err) &&
	    protect_new(&in->protect, NULL, NULL, none, none, none, false, err);
}

void
packet_in_clear(struct packet_in *in)
{
	packet_memory_clear(&in->memory);
	protect_free(in->protect);
	inflater_free(in->inflater);
	*in = (struct packet_in){ 0 };
}

/* Bytes of the packet at head, once its length is known. */
static size_t
packet_size(const struct packet_in *in)
{
	return LENGTH_LEN + in->packet_length + protect_tag_len(in->protect);
}

/* Room for a read behind tail; moves what is left of a packet to the front. */
static size_t
make_room(struct packet_in *in)
{
	size_t held = in->tail - in->head, want = in->read_size;

	if (in->packet_length != 0 && packet_size(in) - held > want)
		want = packet_size(in) - held;
	if (held == 0)
		in->head = in->tail = 0;
	else if (in->head != 0 && in->memory.cap - in->tail < want) {
		memmove(in->memory.p, in->memory.p + in->head, held);
		in->head = 0;
		in->tail = held;
	}
	return MIN(want, in->memory.cap - in->tail);
}

bool
packet_in_read(struct packet_in *in, int fd, size_t *got, struct err *err)
{
	size_t room = make_room(in);
	ssize_t n;

	*got = 0;
	assert(room != 0);
	do
		n = read(fd, in->memory.p + in->tail, room);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN)
		return true;
	if (n == -1)
		return err_sys(err, "read from peer");
	if (n == 0)
		return err_set(err, ERR_CLOSED, "read from peer");
	*got = (size_t)n;
	in->tail += *got;
	in->touched = MAX(in->touched, in->tail);
	if (in->logged_in && *got == room && in->read_size < IN_READ_MAX)
		in->read_size *= 2;
	return true;
}

static bool
length_check(const struct packet_in *in, uint32_t length, struct err *err)
{
	size_t block = protect_block_len(in->protect), need = length;

	if (length < PACKET_LENGTH_MIN || length >
	    (in->logged_in ? PACKET_MAX_IN : PACKET_MAX_PREAUTH)) {
		log_info("Bad packet length %u.", length);
		return err_set(err, ERR_FORMAT, "Packet corrupt");
	}
	if (protect_aligns_length(in->protect))
		need = need + LENGTH_LEN < block ? 1 :
		    need + LENGTH_LEN - block;
	if (need % block != 0) {
		log_info("padding error: need %zu block %zu mod %zu", need,
		    block, need % block);
		return err_set(err, ERR_FORMAT, "Packet corrupt");
	}
	return true;
}

static bool
length_open(struct packet_in *in, bool *got, struct err *err)
{
	uint32_t length;

	*got = false;
	if (in->tail - in->head < protect_head_len(in->protect))
		return true;
	if (!protect_open_length(in->protect, in->seqnr,
	    in->memory.p + in->head, &length, err) ||
	    !length_check(in, length, err))
		return false;
	in->packet_length = length;
	*got = true;
	return true;
}

/* Takes the padding off; the packet is authentic by now. */
static bool
payload_find(struct packet_in *in, const uint8_t *packet,
    struct bytes *payload, struct err *err)
{
	size_t padding = packet[LENGTH_LEN];

	if (padding < PADDING_MIN || padding > in->packet_length - 1) {
		log_debug("Corrupted padlen %zu on input.", padding);
		return err_set(err, ERR_FORMAT, "Packet corrupt");
	}
	*payload = bytes_of(packet + LENGTH_LEN + 1,
	    in->packet_length - 1 - padding);
	return in->inflater == NULL ||
	    inflater_run(in->inflater, *payload, payload, err);
}

/*
 * Instead of telling at once that a packet is bad, swallows as much as a
 * largest packet is long: what packet_length was decrypted to must not show.
 * True when the error is to be told now.
 */
static bool
error_is_due(struct packet_in *in, const struct err *err)
{
	size_t opened = in->packet_length == 0 ? 0 : packet_size(in);

	if (!protect_hides_errors(in->protect))
		return true;
	in->hidden_error = *err;
	in->head += opened;
	in->discard = LENGTH_LEN + PACKET_MAX_IN +
	    protect_tag_len(in->protect) - opened;
	in->packet_length = 0;
	return in->discard == 0;
}

static bool
discard_input(struct packet_in *in, struct err *err)
{
	size_t len = MIN(in->discard, in->tail - in->head);

	protect_waste(in->protect, in->seqnr, in->memory.p + in->head, len);
	in->head += len;
	in->discard -= len;
	if (in->discard != 0)
		return true;
	*err = in->hidden_error;
	return false;
}

static bool
packet_open(struct packet_in *in, struct bytes *payload, bool *got,
    struct err *err)
{
	uint8_t *packet;

	*got = true;
	if (in->packet_length == 0 && !length_open(in, got, err))
		return false;
	if (!*got || in->tail - in->head < packet_size(in)) {
		*got = false;
		return true;
	}
	packet = in->memory.p + in->head;
	if (!protect_open(in->protect, in->seqnr, packet,
	    LENGTH_LEN + in->packet_length, err)) {
		if (err->code == ERR_MISMATCH)
			log_info("Corrupted MAC on input.");
		return false;
	}
	if (!payload_find(in, packet, payload, err))
		return false;
	in->seqnr++;
	in->packets++;
	in->bytes += LENGTH_LEN + in->packet_length;
	in->total_bytes += payload->len;
	in->head += packet_size(in);
	in->packet_length = 0;
	return true;
}

bool
packet_in_next(struct packet_in *in, struct bytes *payload, bool *got,
    struct err *err)
{
	*got = false;
	if (in->discard == 0 && packet_open(in, payload, got, err))
		return true;
	*got = false;
	if (in->discard == 0 && error_is_due(in, err))
		return false;
	return discard_input(in, err);
}

struct bytes
packet_in_raw(const struct packet_in *in)
{
	return bytes_of(in->memory.p + in->head, in->tail - in->head);
}

void
packet_in_consume(struct packet_in *in, size_t len)
{
	assert(len <= in->tail - in->head);
	in->head += len;
}

void
packet_in_rekey(struct packet_in *in, struct protect **protect,
    bool reset_seqnr)
{
	protect_free(in->protect);
	in->protect = *protect;
	*protect = NULL;
	in->bytes = in->packets = 0;
	if (reset_seqnr)
		in->seqnr = 0;
}

void
packet_in_trim(struct packet_in *in)
{
	if (in->head != in->tail)
		return;
	packet_memory_trim(&in->memory);
	inflater_trim(in->inflater);
	in->head = in->tail = in->touched = 0;
	in->read_size = IN_READ_MIN;
}
