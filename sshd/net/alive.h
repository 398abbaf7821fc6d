/* SPDX-License-Identifier: ISC */
/*
 * alive - asks a silent client whether it is there.
 *
 * Shapes:  one timer; data in either direction is a sign of life: received, or
 *          acknowledged by the peer's host.
 * Units:   seconds (ClientAliveInterval), times (ClientAliveCountMax).
 * Errors:  too many questions without a sign end the connection.
 * Owns:    conn->alive_timer.
 * Source:  sshd_config(5), ClientAliveInterval.
 */
#ifndef SSHD_NET_ALIVE_H
#define SSHD_NET_ALIVE_H

#include <stdint.h>

struct conn;

/* NET: after login; interval_s 0: never asks. count_max 0: never ends. */
void alive_start(struct conn *conn, uint32_t interval_s, uint32_t count_max);

#endif
