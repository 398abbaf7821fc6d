/* SPDX-License-Identifier: ISC */
/*
 * global_requests - what may be asked of the connection as a whole.
 *
 * Shapes:  one row for each request name.
 * Units:   -
 * Errors:  what is unknown or too long is refused; a host key that is to be
 *          proved twice ends the connection.
 * Owns:    nothing.
 * Source:  RFC 4254 4 and 7.1; OpenSSH PROTOCOL.
 */
#ifndef SSHD_NET_GLOBAL_REQUESTS_H
#define SSHD_NET_GLOBAL_REQUESTS_H

#include "lib/wire/reader.h"
#include "sshd/net/requests.h"

struct global_request_row {
	const char *name;
	/* YES means that *payload (the caller frees its p) is the reply. */
	enum request_result (*run)(struct conn *, bool want_reply,
	    struct reader *, struct bytes *payload, struct err *);
};

/* Row i, or NULL behind the last. */
const struct global_request_row *global_request_row(size_t i);
/* NET: after login: tells the client our host keys (hostkeys-00). */
MUST_CHECK bool global_send_host_keys(struct conn *conn, struct err *err);

#endif
