/* SPDX-License-Identifier: ISC */
/*
 * tun - network devices whose packets the client carries.
 *
 * Shapes:  OPEN_TUN is answered CONNECTED with the device, or CONNECT_FAILED.
 * Units:   unit numbers as in tunN and tapN.
 * Errors:  what the grant forbids is refused and logged.
 * Owns:    ses->tunnels, names of devices for SSH_TUNNEL.
 * Source:  Linux Documentation/networking/tuntap.rst; sshd_config(5),
 *          PermitTunnel.
 */
#ifndef SSHD_SESSION_TUN_H
#define SSHD_SESSION_TUN_H

#include "sshd/session/session.h"

bool tun_open(struct session *ses, const struct ipc_OPEN_TUN *m,
    struct err *err);

#endif
