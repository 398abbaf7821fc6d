/* SPDX-License-Identifier: ISC */
/* RFC 4252 7, and the form that is bound to our host key. */
#include "sshd/net/auth_methods.h"
#include "sshd/net/conn.h"

static bool
send_pk_ok(struct conn *conn, const struct userauth_pubkey *m,
    struct err *err)
{
	userauth_pk_ok_build(m->algorithm, m->key,
	    packet_begin(conn, SSH_MSG_USERAUTH_60));
	return packet_send(conn, err);
}

static bool
query(struct conn *conn, const struct userauth_pubkey *m, bool hostbound,
    struct err *err)
{
	struct ipc_AUTH_PUBKEY_QUERY ask = {
		.algorithm = m->algorithm,
		.key = m->key,
		.hostbound = hostbound,
	};
	struct ipc_message reply;

	if (!conn_ask(conn, IPC_AUTH_PUBKEY_QUERY, &ask, IPC_AUTH_REPLY,
	    &reply, err))
		return false;
	if (reply.u.AUTH_REPLY.result == AUTH_KEY_OK) {
		ipc_message_clear(&reply);
		return send_pk_ok(conn, m, err);
	}
	return auth_recv_reply(conn, &reply, err);
}

static bool
prove(struct conn *conn, const struct userauth_pubkey *m, bool hostbound,
    struct err *err)
{
	struct ipc_AUTH_PUBKEY ask = {
		.algorithm = m->algorithm,
		.key = m->key,
		.signature = m->signature,
		.hostbound = hostbound,
	};
	struct ipc_message reply;

	return conn_ask(conn, IPC_AUTH_PUBKEY, &ask, IPC_AUTH_REPLY, &reply,
	    err) && auth_recv_reply(conn, &reply, err);
}

static bool
attempt(struct conn *conn, const struct userauth_request *request,
    struct reader *r, bool hostbound, struct err *err)
{
	struct userauth_pubkey m;

	if (!userauth_pubkey_parse(r, hostbound, &m, err))
		return err->code == ERR_RANGE &&
		    auth_unknown_attempt(conn, request, err);
	/* signed for another server: somebody stands between us */
	if (hostbound && !bytes_equal(m.host_key,
	    conn->transport.kex.first_host_key))
		return err_set(err, ERR_DENIED,
		    "host key of the request is not ours");
	return m.has_signature ? prove(conn, &m, hostbound, err) :
	    query(conn, &m, hostbound, err);
}

static bool
pubkey_attempt(struct conn *conn, const struct userauth_request *m,
    struct reader *r, struct err *err)
{
	return attempt(conn, m, r, false, err);
}

static bool
hostbound_attempt(struct conn *conn, const struct userauth_request *m,
    struct reader *r, struct err *err)
{
	return attempt(conn, m, r, true, err);
}

const struct auth_method auth_pubkey = {
	.name = "publickey",
	.attempt = pubkey_attempt,
};

const struct auth_method auth_pubkey_hostbound = {
	.name = "publickey-hostbound-v00@openssh.com",
	.attempt = hostbound_attempt,
};
