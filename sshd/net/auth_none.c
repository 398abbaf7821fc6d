/* SPDX-License-Identifier: ISC */
/* RFC 4252 5.2: clients use it to learn what they may try. */
#include "sshd/net/auth_methods.h"
#include "sshd/net/conn.h"

static bool
none_attempt(struct conn *conn, const struct userauth_request *m,
    struct reader *r, struct err *err)
{
	struct ipc_AUTH_NONE ask;
	struct ipc_message reply;

	(void)m;
	return rd_end(r, err) &&
	    conn_ask(conn, IPC_AUTH_NONE, &ask, IPC_AUTH_REPLY, &reply, err) &&
	    auth_recv_reply(conn, &reply, err);
}

const struct auth_method auth_none = {
	.name = "none",
	.attempt = none_attempt,
};
