/* SPDX-License-Identifier: ISC */
/*
 * chan_settle - how a channel ends.
 *
 * Shapes:  what changes near its end puts a channel on a list; the end of the
 *          round sends EOF, exit status and CLOSE as far as they are due.
 * Units:   -
 * Errors:  false ends the connection.
 * Owns:    nothing; frees a channel that both sides have closed.
 * Source:  RFC 4254 5.3 and 6.10.
 */
#ifndef SSHD_NET_CHAN_SETTLE_H
#define SSHD_NET_CHAN_SETTLE_H

#include "sshd/net/channels.h"

/* NET: something ended. The channel may be gone after this round. */
void channel_settle(struct channel *ch);
/* NET: the same at once. */
MUST_CHECK bool chan_settle_now(struct channel *ch, struct err *err);
/* The channel goes. */
void chan_settle_forget(struct channel *ch);
/* NET: closes it now, whatever was still to come. */
MUST_CHECK bool channel_end(struct channel *ch, struct err *err);
/* The end of a round: turns of the ring, then what has ended. */
timer_fn channels_round;

#endif
