/* SPDX-License-Identifier: ISC */
/*
 * revoked - is a key listed in the contents of a RevokedKeys file?
 *
 * Shapes:  a KRL, or text with one public key on each line.
 * Units:   lines count from 1.
 * Errors:  a file with anything in it that can't be understood is an error:
 *          the caller takes that for "revoked".
 * Owns:    nothing.
 * Source:  sshd_config(5), RevokedKeys; OpenSSH PROTOCOL.krl.
 */
#ifndef KEYS_REVOKED_H
#define KEYS_REVOKED_H

#include "keys/krl.h"

/*
 * The key, a certificate by its plain key or by what a KRL says of it. *line
 * is where a text could not be read, 0 for a KRL.
 */
MUST_CHECK bool revoked_find(struct bytes file, const struct pubkey *key,
    bool *revoked, size_t *line, struct err *err);

#endif
