/* SPDX-License-Identifier: ISC */
/*
 * session_requests - what may be asked in a session channel, as a table.
 *
 * Shapes:  one row for each request name: when it is legal, its handler.
 * Units:   -
 * Errors:  what comes too late or is too long is refused; a second pty is a
 *          reason to disconnect.
 * Owns:    nothing.
 * Source:  RFC 4254 section 6, RFC 4335; OpenSSH PROTOCOL.
 */
#ifndef SSHD_NET_SESSION_REQUESTS_H
#define SSHD_NET_SESSION_REQUESTS_H

#include "lib/wire/connection.h"
#include "sshd/net/requests.h"

struct session_request_row {
	const char *name;
	bool before_start;		/* else at any time */
	/* reads the request's own fields */
	enum request_result (*run)(struct channel *, bool want_reply,
	    struct reader *, struct err *);
};

/* Row i, or NULL behind the last. */
const struct session_request_row *session_request_row(size_t i);
/* NET: one request of the peer. */
enum request_result session_request(struct channel *ch,
    const struct channel_request *m, struct reader *r, struct err *err);

#endif
