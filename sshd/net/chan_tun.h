/* SPDX-License-Identifier: ISC */
/*
 * chan_tun - channels that carry the packets of a network device.
 *
 * Shapes:  a row of chan_types.
 * Units:   bytes of a packet, with the family's number where there is one.
 * Errors:  packets that fit nowhere are lost.
 * Owns:    nothing beyond the channel.
 * Source:  OpenSSH PROTOCOL (tun@openssh.com).
 */
#ifndef SSHD_NET_CHAN_TUN_H
#define SSHD_NET_CHAN_TUN_H

#include <sys/types.h>

#include "sshd/net/chan_types.h"

/* As read_packet of chan_types.h; for tests. */
ssize_t chan_tun_read(struct channel *ch, uint8_t *p, size_t room);

#endif
