/* SPDX-License-Identifier: ISC */
/*
 * auth_file - how the user logged in, in a file for the user's programs.
 *
 * Shapes:  the grant's auth_info, as it is.
 * Units:   -
 * Errors:  as mkstemp(3) and write(2); no file is left then.
 * Owns:    the file, until auth_file_remove().
 * Source:  sshd_config(5), ExposeAuthInfo; reference sheets authorized_keys
 *          section 12, sshd_cli_and_files section 8.
 */
#ifndef SSHD_SESSION_AUTH_FILE_H
#define SSHD_SESSION_AUTH_FILE_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

/* SESSION: *path is NULL when there is nothing to tell; malloc'ed. */
MUST_CHECK bool auth_file_write(struct bytes info, char **path,
    struct err *err);
void auth_file_remove(char *path);

#endif
