/* SPDX-License-Identifier: ISC */
/*
 * accept - from a listening socket to a monitor.
 *
 * Shapes:  accept(2), admission, CONNECTION.
 * Units:   milliseconds.
 * Errors:  logged here; out of descriptors pauses accepting for a moment.
 * Owns:    the accepted socket, until the monitor has its copy.
 * Source:  sshd_config(5), MaxStartups; accept(2).
 */
#ifndef SSHD_LISTENER_ACCEPT_H
#define SSHD_LISTENER_ACCEPT_H

#include "sshd/listener/listener.h"

#define ACCEPT_PAUSE_MS	100	/* after EMFILE and the like, as OpenSSH */
#define ACCEPT_TELL_MS	60000	/* between two lines about it */
#define ACCEPT_BATCH	32	/* connections before other events get a turn */

/* Watches every listening socket that is not watched yet. */
MUST_CHECK bool accept_start(struct listener *listener, struct err *err);
/*
 * Newcomers wait in the backlog while we are short of something, or without
 * a signer that will come: call when that changes.
 */
void accept_update(struct listener *listener);
/* Waits for one connection, for -d. -1 with errno on failure. */
int accept_one(struct listener *listener);

#endif
