/* SPDX-License-Identifier: ISC */
/*
 * chan_ahead - what a channel sends ahead of a peer that others share with it.
 *
 * Shapes:  a channel is held while it is further ahead of the peer's window
 *          adjustments than the path and the peer's steps need.
 * Units:   bytes of channel data.
 * Errors:  false ends the connection.
 * Owns:    nothing.
 * Source:  none of the RFCs; RFC 4254 5.2 has the window.
 *
 * A peer slower than we are keeps what it has not handled in its socket's
 * buffer, up to the whole window, and a keystroke's echo waits behind that.
 * Peers adjust in steps of their own; one whose steps grew longer than what
 * it may have is found by a timer, and given more.
 */
#ifndef SSHD_NET_CHAN_AHEAD_H
#define SSHD_NET_CHAN_AHEAD_H

#include "sshd/net/channels.h"

/* NET: this was sent: the channel may be held from now on. */
void chan_ahead_sent(struct channel *ch, size_t len);
/* NET: the peer gave window: true when the channel is held no more. */
bool chan_ahead_adjusted(struct channel *ch, uint32_t bytes);
/* The peer's window and this module let data out. */
bool chan_may_send(const struct channel *ch);

#endif
