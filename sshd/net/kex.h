/* SPDX-License-Identifier: ISC */
/*
 * kex - the key exchange, the first and later ones.
 *
 * Shapes:  KEXINIT both ways, the method's messages, NEWKEYS both ways.
 * Units:   bytes.
 * Errors:  false ends the connection with KEY_EXCHANGE_FAILED, or as the
 *          error says.
 * Owns:    both KEXINIT payloads while it runs, keys not yet in use, the
 *          session identifier.
 * Source:  RFC 4253 sections 7 to 9, 4419, 5656, 8268, 8308, 8731; reference
 *          sheet protocol_extensions 2 to 6.
 */
#ifndef SSHD_NET_KEX_H
#define SSHD_NET_KEX_H

#include "lib/crypto/kex.h"
#include "lib/crypto/protect.h"
#include "lib/wire/reader.h"
#include "sshd/net/kex_choose.h"

struct conn;

enum kex_step {
	KEX_IDLE,
	KEX_WAIT_INIT,		/* ours is sent, the peer's is due */
	KEX_WAIT_PUBLIC,	/* 30 */
	KEX_WAIT_GEX_REQUEST,	/* 34 */
	KEX_WAIT_GEX_PUBLIC,	/* 32 */
	KEX_WAIT_NEWKEYS,	/* ours is sent */
};

struct kex {
	enum kex_step step;
	bool initial_done;	/* the first exchange is complete */
	bool strict;		/* agreed in the first exchange */
	bool skip_next;		/* a wrong guess follows */
	bool peer_ext_info;	/* ext-info-c */
	bool ext_info_in_auth;	/* the client takes a second EXT_INFO */
	struct secret own_init, peer_init;	/* payloads, while it runs */
	struct kex_choice choice;
	/* the first exchange's, for hostbound requests and proofs; of setup */
	struct bytes first_host_key, first_host_key_algorithm;
	struct protect *next_in;
	uint8_t session_id[DIGEST_MAX];
	size_t session_id_len;
	uint8_t gex_request[12];	/* min, n, max as sent */
	struct secret gex_p, gex_g;
};

/* The message that the exchange waits for; 0 when none runs. */
uint8_t kex_expected(const struct kex *kex);
void kex_clear(struct kex *kex);
/* NET: sends our KEXINIT, the first one or a later one. */
MUST_CHECK bool kex_start(struct conn *conn, struct err *err);
/* NET: starts or ends compression as agreed for the keys now in use. */
MUST_CHECK bool kex_compress_out(struct conn *conn, struct err *err);
MUST_CHECK bool kex_compress_in(struct conn *conn, struct err *err);
/* NET: messages above 49 have to wait for our NEWKEYS. */
bool kex_holds_output(const struct conn *conn);
/* NET: the peer's KEXINIT came: only a key exchange's messages are legal. */
bool kex_binds_input(const struct conn *conn);

#endif
