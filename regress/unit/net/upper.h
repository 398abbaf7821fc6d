/* SPDX-License-Identifier: ISC */
/*
 * upper - stands in for authentication and channels in tests of the
 *	transport: counts what reaches it, and logs everybody in.
 *
 * Shapes:  one global, set to zero by each test.
 * Units:   -
 * Errors:  -
 * Owns:    nothing.
 * Source:  sshd/net/transport.h, the hooks.
 */
#ifndef REGRESS_UNIT_NET_UPPER_H
#define REGRESS_UNIT_NET_UPPER_H

#include "sshd/net/conn.h"

struct upper {
	unsigned handled[256];		/* by message number */
	uint64_t data_len;		/* CHANNEL_DATA bytes */
	uint8_t data_sum;
	unsigned starts, ready, input_ends, rides, ride_ends;
	uint64_t rekey_bytes;		/* for transport_login() */
	uint32_t rekey_seconds;
	uint64_t to_send;		/* channel data that we still have */
};

extern struct upper upper;

#endif
