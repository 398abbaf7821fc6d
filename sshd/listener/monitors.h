/* SPDX-License-Identifier: ISC */
/*
 * monitors - the listener's dealings with its monitors: start, hand over a
 * connection, hear from them, bury them.
 *
 * Shapes:  messages of the edges LISTENER_TO_MONITOR, MONITOR_TO_LISTENER.
 * Units:   -
 * Errors:  logged here; a monitor that breaks the rules is killed.
 * Owns:    -
 * Source:  DESIGN.md section 2.
 */
#ifndef SSHD_LISTENER_MONITORS_H
#define SSHD_LISTENER_MONITORS_H

#include "sshd/listener/listener.h"

/* NULL, logged, when it can't be started. */
struct child *monitors_start(struct listener *listener);
/*
 * LISTENER: the child serves this connection from now on and counts as a
 * startup. False when the child is gone; fd stays the caller's.
 */
bool monitors_connect(struct listener *listener, struct child *child, int fd,
    const char *remote, unsigned remote_port);
/* Starts to listen to a child's socket. */
MUST_CHECK bool monitors_watch(struct listener *listener, struct child *child,
    struct err *err);
/* PerSourcePenaltyExemptList has the address. */
bool monitors_is_exempt(const struct conf *conf, const char *remote);
/* After SIGCHLD: all that have ended, and what their sources get for it. */
void monitors_reap(struct listener *listener);

#endif
