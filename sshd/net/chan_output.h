/* SPDX-License-Identifier: ISC */
/*
 * chan_output - from descriptors into packets.
 *
 * Shapes:  every readable end sends one packet in turn, read(2) straight
 *          into the memory in which it is encrypted.
 * Units:   bytes of channel data.
 * Errors:  false ends the connection; a descriptor's error ends its stream.
 * Owns:    nothing.
 * Source:  DESIGN.md section 5; RFC 4254 5.2.
 */
#ifndef SSHD_NET_CHAN_OUTPUT_H
#define SSHD_NET_CHAN_OUTPUT_H

#include "sshd/net/channels.h"

/* NET: turns of the ring, CHANNEL_ROUND_BYTES or as much as may be sent. */
MUST_CHECK bool chan_pump(struct conn *conn, struct err *err);

#endif
