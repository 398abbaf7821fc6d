/* SPDX-License-Identifier: ISC */
/*
 * packet_out - building, sealing and queueing what we send.
 *
 * Shapes:  one run of anonymous memory; packets are built, padded and
 *          encrypted where they will be written from, back to back.
 * Units:   bytes.
 * Errors:  sticky in the writer; packet_send() reports what did not fit.
 * Owns:    the memory, the outgoing keys, messages kept during a key exchange.
 * Source:  RFC 4253 sections 6 and 7.1; DESIGN.md section 5.
 */
#ifndef SSHD_NET_PACKET_OUT_H
#define SSHD_NET_PACKET_OUT_H

#include "lib/crypto/protect.h"
#include "lib/wire/writer.h"
#include "sshd/net/compress.h"
#include "sshd/net/packet_memory.h"

struct conn;
struct kept;

#define PACKET_ROOM	(BANNER_MAX + 4096) /* payload of packet_begin() */
#define OUT_HIGH_WATER	262144	/* no more channel data */
/*
 * Channels share the connection: data is sealed when less than this is not
 * sent, and at most CHANNEL_PACKET_MAX is not sent then.
 */
#define OUT_SHARED_LOW	16384
#define OUT_SHARED_SURE	4096	/* not worth asking the kernel */
/*
 * No more reading: what the peer makes us answer is bounded. Higher than
 * channel data can fill the queue, so that output never starves input.
 */
#define OUT_STOP_READING 524288
#define OUT_QUEUE_MAX	4194304	/* the connection ends above: can't happen */
#define OUT_KEPT_MAX	1048576	/* while a key exchange runs, then the end */

struct packet_out {
	struct packet_memory memory;
	size_t head, tail;	/* sealed and not yet written */
	size_t touched;		/* memory that packet_out_trim() gives back */
	struct writer w;	/* the open packet's payload */
	size_t data_head;	/* head_len of packet_data_reserve() */
	bool begun;
	bool awaited;		/* see packet_data_room() */
	bool blocked;		/* the kernel has enough */
	size_t given;		/* to the kernel and, perhaps, not sent */
	uint32_t seqnr;
	struct protect *protect;
	struct deflater *deflater;	/* NULL: no compression */
	uint64_t bytes, packets;	/* since the last NEWKEYS */
	uint64_t total_bytes;		/* payload, for "Transferred:" */
	uint64_t total_written;		/* to the descriptor */
	struct kept *kept, **kept_tail;
	size_t kept_bytes;
};

MUST_CHECK bool packet_out_init(struct packet_out *out, struct err *err);
void packet_out_clear(struct packet_out *out);

/*
 * NET: opens a packet. The writer, which already holds the message number,
 * stays conn's; its memory is where the packet will be encrypted. Nothing
 * else may be begun before packet_send().
 */
struct writer *packet_begin(struct conn *conn, uint8_t message);
/*
 * NET: pads, compresses, seals and queues the open packet. A message that
 * must not go out while a key exchange runs is kept and follows NEWKEYS.
 */
MUST_CHECK bool packet_send(struct conn *conn, struct err *err);
/* NET: leaves the open packet unsent. */
void packet_abandon(struct conn *conn);

/*
 * NET: there are other channels: data then waits where it comes from, not in
 * the queue or the kernel, so that what somebody types into one has at most
 * one packet of another before it.
 */
bool packet_is_shared(const struct conn *conn);
/*
 * NET: how much data the next packet may hold. 0: none now, because the
 * kernel has enough or a key exchange runs; channels_output_ready() follows.
 */
size_t packet_data_room(struct conn *conn);
/*
 * NET: memory for up to max_len bytes of channel data, to be read(2) into,
 * behind a header of head_len payload bytes. Call again freely; nothing is
 * queued yet.
 */
uint8_t *packet_data_reserve(struct conn *conn, size_t head_len,
    size_t max_len, struct err *err);
/* NET: sends head (head_len bytes, message number first) and data_len bytes. */
MUST_CHECK bool packet_data_send(struct conn *conn, struct bytes head,
    size_t data_len, struct err *err);

/* NET: bytes queued, kept ones included. */
size_t packet_unsent(const struct conn *conn);
/*
 * NET: writes what is queued; the loop calls it once in a round, so that
 * answers that belong together leave in one write. Sets out->blocked when the
 * kernel did not take all. False when the peer is gone.
 */
MUST_CHECK bool packet_flush(struct conn *conn, struct err *err);

/* Bytes outside of the packet protocol: identification and its errors. */
MUST_CHECK bool packet_out_raw(struct packet_out *out, struct bytes b,
    struct err *err);
/* Takes keys; the sequence number starts over under strict key exchange. */
void packet_out_rekey(struct packet_out *out, struct protect **protect,
    bool reset_seqnr);
/* Sends what was kept, in order. */
MUST_CHECK bool packet_out_release(struct conn *conn, struct err *err);
/* Gives memory back to the kernel; only when nothing is queued. */
void packet_out_trim(struct packet_out *out);

#endif
