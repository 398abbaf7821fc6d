/* SPDX-License-Identifier: ISC */
/*
 * chan_window - what the peer may send ahead, and how that grows.
 *
 * Shapes:  a window starts at CHANNEL_WINDOW and grows while half of it
 *          arrives within one round trip, until bandwidth x delay fits: it
 *          doubles, or quadruples where half a round trip was enough.
 * Units:   bytes of channel data; milliseconds.
 * Errors:  false ends the connection.
 * Owns:    nothing; the bounds are in lib/base/limits.h.
 * Source:  DESIGN.md section 5; RFC 4254 5.2.
 *
 * Round trips are measured by what the peer can't do before it has heard from
 * us: use a channel that we confirmed, go beyond a window that we adjusted.
 * The shortest one counts: a peer may take its time, but is never early.
 */
#ifndef SSHD_NET_CHAN_WINDOW_H
#define SSHD_NET_CHAN_WINDOW_H

#include "sshd/net/channels.h"

#define CHAN_ROUND_TRIP_UNKNOWN	INT64_MAX

/* NET: after login; growth_max: of all channels together. */
void chan_window_start(struct conn *conn, uint32_t growth_max);
/* The window to offer to a new channel or program. */
uint32_t chan_window_for(const struct conn *conn);
/* Counts it as offered. */
void chan_window_offer(struct channel *ch, uint32_t window);
/* The channel goes. */
void chan_window_forget(struct channel *ch);
/* The peer learns of the channel now; and: it has answered. */
void chan_window_asked(struct channel *ch);
void chan_window_answered(struct channel *ch);

/* NET: charges data to the window that the peer was given. */
MUST_CHECK bool chan_charge(struct channel *ch, size_t len, struct err *err);
/* NET: gives back n bytes of window, in large steps. */
MUST_CHECK bool chan_consumed(struct channel *ch, size_t n, struct err *err);
/* The greatest length of a backlog that keeps to the window. */
size_t chan_window_backlog_max(const struct channel *ch);
/*
 * The first byte waits for the program; and: this much does now. One that
 * does not catch up within some round trips has no need of growth.
 */
void chan_window_wait_begins(struct channel *ch);
void chan_window_waiting(struct channel *ch, size_t len);

#endif
