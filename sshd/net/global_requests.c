/* SPDX-License-Identifier: ISC */
#include "sshd/net/global_requests.h"

#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/wire/connection.h"
#include "sshd/net/conn.h"

#define PROOFS_MAX	65536	/* all signatures of one reply */

/* ---- forwarded ports and paths ---------------------------------------- */

static enum request_result
run_forward_tcp(struct conn *conn, bool want_reply, struct reader *r,
    struct bytes *payload, struct err *err)
{
	struct forward_tcp m;
	struct ipc_LISTEN_TCP ask;

	(void)payload;
	if (!forward_tcp_parse(r, &m, err))
		return request_bad(err);
	/* a port of our choice is of no use to those who don't learn it */
	if (m.port > PORT_MAX || bytes_have_nul(m.address) ||
	    (m.port == 0 && !want_reply))
		return REQUEST_NO;
	ask = (struct ipc_LISTEN_TCP){ .address = m.address, .port = m.port };
	return request_ask(conn, NULL, m.port == 0 ? REQUEST_LISTEN :
	    REQUEST_REPLY, want_reply, IPC_LISTEN_TCP, &ask, err);
}

static enum request_result
run_cancel_tcp(struct conn *conn, bool want_reply, struct reader *r,
    struct bytes *payload, struct err *err)
{
	struct forward_tcp m;
	struct ipc_CANCEL_TCP ask;

	(void)payload;
	if (!forward_tcp_parse(r, &m, err))
		return request_bad(err);
	if (m.port > PORT_MAX || bytes_have_nul(m.address))
		return REQUEST_NO;
	ask = (struct ipc_CANCEL_TCP){ .address = m.address, .port = m.port };
	return request_ask(conn, NULL, REQUEST_REPLY, want_reply,
	    IPC_CANCEL_TCP, &ask, err);
}

static enum request_result
run_forward_stream(struct conn *conn, bool want_reply, struct reader *r,
    struct bytes *payload, struct err *err)
{
	struct ipc_LISTEN_STREAM ask = { 0 };

	(void)payload;
	if (!forward_stream_parse(r, &ask.path, err))
		return request_bad(err);
	if (bytes_have_nul(ask.path))
		return REQUEST_NO;
	return request_ask(conn, NULL, REQUEST_REPLY, want_reply,
	    IPC_LISTEN_STREAM, &ask, err);
}

static enum request_result
run_cancel_stream(struct conn *conn, bool want_reply, struct reader *r,
    struct bytes *payload, struct err *err)
{
	struct ipc_CANCEL_STREAM ask = { 0 };

	(void)payload;
	if (!forward_stream_parse(r, &ask.path, err))
		return request_bad(err);
	if (bytes_have_nul(ask.path))
		return REQUEST_NO;
	return request_ask(conn, NULL, REQUEST_REPLY, want_reply,
	    IPC_CANCEL_STREAM, &ask, err);
}

static enum request_result
run_no_more_sessions(struct conn *conn, bool want_reply, struct reader *r,
    struct bytes *payload, struct err *err)
{
	(void)want_reply;
	(void)payload;
	if (!rd_end(r, err))
		return REQUEST_FATAL;
	conn->channels.no_more_sessions = true;
	return REQUEST_YES;
}

/* ---- proofs of host keys ---------------------------------------------- */

/* The place of key in the list that hostkeys-00 announced. */
static bool
find_own_key(const struct conn *conn, struct bytes key, size_t *index)
{
	struct reader r = rd_init(conn->setup.prove_keys);

	for (size_t i = 0; rd_left(&r) != 0 && i < HOST_KEYS_MAX; i++) {
		if (bytes_equal(rd_string(&r, KEY_BLOB_MAX, "host key"),
		    key)) {
			*index = i;
			return true;
		}
	}
	return false;
}

/* What an RSA key signs with: as in the key exchange, if that was RSA. */
static struct bytes
rsa_algorithm(const struct conn *conn)
{
	static const char *const names[] = {
		"rsa-sha2-512", "rsa-sha2-256", "ssh-rsa",
	};
	struct bytes used = conn->transport.kex.first_host_key_algorithm;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct bytes name = bytes_str(names[i]);

		/* also of its certificate form */
		if (used.len >= name.len &&
		    bytes_equal(bytes_of(used.p, name.len), name))
			return name;
	}
	return bytes_str(names[0]);
}

static enum request_result
prove_one(struct conn *conn, struct bytes key, struct writer *proofs,
    struct err *err)
{
	struct ipc_HOSTKEY_PROOF ask = {
		.key = key, .rsa_algorithm = rsa_algorithm(conn),
	};
	uint8_t *proved = conn->channels.proved;
	struct ipc_message reply;
	struct bytes signature;
	size_t i;

	if (!find_own_key(conn, key, &i))
		return REQUEST_NO;
	if ((proved[i / 8] & 1u << i % 8) != 0) {
		err_set(err, ERR_UNEXPECTED, "host key to be proved again");
		return REQUEST_FATAL;
	}
	proved[i / 8] |= (uint8_t)(1u << i % 8);
	if (!conn_ask(conn, IPC_HOSTKEY_PROOF, &ask, IPC_HOSTKEY_PROOF_REPLY,
	    &reply, err))
		return REQUEST_FATAL;
	signature = reply.u.HOSTKEY_PROOF_REPLY.signature;
	if (signature.len == 0)
		return REQUEST_NO;
	wr_string(proofs, signature);
	return wr_end(proofs, err) ? REQUEST_YES : REQUEST_NO;
}

static enum request_result
run_prove_host_keys(struct conn *conn, bool want_reply, struct reader *r,
    struct bytes *payload, struct err *err)
{
	enum request_result result = REQUEST_NO;
	struct writer proofs;
	uint8_t *p;

	(void)want_reply;
	if ((p = malloc(PROOFS_MAX)) == NULL) {
		err_set(err, ERR_NOMEM, "proofs of host keys");
		return REQUEST_FATAL;
	}
	proofs = wr_init(p, PROOFS_MAX);
	while (rd_left(r) != 0) {
		struct bytes key = rd_string(r, KEY_BLOB_MAX, "host key");

		result = rd_ok(r, err) ? prove_one(conn, key, &proofs, err) :
		    request_bad(err);
		if (result != REQUEST_YES)
			break;
	}
	if (result == REQUEST_YES)
		*payload = wr_view(&proofs);
	else
		free(p);
	return result;
}

bool
global_send_host_keys(struct conn *conn, struct err *err)
{
	struct bytes keys = conn->setup.prove_keys;
	struct writer *w;

	if (keys.len == 0 || transport_peer_is(conn, PEER_NO_HOSTKEYS))
		return true;
	w = packet_begin(conn, SSH_MSG_GLOBAL_REQUEST);
	global_request_build("hostkeys-00@openssh.com", false, w);
	wr_bytes(w, keys.p, keys.len);
	return packet_send(conn, err);
}

/* ---- the table -------------------------------------------------------- */

static const struct global_request_row rows[] = {	/* by name */
	{ "cancel-streamlocal-forward@openssh.com", run_cancel_stream },
	{ "cancel-tcpip-forward", run_cancel_tcp },
	{ "hostkeys-prove-00@openssh.com", run_prove_host_keys },
	{ "no-more-sessions@openssh.com", run_no_more_sessions },
	{ "streamlocal-forward@openssh.com", run_forward_stream },
	{ "tcpip-forward", run_forward_tcp },
};

const struct global_request_row *
global_request_row(size_t i)
{
	return i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

static const struct global_request_row *
row_find(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (bytes_is(name, rows[i].name))
			return &rows[i];
	}
	return NULL;
}

/* A keepalive is answered as any unknown request: with a failure. */
bool
recv_global_request(struct conn *conn, struct reader *r, struct err *err)
{
	const struct global_request_row *row;
	struct global_request m;
	struct bytes payload = { 0 };
	enum request_result result;
	bool ok;

	if (!global_request_parse(r, &m, err))
		return false;
	row = row_find(m.name);
	result = row == NULL ? REQUEST_NO :
	    row->run(conn, m.want_reply, r, &payload, err);
	if (result == REQUEST_FATAL)
		return false;
	ok = result == REQUEST_LATER || !m.want_reply ||
	    request_reply(conn, NULL, result == REQUEST_YES, payload, err);
	free((void *)(uintptr_t)payload.p);
	return ok;
}

/*
 * The only global requests of ours that want a reply are keepalives; some
 * clients answer others, too, which does no harm.
 */
static void
reply_came(struct conn *conn)
{
	if (conn->channels.global_probe_count > 0)
		conn->channels.global_probe_count--;
}

bool
recv_request_success(struct conn *conn, struct reader *r, struct err *err)
{
	(void)err;
	(void)rd_rest(r);
	reply_came(conn);
	return true;
}

bool
recv_request_failure(struct conn *conn, struct reader *r, struct err *err)
{
	reply_came(conn);
	return rd_end(r, err);
}
