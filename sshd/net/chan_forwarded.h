/* SPDX-License-Identifier: ISC */
/*
 * chan_forwarded - channels that we open: somebody connected to a port or
 *	path that the client asked us to listen on.
 *
 * Shapes:  rows of chan_types: forwarded-tcpip and
 *          forwarded-streamlocal@openssh.com.
 * Units:   -
 * Errors:  a connection that can't have a channel is closed.
 * Owns:    nothing beyond the channel.
 * Source:  RFC 4254 7.2; OpenSSH PROTOCOL (streamlocal).
 */
#ifndef SSHD_NET_CHAN_FORWARDED_H
#define SSHD_NET_CHAN_FORWARDED_H

#include "lib/ipc/ipc.h"
#include "sshd/net/chan_types.h"

/* NET: ACCEPTED: offers the connection to the client. */
MUST_CHECK bool chan_forwarded_open(struct conn *conn,
    struct ipc_message *message, struct err *err);

#endif
