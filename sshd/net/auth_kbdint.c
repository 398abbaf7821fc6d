/* SPDX-License-Identifier: ISC */
/* RFC 4256: passes on questions of the monitor, and answers to it. */
#include "sshd/net/auth_methods.h"
#include "sshd/net/conn.h"

static bool
ask_client(struct conn *conn, const struct ipc_KBDINT_QUESTION *m,
    struct err *err)
{
	const struct userauth_info_request request = {
		.instruction = m->instruction, .prompts = m->prompts,
		.echo = m->echo,
	};

	if (!userauth_info_request_build(&request, packet_begin(conn,
	    SSH_MSG_USERAUTH_60), &conn->auth.question_count, err))
		return false;
	conn->auth.asking = true;
	return packet_send(conn, err);
}

/* One more question, or the end of it. */
static bool
go_on(struct conn *conn, enum ipc_id id, const void *fields, struct err *err)
{
	struct ipc_message reply;

	if (!conn_ask_either(conn, id, fields, IPC_KBDINT_QUESTION,
	    IPC_AUTH_REPLY, &reply, err))
		return false;
	return reply.id == IPC_AUTH_REPLY ?
	    auth_recv_reply(conn, &reply, err) :
	    ask_client(conn, &reply.u.KBDINT_QUESTION, err);
}

static bool
kbdint_attempt(struct conn *conn, const struct userauth_request *request,
    struct reader *r, struct err *err)
{
	struct ipc_AUTH_KBDINT ask = { .devices = { NULL, 0 } };

	if (!userauth_kbdint_parse(r, &ask.devices, err))
		return err->code == ERR_RANGE &&
		    auth_unknown_attempt(conn, request, err);
	return go_on(conn, IPC_AUTH_KBDINT, &ask, err);
}

bool
recv_userauth_info_response(struct conn *conn, struct reader *r,
    struct err *err)
{
	const struct userauth_request none = { .method = { NULL, 0 } };
	struct userauth_info_response m;
	struct ipc_AUTH_KBDINT_ANSWER answer;
	bool ok;

	if (!conn->auth.asking)
		return err_set(err, ERR_UNEXPECTED,
		    "answer without a question");
	conn->auth.asking = false;
	if (!userauth_info_response_parse(r, &m, err))
		return false;
	answer.answers = m.answers;
	/* RFC 4256 3.4: a wrong number is a failure */
	ok = m.count == conn->auth.question_count ?
	    go_on(conn, IPC_AUTH_KBDINT_ANSWER, &answer, err) :
	    auth_unknown_attempt(conn, &none, err);
	if (m.answers.len != 0)
		explicit_bzero((void *)m.answers.p, m.answers.len);
	return ok;
}

const struct auth_method auth_kbdint = {
	.name = "keyboard-interactive",
	.attempt = kbdint_attempt,
};
