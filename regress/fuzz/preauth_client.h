/* SPDX-License-Identifier: ISC */
/*
 * preauth_client - a net process's connection, its peer and the processes
 *	behind it, all in one thread but for the monitor.
 *
 * Shapes:  a client that can exchange keys (curve25519-sha256) and log in, and
 *          otherwise sends what it is given; every packet of the server must
 *          open under the keys agreed.
 * Units:   bytes, milliseconds of a clock that only the input moves.
 * Errors:  a promise of net that does not hold aborts.
 * Owns:    the connection and all that belongs to it.
 * Source:  RFC 4253.
 */
#ifndef REGRESS_FUZZ_PREAUTH_CLIENT_H
#define REGRESS_FUZZ_PREAUTH_CLIENT_H

#include "fuzz/preauth_monitor.h"
#include "fuzz/preauth_session.h"
#include "sshd/net/conn.h"

#define CLIENT_BUF	1048576		/* more than a socket holds */
#define CLIENT_INIT_MAX	4096		/* a KEXINIT */

struct client_options {
	const char *cipher, *mac;
	const char *version;
	bool strict, ext_info, zlib;
};

enum client_kex_step {
	CLIENT_KEX_IDLE,
	CLIENT_KEX_INIT,	/* our KEXINIT is sent */
	CLIENT_KEX_PUBLIC,	/* our public value too */
	CLIENT_KEX_REPLIED,	/* NEWKEYS is due */
};

struct client_kex {
	enum client_kex_step step;
	uint8_t own[CLIENT_INIT_MAX], peer[CLIENT_INIT_MAX];
	size_t own_len, peer_len;	/* peer_len 0: not come */
	uint8_t session_id[DIGEST_MAX];
	size_t session_id_len;
	struct protect *next_in, *next_out;
};

struct preauth_client {
	struct conn conn;
	bool over;			/* net has ended, conn is cleared */
	struct clock clock;
	int64_t now_ms;
	size_t heap_before;		/* allocated before conn was there */
	struct preauth_monitor monitor;
	struct preauth_session session;
	struct client_options options;
	int fd;
	bool eof;
	bool deaf;			/* does not read for now */
	bool torn;			/* a packet was sent in part */
	/*
	 * tainted: net may know another conversation than we do, so its
	 * packets need not open; blind: they don't.
	 */
	bool tainted, blind;
	bool got_version, logged_in;
	size_t head, tail;
	uint32_t packet_length;
	struct protect *in, *out;
	uint32_t in_seqnr, out_seqnr;
	struct inflater *inflater;
	struct deflater *deflater;
	struct client_kex kex;
	uint8_t buf[CLIENT_BUF];
};

void preauth_client_start(struct preauth_client *c);
void preauth_client_end(struct preauth_client *c);
/* Rounds of net's loop until nothing happens any more. */
void preauth_client_settle(struct preauth_client *c);
void preauth_client_send_raw(struct preauth_client *c, struct bytes b);
/* One packet, as it must be. */
void preauth_client_send(struct preauth_client *c, struct bytes payload);
/* One that says another length of its padding. */
void preauth_client_send_padded(struct preauth_client *c,
    struct bytes payload, uint8_t padding_said);

/* preauth_kex.c: takes a message of a key exchange, or not. */
void preauth_kex_start(struct preauth_client *c);
void preauth_kex_recv(struct preauth_client *c, struct bytes payload);
void preauth_kex_clear(struct preauth_client *c);

#endif
