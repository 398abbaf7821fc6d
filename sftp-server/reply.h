/* SPDX-License-Identifier: ISC */
/*
 * reply - answers, built where they leave from.
 *
 * Shapes:  a message is started, filled by a writer, ended; there is always
 *          room for one of SFTP_MESSAGE_MAX bytes while a request is handled.
 * Units:   -
 * Errors:  errno values become version 3 codes, with the system's text.
 * Owns:    nothing: bytes lie in the queue of struct sftp.
 * Source:  draft-ietf-secsh-filexfer-02 section 7; OpenSSH PROTOCOL section 4.
 */
#ifndef SFTP_SERVER_REPLY_H
#define SFTP_SERVER_REPLY_H

#include "sftp-server/server.h"

#define REPLY_ROOM	(4 + SFTP_MESSAGE_MAX)

struct writer reply_start(struct sftp *sftp, uint8_t type, uint32_t id);
void reply_end(struct sftp *sftp, struct writer *w);

/* False: the client has gone, so long work for it is to end. */
MUST_CHECK bool reply_is_awaited(const struct sftp *sftp);

/* text NULL: the code's own. */
void reply_status(struct sftp *sftp, uint32_t id, enum sftp_status status,
    const char *text);
/* result of a function of tree.h: 0 or more is success. */
void reply_result(struct sftp *sftp, uint32_t id, int result);
/* close and fsync have another code for it than all others, as OpenSSH. */
#define INVALID_HANDLE	"Invalid handle"
void reply_bad_handle(struct sftp *sftp, uint32_t id);
void reply_handle(struct sftp *sftp, uint32_t id, uint32_t index);
void reply_attrs(struct sftp *sftp, uint32_t id, const struct statx *st);
/*
 * Data of a file that reaches that far, without copying it: how much. -1: it
 * is to be copied; errno is EINVAL when that holds for the whole file.
 */
MUST_CHECK ssize_t reply_pages(struct sftp *sftp, uint32_t id, int fd,
    off_t offset, size_t len);
/* One name, without attributes. */
void reply_name(struct sftp *sftp, uint32_t id, const char *name);

#endif
