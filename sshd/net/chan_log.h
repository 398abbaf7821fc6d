/* SPDX-License-Identifier: ISC */
/*
 * chan_log - a line in the log when a forward is opened, and when it ends.
 *
 * Shapes:  "forward opened: user U, KIND, from HOST port P, to HOST port P,
 *          channel N", and "forward closed: ..., sent N, received N bytes,
 *          N seconds"; sent is towards the client.
 * Units:   bytes of channel data; seconds.
 * Errors:  none: without memory there is no line.
 * Owns:    what it says of a channel, until the channel goes.
 * Source:  sshd_config(5), LogForwards.
 */
#ifndef SSHD_NET_CHAN_LOG_H
#define SSHD_NET_CHAN_LOG_H

#include "sshd/net/channels.h"

/* One side of a forward; a path has no port; an empty one is left out. */
struct chan_log_side {
	struct bytes host;
	uint32_t port;
};

/* NET: what the channel is for, once known; nothing without LogForwards. */
void chan_log_describe(struct channel *ch, const struct chan_log_side *from,
    const struct chan_log_side *to);
/* NET: both sides know it now. */
void chan_log_opened(struct channel *ch);
/* NET: it goes: writes the line, if it was ever open. */
void chan_log_closed(struct channel *ch);

#endif
