/* SPDX-License-Identifier: ISC */
/*
 * chan_timeout - channels that nothing passes through, and connections that
 *	have no channel at all, are closed after a time.
 *
 * Shapes:  rules in order, the first whose pattern fits a type counts; the
 *          rule `global` is for all channels together.
 * Units:   seconds; a channel goes at most a second late.
 * Errors:  false ends the connection.
 * Owns:    a copy of the rules, two timers.
 * Source:  sshd_config(5), ChannelTimeout and UnusedConnectionTimeout.
 */
#ifndef SSHD_NET_CHAN_TIMEOUT_H
#define SSHD_NET_CHAN_TIMEOUT_H

#include "sshd/net/channels.h"

/*
 * NET: after login. rules: run of pattern, u32 seconds (IPC AUTH_REPLY);
 * unused_s 0: a connection may stay without channels.
 */
MUST_CHECK bool chan_timeout_start(struct conn *conn, struct bytes rules,
    uint32_t unused_s, struct err *err);
void chan_timeout_clear(struct conn *conn);

/* The channel is open, or has become this type ("session:shell"). */
void chan_timeout_open(struct channel *ch, const char *type);
/* Data passed through it. */
void chan_timeout_touch(struct channel *ch);
/* A channel came or went. */
void chan_timeout_count(struct conn *conn);

#endif
