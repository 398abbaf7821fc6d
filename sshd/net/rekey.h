/* SPDX-License-Identifier: ISC */
/*
 * rekey - when keys have done enough.
 *
 * Shapes:  counters live in packet_in and packet_out; the limits here.
 * Units:   bytes, packets, seconds.
 * Errors:  none.
 * Owns:    one timer.
 * Source:  RFC 4253 section 9, RFC 4344 section 3; sshd_config(5), RekeyLimit.
 */
#ifndef SSHD_NET_REKEY_H
#define SSHD_NET_REKEY_H

#include "lib/base/loop.h"

struct conn;

#define REKEY_PACKETS		(1ull << 31)	/* RFC 4344 3.1 */
/*
 * What a peer may still send between our KEXINIT and its NEWKEYS: more than
 * can be in flight in all windows together.
 */
#define REKEY_GRACE_BYTES	(128ull << 20)

struct rekey {
	uint64_t limit_bytes;		/* RekeyLimit; 0: the cipher's own */
	uint32_t limit_s;		/* 0: none */
	uint64_t cipher_in, cipher_out;	/* limits of the ciphers in use */
	uint64_t begun_at;		/* in.bytes at our KEXINIT */
	bool due;			/* the timer fired */
	struct timer timer;
};

enum rekey_need {
	REKEY_NO,
	REKEY_NOW,
	REKEY_TOO_EARLY,	/* used up before login: the end */
	REKEY_IGNORED,		/* the peer goes on with the old keys */
};

/* NET: both directions have new keys: counting starts over. */
void rekey_restart(struct conn *conn);
enum rekey_need rekey_check(const struct conn *conn);

#endif
