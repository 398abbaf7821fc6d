/* SPDX-License-Identifier: ISC */
/*
 * peer - the two ends of the connection that a monitor serves.
 *
 * Shapes:  numeric addresses; "UNKNOWN" and port 65535 when the connection
 *          is a pair of pipes. IPv4-mapped IPv6 is written as IPv4.
 * Units:   ports in host order.
 * Errors:  what has no address is UNKNOWN; ERR_RANGE for an accepted one
 *          that is none.
 * Owns:    nothing; the descriptors stay the caller's.
 * Source:  getpeername(2), socket(7), RFC 4291 2.5.5.2.
 */
#ifndef MONITOR_PEER_H
#define MONITOR_PEER_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "lib/base/bytes.h"
#include "lib/base/err.h"

#define PEER_ADDRESS_MAX	64	/* numeric IPv6 with a scope */
#define PEER_NAME_MAX	256	/* RFC 1123, 2.1: 255 letters */
#define PEER_PORT_UNKNOWN	65535

struct peer {
	char address[PEER_ADDRESS_MAX], local_address[PEER_ADDRESS_MAX];
	char name[PEER_NAME_MAX];	/* the address, see peer_name.h */
	char rdomain[IFNAMSIZ];		/* device of the socket; empty: none */
	uint32_t port, local_port;
	bool is_socket;
};

/* Before a connection: both ends UNKNOWN. */
void peer_init(struct peer *peer);
/*
 * fd is the connection, or the descriptor for reading from it. accepted: what
 * accept(2) said, which a socket does not know any more when its client has
 * reset the connection; empty: nobody here accepted it, fd is asked.
 */
MUST_CHECK bool peer_find(struct peer *peer, int fd, struct bytes accepted,
    uint32_t port, struct err *err);
/* TCP_NODELAY, and SO_KEEPALIVE when asked for; harmless on a pipe. */
void peer_tune(const struct peer *peer, int fd, bool keep_alive);

#endif
