/* SPDX-License-Identifier: ISC */
/*
 * packet_in - reading from the peer and opening its packets in place.
 *
 * Shapes:  one run of anonymous memory, filled by large reads; every packet
 *          is decrypted where it lies.
 * Units:   bytes.
 * Errors:  ERR_MISMATCH wrong MAC, ERR_FORMAT bad length or padding,
 *          ERR_RANGE inflates too far; the log line is written here.
 * Owns:    the memory and the incoming keys.
 * Source:  RFC 4253 section 6; OpenSSH PROTOCOL.
 */
#ifndef SSHD_NET_PACKET_IN_H
#define SSHD_NET_PACKET_IN_H

#include "lib/crypto/protect.h"
#include "sshd/net/compress.h"
#include "sshd/net/packet_memory.h"

#define IN_READ_MIN	16384	/* read size before login and when quiet */
#define IN_READ_MAX	262144	/* several packets by one system call */

struct packet_in {
	struct packet_memory memory;
	size_t head, tail;	/* received and not yet consumed */
	size_t touched;		/* memory that packet_in_trim() gives back */
	size_t read_size;	/* adapts between IN_READ_MIN and _MAX */
	bool logged_in;		/* packets up to PACKET_MAX_IN, large reads */
	uint32_t packet_length;	/* of the packet at head; 0: not known yet */
	uint32_t seqnr;		/* of the next packet */
	struct protect *protect;
	size_t discard;		/* bytes to swallow before hidden_error */
	struct err hidden_error;
	struct inflater *inflater;	/* NULL: no compression */
	uint64_t bytes, packets;	/* since the last NEWKEYS */
	uint64_t total_bytes;		/* payload, for "Transferred:" */
};

MUST_CHECK bool packet_in_init(struct packet_in *in, struct err *err);
void packet_in_clear(struct packet_in *in);
/*
 * One read(2). *got is the number of bytes: 0 with true when the descriptor
 * has nothing now; ERR_CLOSED at the end of the stream.
 */
MUST_CHECK bool packet_in_read(struct packet_in *in, int fd, size_t *got,
    struct err *err);
/*
 * The next whole packet's payload; *got false when more bytes are needed.
 * The payload stays where it is until the next packet_in_read(), but only
 * until the next packet_in_next() when it was inflated.
 */
MUST_CHECK bool packet_in_next(struct packet_in *in, struct bytes *payload,
    bool *got, struct err *err);
/* Received bytes that are no packet yet, for the identification line. */
struct bytes packet_in_raw(const struct packet_in *in);
void packet_in_consume(struct packet_in *in, size_t len);
/* Takes keys; the sequence number starts over under strict key exchange. */
void packet_in_rekey(struct packet_in *in, struct protect **protect,
    bool reset_seqnr);
/* Gives memory back to the kernel; only when nothing is buffered. */
void packet_in_trim(struct packet_in *in);

#endif
