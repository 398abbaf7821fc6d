/* SPDX-License-Identifier: ISC */
/*
 * requests - from a message to the handler of its row.
 *
 * Shapes:  one handler for each row of request_list.h; it sends exactly one
 *          reply. Paths are C strings in struct sftp by then.
 * Units:   -
 * Errors:  what a client may not do, or can't be understood, is a status; a
 *          message without even an id ends the session.
 * Owns:    nothing.
 * Source:  draft-ietf-secsh-filexfer-02 section 6.
 */
#ifndef SFTP_SERVER_REQUESTS_H
#define SFTP_SERVER_REQUESTS_H

#include "sftp-server/server.h"

typedef void sftp_handler(struct sftp *sftp, const struct sftp_request *q);

#define X(id, type, name, extension, version, reach, fields, handler)	\
sftp_handler sftp_run_##handler;
SFTP_REQUESTS(X)
#undef X

/* Answers one message (without its length); false: the session is over. */
MUST_CHECK bool sftp_dispatch(struct sftp *sftp, struct bytes message);
/* In a read-only session: logs that the request would write, true. */
bool sftp_refuse_read_only(const struct sftp *sftp, enum sftp_request_id kind);

#endif
