/* SPDX-License-Identifier: ISC */
/*
 * files - open, close, read, write, fsync, copy-data.
 *
 * Shapes:  handlers of requests.h; data goes straight between the queues of
 *          struct sftp and the file.
 * Units:   -
 * Errors:  a status for each.
 * Owns:    nothing; handles are in struct sftp.
 * Source:  draft-ietf-secsh-filexfer-02 sections 6.3 and 6.4.
 */
#ifndef SFTP_SERVER_FILES_H
#define SFTP_SERVER_FILES_H

#include "sftp-server/server.h"

/* Closes what the client left open. */
void files_end(struct sftp *sftp);

#endif
