/* SPDX-License-Identifier: ISC */
/*
 * packets - the transport of a client, on a connection that is logged in.
 *
 * Shapes:  aes128-gcm@openssh.com. What is to be sent gathers until the next
 *          turn; what comes is handed over a message at a time, those of
 *          channels only. On the standard input: key and next nonce to the
 *          server, the same from it, then what came from it and is not read
 *          yet.
 * Units:   lengths in bytes.
 * Errors:  whatever is not expected, a key exchange too: a line, and exit
 *          status 1.
 * Owns:    the one connection of the process.
 * Source:  RFC 4253 section 6, RFC 5647, RFC 4254.
 */
#ifndef BENCH_PACKETS_H
#define BENCH_PACKETS_H

#include <stddef.h>
#include <stdint.h>

#define BUFFER_SIZE	(1u << 20)
#define DATA_MAX	32768	/* of a channel, in one packet */

enum { OPEN = 90, CONFIRMATION, OPEN_FAILURE, WINDOW_ADJUST, DATA,
	EXTENDED_DATA, END, CLOSE, REQUEST };

struct buffer {
	uint8_t bytes[BUFFER_SIZE];
	size_t len;
};

/* ---- fields; what puts one returns where the next goes */

void drop(struct buffer *b, size_t len);
uint32_t u32(const uint8_t *p);
uint8_t *put_u32(uint8_t *p, uint32_t v);
uint8_t *put_string(uint8_t *p, const void *s, size_t len);

/* ---- packets */

typedef void handler(const uint8_t *message, size_t len);

/* The connection, and what was read of it before. */
void packets_take_over(int socket_fd, handler *handle);
/* Returns where the fields go, after the first of all messages here. */
uint8_t *packet_begin(uint8_t type, uint32_t recipient_channel);
/* end: behind the last field. */
void packet_end(uint8_t *end);
/* Everything that is ready goes out in one write; then waits for more. */
void packets_turn(handler *handle);

#endif
