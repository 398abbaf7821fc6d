/* SPDX-License-Identifier: ISC */
/*
 * chan_ride - answers that leave when the next input comes.
 *
 * While a peer sends so much that we are not woken for less than several
 * packets (wakeups.h), the output of the program that takes them is not
 * waited for, but read each time more input has come: one process switch less
 * for every answer. A peer that sends no more without these answers finds the
 * wait that wakeups.h bounds, and is not treated so again for a while.
 *
 * Shapes:  one channel of a connection: the first that such input is for.
 * Units:   -
 * Errors:  false ends the connection.
 * Owns:    nothing.
 * Source:  none of the RFCs.
 */
#ifndef SSHD_NET_CHAN_RIDE_H
#define SSHD_NET_CHAN_RIDE_H

#include "sshd/net/channels.h"

/* NET: input of many packets was written to the channel's descriptor. */
MUST_CHECK bool chan_ride_begin(struct channel *ch, struct err *err);
/* NET: more input has come: reads what was answered. */
void chan_ride_along(struct conn *conn);
/* NET: no more came in time: waits for the output again. */
MUST_CHECK bool chan_ride_end(struct conn *conn, struct err *err);
/* The output of this end waits for input. */
bool chan_rides(const struct chan_end *end);
/* The channel goes. */
void chan_ride_forget(struct channel *ch);

#endif
