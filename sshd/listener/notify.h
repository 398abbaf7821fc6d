/* SPDX-License-Identifier: ISC */
/*
 * notify - tells a service manager how far we are.
 *
 * Shapes:  one datagram of NAME=VALUE lines to the socket in NOTIFY_SOCKET.
 * Units:   -
 * Errors:  none: without a manager, or when it does not listen, nothing.
 * Owns:    nothing.
 * Source:  sd_notify(3).
 */
#ifndef SSHD_LISTENER_NOTIFY_H
#define SSHD_LISTENER_NOTIFY_H

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);

#endif
