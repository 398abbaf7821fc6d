/* SPDX-License-Identifier: ISC */
/*
 * qos - the class of our packets, and how many the kernel holds back:
 *	interactive while a terminal is open.
 *
 * Shapes:  two values of the TOS byte (IPv4) or traffic class (IPv6).
 * Units:   QOS_NONE leaves the system's default.
 * Errors:  none: what is not a socket has no class.
 * Owns:    nothing.
 * Source:  sshd_config(5), IPQoS; RFC 8325 is why it matters on wifi.
 */
#ifndef SSHD_NET_QOS_H
#define SSHD_NET_QOS_H

#include <stdint.h>

struct conn;

/* NET: after login, with the values of IPC AUTH_REPLY. */
void qos_start(struct conn *conn, uint32_t interactive, uint32_t bulk);
/* NET: the number of channels has changed. */
void qos_channels(struct conn *conn);
/* NET: a session with a terminal came (+1) or went (-1). */
void qos_terminals(struct conn *conn, int change);

#endif
