/* SPDX-License-Identifier: ISC */
/* RFC 4252 section 9: the client's host vouches for its user. */
#include "sshd/net/auth_methods.h"
#include "sshd/net/conn.h"

static bool
attempt(struct conn *conn, const struct userauth_request *request,
    struct reader *r, struct err *err)
{
	struct userauth_hostbased m;
	struct ipc_AUTH_HOSTBASED ask;
	struct ipc_message reply;

	if (!userauth_hostbased_parse(r, &m, err))
		return err->code == ERR_RANGE &&
		    auth_unknown_attempt(conn, request, err);
	ask = (struct ipc_AUTH_HOSTBASED){
		.algorithm = m.algorithm,
		.key = m.key,
		.client_host = m.client_host,
		.client_user = m.client_user,
		.signature = m.signature,
	};
	return conn_ask(conn, IPC_AUTH_HOSTBASED, &ask, IPC_AUTH_REPLY,
	    &reply, err) && auth_recv_reply(conn, &reply, err);
}

const struct auth_method auth_hostbased = {
	.name = "hostbased",
	.attempt = attempt,
};
