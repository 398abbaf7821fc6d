/* SPDX-License-Identifier: ISC */
/*
 * chan_ends - the descriptors of a channel, and what the loop says of them.
 *
 * Shapes:  what is readable stands in chan_ring until chan_output serves it.
 * Units:   -
 * Errors:  false ends the connection.
 * Owns:    the descriptors that were attached.
 * Source:  DESIGN.md section 5; epoll(7).
 */
#ifndef SSHD_NET_CHAN_ENDS_H
#define SSHD_NET_CHAN_ENDS_H

#include "sshd/net/channels.h"

/*
 * Takes the descriptor (it becomes non-blocking) as this end; flags say what
 * it is (CHANNEL_DUPLEX, CHANNEL_PTY). chan_resume() starts the flow.
 */
MUST_CHECK bool chan_attach(struct channel *ch, enum end_id id, int fd,
    uint32_t flags, struct err *err);
/* Waits for whatever can move now: windows or the state have changed. */
MUST_CHECK bool chan_resume(struct channel *ch, struct err *err);
/* The program is gone: reads a pty until it has nothing more. */
void chan_drain_pty(struct channel *ch);
/* END_OUT is not wanted any more (eow): closes it for the program. */
void chan_stop_output(struct channel *ch);
/* No descriptor will give anything more. */
bool chan_output_ended(const struct channel *ch);
/* Closes all descriptors and forgets what waits. */
void chan_close(struct channel *ch);
/* Closes what is only read, keeps what still takes input. */
void chan_close_output(struct channel *ch);

/* Calls channels_round() at the end of this round of the loop. */
void chan_wake(struct conn *conn);

/* For chan_output.c and chan_input.c. */

/* Where input goes; its fd may be -1. */
struct chan_end *chan_sink(struct channel *ch);
/* Tells the loop what to wait for. */
MUST_CHECK bool chan_end_update(struct chan_end *end, struct err *err);
void chan_end_close(struct chan_end *end);
/*
 * A pipe that is full of bulk data gets room for more, once: each switch
 * between the two processes then moves more bytes.
 */
void chan_end_widen(struct chan_end *end);
/* Was read to its end; one for both directions stays open for input. */
void chan_end_read(struct chan_end *end);

#endif
