/* SPDX-License-Identifier: ISC */
/*
 * auth_pubkey - login with a key or a certificate.
 *
 * Shapes:  one row of the list of back ends; a query and a signed attempt.
 * Units:   -
 * Errors:  a key or signature that does not hold is a failed attempt.
 * Owns:    nothing.
 * Source:  RFC 4252 section 7, RFC 8332; OpenSSH PROTOCOL
 *          (publickey-hostbound), PROTOCOL.u2f.
 */
#ifndef MONITOR_AUTH_PUBKEY_H
#define MONITOR_AUTH_PUBKEY_H

#include "monitor/auth.h"

extern const struct auth_backend auth_pubkey;

#endif
