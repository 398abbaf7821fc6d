/* SPDX-License-Identifier: ISC */
/*
 * remark - the client hears why something was refused.
 *
 * Shapes:  SSH_MSG_DEBUG before the refusal; ssh -v shows it.
 * Units:   -
 * Errors:  a client that reads nothing, or is known to fall over such a
 *          message, is told nothing.
 * Owns:    nothing.
 * Source:  RFC 4253 section 11.3; the texts of Debian's sshd.
 */
#ifndef SSHD_NET_REMARK_H
#define SSHD_NET_REMARK_H

#include "lib/base/err.h"
#include "lib/ipc/messages.h"

struct conn;

/* NET: what is no remark is ERR_RANGE. */
MUST_CHECK bool remark_send(struct conn *conn, unsigned remark,
    struct err *err);

#endif
