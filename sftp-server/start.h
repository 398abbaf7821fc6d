/* SPDX-License-Identifier: ISC */
/*
 * start - a session with its options, from the first step to the last.
 *
 * Shapes:  what the program and internal-sftp have in common.
 * Units:   -
 * Errors:  a start directory that can't be entered is logged and left out,
 *          as OpenSSH does.
 * Owns:    nothing.
 * Source:  sftp-server(8).
 */
#ifndef SFTP_SERVER_START_H
#define SFTP_SERVER_START_H

#include "sftp-server/server.h"

/*
 * -d with its tokens; false when it does not fit. Pure.
 */
MUST_CHECK bool sftp_start_dir(const char *text,
    const struct sftp_account *account, char out[static PATH_MAX]);

/* Logging is open. Serves; returns the exit status. */
MUST_CHECK int sftp_start(const struct sftp_options *options,
    const struct sftp_account *account, struct tree *tree,
    const struct sftp_client *client);

#endif
