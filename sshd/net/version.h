/* SPDX-License-Identifier: ISC */
/*
 * version - the exchange of identification lines, and what peers get wrong.
 *
 * Shapes:  one line each way.
 * Units:   bytes; VERSION_LINE_MAX without CR LF.
 * Errors:  the log lines and the text to the peer are written here.
 * Owns:    a copy of the peer's line.
 * Source:  RFC 4253 section 4.2.
 */
#ifndef SSHD_NET_VERSION_H
#define SSHD_NET_VERSION_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "lib/base/limits.h"

struct conn;

/* What a peer's software wants or can't take. */
enum peer_quirk {
	PEER_EOW		= 1 << 0, /* understands eow@openssh.com */
	PEER_NO_HOSTKEYS	= 1 << 1, /* falls over hostkeys-00 */
	PEER_PROBE		= 1 << 2, /* a scanner that says so */
	PEER_SCAN		= 1 << 3,
	PEER_NO_DEBUG		= 1 << 4, /* falls over SSH_MSG_DEBUG */
};

struct peer_version {
	uint8_t line[VERSION_LINE_MAX];	/* V_C without CR LF */
	size_t line_len;
	unsigned quirks;
};

/* Quirks of a software version ("OpenSSH_9.2p1 Debian-2"). */
unsigned version_quirks(struct bytes software);

/*
 * NET: looks for the peer's line in what was received. True once it is there
 * and good; false when more must come, or when the connection was ended
 * (conn->state) with the line and the text that its defect calls for.
 */
MUST_CHECK bool version_receive(struct conn *conn);

#endif
