/* SPDX-License-Identifier: ISC */
/*
 * auth_none - requests that prove nothing: `none`, and methods that are not
 * offered.
 *
 * Shapes:  two rows of the list of back ends.
 * Units:   -
 * Errors:  none.
 * Owns:    nothing.
 * Source:  RFC 4252 sections 5.1 and 5.2; sshd_config(5),
 *          PermitEmptyPasswords.
 */
#ifndef MONITOR_AUTH_NONE_H
#define MONITOR_AUTH_NONE_H

#include "monitor/auth.h"

extern const struct auth_backend auth_none;
extern const struct auth_backend auth_unknown;

#endif
