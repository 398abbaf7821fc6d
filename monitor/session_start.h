/* SPDX-License-Identifier: ISC */
/*
 * session_start - the process that acts as the user begins.
 *
 * Shapes:  sshd-session, executed with the user's groups; the rest it gives
 *          up itself, first of all, as the grant says.
 * Units:   -
 * Errors:  false: the login can't be used, the connection ends.
 * Owns:    nothing.
 * Source:  DESIGN.md sections 1 and 2; credentials(7).
 */
#ifndef MONITOR_SESSION_START_H
#define MONITOR_SESSION_START_H

#include "lib/base/err.h"
#include "monitor/grant.h"

struct monitor;

/* MONITOR: net_fd is session's end of the socket to net. */
MUST_CHECK bool session_start(struct monitor *mon, const struct grant *grant,
    int net_fd, struct err *err);

#endif
