/* SPDX-License-Identifier: ISC */
/*
 * test_client - the other side of a connection under test, in one thread
 *	with it: every wait runs a round of the server's loop.
 *
 * Shapes:  curve25519-sha256, any cipher and MAC of lib/crypto.
 * Units:   bytes.
 * Errors:  what must work in a test is asserted.
 * Owns:    its end of the socket pair, the server's struct conn.
 * Source:  RFC 4253.
 */
#ifndef REGRESS_UNIT_NET_TEST_CLIENT_H
#define REGRESS_UNIT_NET_TEST_CLIENT_H

#include "lib/crypto/kex.h"
#include "lib/crypto/protect.h"
#include "lib/wire/kexinit.h"
#include "unit/net/fake_monitor.h"
#include "unit/net/upper.h"

#define CLIENT_VERSION	"SSH-2.0-TestClient_1"
#define CLIENT_BUF	16777216	/* all that a test is sent, unread */

struct test_offer {		/* NULL: as the fake monitor's defaults */
	const char *kex, *ciphers, *macs, *compression;
	bool strict, ext_info;
};

struct test_client {
	struct conn conn;
	struct fake_monitor monitor;
	int fd;
	bool eof;
	uint8_t *buf;			/* received */
	size_t head, tail;
	uint32_t packet_length;
	uint8_t payload[PACKET_ROOM];	/* the last one, copied */
	size_t payload_len;
	struct protect *in, *out;
	struct inflater *inflater;
	struct deflater *deflater;
	uint32_t in_seqnr, out_seqnr;
	struct test_offer offer;
	bool follows;			/* first_kex_packet_follows */
	bool deaf;			/* reads nothing */
	size_t flip_at;			/* offset of a bit to spoil, once */
	unsigned sent_whole;		/* by test_client_try_send() */
	uint64_t skipped_data;		/* CHANNEL_DATA amid a key exchange */
	uint8_t unsent[2048];		/* the rest of a packet */
	size_t unsent_len;
	uint8_t kexinit[2048], peer_kexinit[2048];
	size_t kexinit_len, peer_kexinit_len;
	uint8_t session_id[DIGEST_MAX];
	size_t session_id_len;
	int64_t now_ms;
	struct clock clock;
};

/* A started connection over a socket pair. */
struct test_client *test_client_new(const struct test_offer *offer);
/* Ends both sides; the log is readable until test_client_free(). */
void test_client_close(struct test_client *c);
void test_client_free(struct test_client *c);

void test_client_send_raw(struct test_client *c, const void *p, size_t len);
void test_client_send(struct test_client *c, const void *payload, size_t len);
/* As test_client_send() for a deaf client: false when the socket is full. */
bool test_client_try_send(struct test_client *c, const void *payload,
    size_t len);
void test_client_send_u8(struct test_client *c, uint8_t message);
/* The server's identification line comes first; false at the end. */
bool test_client_recv_line(struct test_client *c, char *line, size_t len);
/* The next payload into c->payload; false when none comes any more. */
bool test_client_recv(struct test_client *c);
/* Rounds of the loop until nothing more happens. */
void test_client_settle(struct test_client *c);

/* Lines both ways, KEXINIT both ways. */
void test_client_hello(struct test_client *c);
void test_client_send_kexinit(struct test_client *c);
/*
 * The exchange from the KEXINITs to both NEWKEYS; checks the signature.
 * Other messages in between are skipped.
 */
void test_client_kex(struct test_client *c);
/* service request, authentication: CONN_OPEN. */
void test_client_login(struct test_client *c);

#endif
