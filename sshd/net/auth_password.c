/* SPDX-License-Identifier: ISC */
/* RFC 4252 8. */
#include "lib/base/log.h"
#include "sshd/net/auth_methods.h"
#include "sshd/net/conn.h"

static bool
ask(struct conn *conn, const struct userauth_password *m, struct err *err)
{
	struct ipc_AUTH_PASSWORD question = { .password = m->password };
	struct ipc_message reply;

	/* the monitor sees that it is too long: no need to see how long */
	if (question.password.len > PASSWORD_MAX + 1)
		question.password.len = PASSWORD_MAX + 1;
	return conn_ask(conn, IPC_AUTH_PASSWORD, &question, IPC_AUTH_REPLY,
	    &reply, err) && auth_recv_reply(conn, &reply, err);
}

/* The one write into a received packet: a password does not stay in it. */
static void
wipe(struct bytes secret)
{
	if (secret.len != 0)
		explicit_bzero((void *)secret.p, secret.len);
}

static bool
password_attempt(struct conn *conn, const struct userauth_request *request,
    struct reader *r, struct err *err)
{
	struct userauth_password m;
	bool ok;

	if (!userauth_password_parse(r, &m, err))
		return false;
	if (m.is_change) {
		log_info("password change not supported");
		ok = auth_unknown_attempt(conn, request, err);
	} else
		ok = ask(conn, &m, err);
	wipe(m.password);
	wipe(m.new_password);
	return ok;
}

const struct auth_method auth_password = {
	.name = "password",
	.attempt = password_attempt,
};
