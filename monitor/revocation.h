/* SPDX-License-Identifier: ISC */
/*
 * revocation - may a key still be used, as far as RevokedKeys says?
 *
 * Shapes:  every file of the list is asked about the key, and about the CA
 *          of a certificate. They are read at each attempt: what was revoked
 *          a second ago counts.
 * Units:   -
 * Errors:  a file that can't be read or understood revokes every key, with a
 *          log line that names it.
 * Owns:    nothing.
 * Source:  sshd_config(5), RevokedKeys; OpenSSH's log lines.
 */
#ifndef MONITOR_REVOCATION_H
#define MONITOR_REVOCATION_H

#include "keys/pubkey.h"
#include "sshd/config/config.h"

/* MONITOR: true, after a log line, when the key must not be used. */
bool key_is_revoked(const struct conf *conf, const struct pubkey *key);

#endif
