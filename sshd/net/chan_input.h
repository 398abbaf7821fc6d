/* SPDX-License-Identifier: ISC */
/*
 * chan_input - from packets into descriptors.
 *
 * Shapes:  consecutive packets for a channel leave by one writev(2); what the
 *          descriptor does not take waits in the channel's backlog.
 * Units:   bytes of channel data.
 * Errors:  false ends the connection; a descriptor's error ends its stream.
 * Owns:    backlogs, never longer than the window and a tenth.
 * Source:  DESIGN.md section 5; RFC 4254 5.2.
 */
#ifndef SSHD_NET_CHAN_INPUT_H
#define SSHD_NET_CHAN_INPUT_H

#include "sshd/net/channels.h"

/*
 * NET: data of the peer, already charged. Borrowed until
 * channels_input_end(), which writes it.
 */
MUST_CHECK bool chan_input(struct channel *ch, struct bytes data,
    struct err *err);
/* NET: the peer's EOF: what waits is the last. */
MUST_CHECK bool chan_input_eof(struct channel *ch, struct err *err);
/* The event that says that the descriptor takes input again. */
uint32_t chan_input_room(const struct channel *ch);
/* NET: the loop's word on the descriptor that takes input. */
MUST_CHECK bool chan_input_event(struct channel *ch, uint32_t events,
    struct err *err);
/* Nothing is written any more. */
void chan_input_forget(struct channel *ch);

#endif
