/* SPDX-License-Identifier: ISC */
/*
 * lower - stands in for the transport and the monitor in tests of the upper
 *	layers: takes messages for a connection, keeps what it sends.
 *
 * Shapes:  payloads with their message number first; the session process is
 *          the other end of an IPC pair, played by the test.
 * Units:   bytes.
 * Errors:  what must work in a test is asserted.
 * Owns:    the struct conn under test.
 * Source:  sshd/net/packet_out.h, transport.h and conn.h.
 */
#ifndef REGRESS_UNIT_NET_LOWER_H
#define REGRESS_UNIT_NET_LOWER_H

#include "lib/wire/connection.h"
#include "sshd/net/conn.h"

#define LOWER_SENT_MAX	65536		/* messages */
#define LOWER_PAYLOAD	70000		/* of one, and PACKET_ROOM */

struct lower {
	struct conn conn;
	struct ipc session;		/* the session process's end */
	struct ipc_message message;	/* the last one from net */
	/* what net has sent and the test has not looked at */
	struct { uint8_t *p; size_t len; } *sent;
	size_t sent_first, sent_count;
	struct writer open;		/* packet_begin() */
	uint8_t payload[LOWER_PAYLOAD];
	bool no_data;			/* packet_data_room() is 0 */
	bool shared;			/* packet_is_shared() */
	unsigned flushes;
	size_t probe_len;		/* what a message adds to the queue */
	size_t unsent;
	unsigned quirks;
	/* how it ended */
	bool failed, disconnected, ended;
	struct err err;
	uint32_t reason;
	char text[2048];
	/* the monitor's next answer, and the last question */
	struct ipc_message answer;
	enum ipc_id question, expected;
	uint8_t question_bytes[4096];
	size_t question_len;
	unsigned questions, logins, ext_infos;
	int64_t now_ms;
	struct clock clock;
};

/* state CONN_AUTH, or logged in with room for max_sessions sessions. */
struct lower *lower_new(void);
struct lower *lower_new_logged_in(uint32_t max_sessions);
void lower_free(struct lower *l);

/* One message of the peer; what its handler says. */
bool lower_recv(struct lower *l, uint8_t message, struct bytes fields);
#define RECV(l, message, literal) lower_recv(l, message, BYTES_LIT(literal))
/* Rounds of the loop: until nothing is to be done. */
void lower_round(struct lower *l);
/* The same, once an event has come: a tty passes bytes on in its own time. */
void lower_wait(struct lower *l);

/* The next message that was sent; len 0 when there is none. */
struct bytes lower_sent(struct lower *l);
/* It is exactly this one. */
void lower_assert_sent(struct lower *l, uint8_t message, struct bytes fields);
#define SENT(l, message, literal) \
	lower_assert_sent(l, message, BYTES_LIT(literal))
#define SENT_NOTHING(l) assert_int_equal(lower_sent(l).len, 0)
void lower_forget_sent(struct lower *l);

/* The session process gets exactly this message next, into l->message. */
void lower_session_gets(struct lower *l, enum ipc_id id);
bool lower_session_gets_nothing(struct lower *l);
void lower_session_says(struct lower *l, enum ipc_id id, const void *fields,
    const int *fds, unsigned fd_count);
void lower_session_done(struct lower *l, uint32_t request, bool ok,
    uint32_t port);

/* Message fields as literals. */
#define N0	"\0\0\0\0"
#define N1	"\0\0\0\1"
#define N2	"\0\0\0\2"
#define N3	"\0\0\0\3"
#define N4	"\0\0\0\4"
#define N5	"\0\0\0\5"
#define N6	"\0\0\0\6"
#define N7	"\0\0\0\7"
#define PEER	"\0\0\0\52"		/* the peer's number of its channel */
#define WINDOW	"\0\40\0\0"		/* 2 MiB */
#define PACKET	"\0\0\200\0"		/* 32 KiB */

/* The peer's channel PEER, ours 0: opened, confirmed, known to the session. */
void lower_open_session(struct lower *l);
/* ... and runs a program; the test's ends of its pipes (or its pty). */
void lower_start_program(struct lower *l, int ends[3]);
void lower_start_pty(struct lower *l, int *slave);
/* ... whose input is shared: its side of it, and its end of the output. */
void lower_start_shared(struct lower *l, struct shared_pipe *input,
    int *output);
/*
 * A direct-tcpip channel, ours `number`, the peer's PEER + number; what the
 * peer offers. Returns the far end of its socket.
 */
int lower_open_direct_as(struct lower *l, uint32_t number, uint32_t window,
    uint32_t packet_max);
int lower_open_direct(struct lower *l);		/* number 0, 2 MiB, 32 KiB */
/* CHANNEL_DATA of len bytes, each one `byte`. */
bool lower_recv_data(struct lower *l, uint32_t number, size_t len,
    uint8_t byte);

#endif
