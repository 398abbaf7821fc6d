/* SPDX-License-Identifier: ISC */
/*
 * chan_direct - channels to where the client wants to connect.
 *
 * Shapes:  rows of chan_types: direct-tcpip, direct-streamlocal@openssh.com.
 * Units:   -
 * Errors:  a refused or failed connect is an open failure.
 * Owns:    nothing beyond the channel.
 * Source:  RFC 4254 7.2; OpenSSH PROTOCOL (streamlocal).
 */
#ifndef SSHD_NET_CHAN_DIRECT_H
#define SSHD_NET_CHAN_DIRECT_H

#include "sshd/net/chan_types.h"

/*
 * A channel that waits for a descriptor, and the request *id to ask for it
 * with; NULL: no room.
 */
struct channel *chan_direct_new(struct conn *conn,
    const struct chan_type *type, const struct channel_open *m, uint32_t *id);
/* NET: asks; the answer comes to one of the next two. */
MUST_CHECK bool chan_direct_ask(struct channel *ch, uint32_t id,
    enum ipc_id message, const void *fields, struct err *err);
/* NET: CONNECTED; takes fd, also on failure. */
MUST_CHECK bool chan_direct_connected(struct channel *ch, int fd,
    struct err *err);
/* NET: CONNECT_FAILED; the channel is gone. */
MUST_CHECK bool chan_direct_failed(struct channel *ch, uint32_t reason,
    struct bytes text, struct err *err);
/* Of every socket: CLOSE once both directions have ended. */
bool chan_socket_is_over(const struct channel *ch);
/* What the peer sent before its CLOSE is delivered, as a kernel would do. */
bool chan_socket_waits(const struct channel *ch);

#endif
