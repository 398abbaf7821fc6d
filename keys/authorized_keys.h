/* SPDX-License-Identifier: ISC */
/*
 * authorized_keys - lines of authorized_keys files.
 *
 * Shapes:  "[options ]type base64[ comment]".
 * Units:   -
 * Errors:  a line that can't be understood yields KEY_LINE_BAD and a reason;
 *          it never grants anything.
 * Owns:    nothing; what a line yields is the caller's.
 * Source:  sshd(8), AUTHORIZED_KEYS FILE FORMAT.
 */
#ifndef KEYS_AUTHORIZED_KEYS_H
#define KEYS_AUTHORIZED_KEYS_H

#include "keys/key_options.h"
#include "keys/pubkey.h"

enum key_line { KEY_LINE_EMPTY, KEY_LINE_KEY, KEY_LINE_BAD };

/*
 * One line without its newline. KEY_LINE_KEY: *key and *options are the
 * caller's. KEY_LINE_BAD: *reason says why; *key is the key that the line
 * lists, the caller's, or NULL where there is none.
 */
enum key_line key_line_parse(struct bytes line, struct pubkey **key,
    struct key_options *options, const char **reason);

#endif
