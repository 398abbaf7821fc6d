/* SPDX-License-Identifier: ISC */
#include "sshd/net/auth_methods.h"

#include "sshd/net/conn.h"

static const struct auth_method *const methods[] = {
	&auth_none,
	&auth_pubkey,
	&auth_pubkey_hostbound,
	&auth_password,
	&auth_hostbased,
	&auth_kbdint,
};

const struct auth_method *
auth_method_row(size_t i)
{
	return i < ARRAY_LEN(methods) ? methods[i] : NULL;
}

const struct auth_method *
auth_method_find(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (bytes_is(name, methods[i]->name))
			return methods[i];
	}
	return NULL;
}

bool
auth_unknown_attempt(struct conn *conn, const struct userauth_request *m,
    struct err *err)
{
	struct ipc_AUTH_UNKNOWN ask = { .method = m->method };
	struct ipc_message reply;

	return conn_ask(conn, IPC_AUTH_UNKNOWN, &ask, IPC_AUTH_REPLY, &reply,
	    err) && auth_recv_reply(conn, &reply, err);
}
