/* SPDX-License-Identifier: ISC */
/*
 * session_limits - terminals at which nobody types, and logins that have
 *	lasted long enough, end; a minute before, their terminals say so.
 *
 * Shapes:  SessionIdleTimeout ends one session with a terminal;
 *          SessionMaxDuration the connection (the monitor sees to that, too).
 * Units:   seconds, 0 for none; an idle terminal goes at most a second late.
 * Errors:  false ends the connection.
 * Owns:    two timers.
 * Source:  sshd_config(5).
 */
#ifndef SSHD_NET_SESSION_LIMITS_H
#define SSHD_NET_SESSION_LIMITS_H

#include "sshd/net/channels.h"

/* NET: after login. */
void session_limits_start(struct conn *conn, uint32_t idle_s,
    uint32_t duration_s);
/* NET: a terminal was opened, or its user has typed. */
void session_limits_input(struct channel *ch);

#endif
