/* SPDX-License-Identifier: ISC */
/*
 * chan_data - moves bytes between descriptors and packets.
 *
 * Shapes:  what is readable stands in a ring and sends one packet in turn;
 *          input of consecutive packets leaves by one writev(2).
 * Units:   bytes of channel data.
 * Errors:  false ends the connection; a descriptor's error ends its stream.
 * Owns:    backlogs; descriptors belong to their channel.
 * Source:  DESIGN.md section 5; RFC 4254 5.2.
 */
#ifndef SSHD_NET_CHAN_DATA_H
#define SSHD_NET_CHAN_DATA_H

#include "sshd/net/channels.h"

/* The window to offer to a new channel or program. */
uint32_t chan_window_for(const struct conn *conn);
/* Counts it as offered. */
void chan_window_offer(struct channel *ch, uint32_t window);

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
/* Closes all descriptors and forgets the backlog. */
void chan_close(struct channel *ch);
/* Closes what is only read, keeps what still takes input. */
void chan_close_output(struct channel *ch);

/* NET: data of the peer, already charged to the window. */
MUST_CHECK bool chan_input(struct channel *ch, struct bytes data,
    struct err *err);
/* NET: the peer's EOF: what is written is the last. */
MUST_CHECK bool chan_input_eof(struct channel *ch, struct err *err);
/* NET: charges data to the window the peer was given. */
MUST_CHECK bool chan_charge(struct channel *ch, size_t len, struct err *err);
/* NET: gives back n bytes of window, in large steps. */
MUST_CHECK bool chan_consumed(struct channel *ch, size_t n, struct err *err);

/* NET: one turn of the ring; false: conn_fail() is due. */
MUST_CHECK bool chan_pump(struct conn *conn, struct err *err);
/* Calls channels_round() at the end of this round of the loop. */
void chan_wake(struct conn *conn);
/* The end of a round: pump, then what has ended. */
timer_fn channels_round;

#endif
