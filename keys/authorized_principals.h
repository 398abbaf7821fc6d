/* SPDX-License-Identifier: ISC */
/*
 * authorized_principals - lines of principals files.
 *
 * Shapes:  "[options ]principal"; what follows a `#` anywhere is a comment.
 * Units:   -
 * Errors:  as of authorized_keys: a line that can't be understood grants
 *          nothing.
 * Owns:    nothing; options of a line are the caller's, its name borrows.
 * Source:  sshd_config(5), AuthorizedPrincipalsFile; sheet
 *          authorized_keys_and_certs section 4.
 */
#ifndef KEYS_AUTHORIZED_PRINCIPALS_H
#define KEYS_AUTHORIZED_PRINCIPALS_H

#include "keys/authorized_keys.h"

/* One line without its newline. But for an empty one: a name, never empty. */
enum key_line principal_line_parse(struct bytes line, struct bytes *name,
    struct key_options *options, const char **reason);
/*
 * What such a line says but only that of a key may: it decides about its name
 * as any other, and refuses. NULL: nothing.
 */
const char *principal_options_misplaced(const struct key_options *options);

#endif
