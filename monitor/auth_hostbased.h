/* SPDX-License-Identifier: ISC */
/*
 * auth_hostbased - logins for which the client's host vouches.
 *
 * Shapes:  the host's key signs who its user is; equiv files say whether
 *          such a user of that host is trusted, known_hosts files which key
 *          the host has.
 * Units:   -
 * Errors:  see auth.h.
 * Owns:    nothing.
 * Source:  RFC 4252 section 9; sshd_config(5), HostbasedAuthentication.
 */
#ifndef MONITOR_AUTH_HOSTBASED_H
#define MONITOR_AUTH_HOSTBASED_H

#include "monitor/auth.h"

extern const struct auth_backend auth_hostbased;

#endif
