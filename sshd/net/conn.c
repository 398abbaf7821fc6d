/* SPDX-License-Identifier: ISC */
#include "sshd/net/conn.h"

#include <poll.h>
#include <stdio.h>

#include "lib/base/log.h"

#define LINGER_MS	5000	/* for a peer that does not take the end */
#define LEFT_WAIT_MS	1000	/* for the answer to a client that is leaving */

static void
send_log_line(void *arg, enum log_level level, const char *line)
{
	struct conn *conn = arg;
	struct ipc_NET_LOG m = { .level = (uint8_t)level,
	    .line = bytes_str(line) };
	struct err err;

	log_gather_flush(conn);
	if (!ipc_send(&conn->monitor, IPC_NET_LOG, &m, &err))
		conn->loop.stop = true;		/* nobody is there to serve */
}

/* Outside of conn_ask() the monitor has nothing to say. */
static void
monitor_event(void *arg, uint32_t events)
{
	struct conn *conn = arg;

	(void)events;
	conn_end(conn, 255);
	conn->loop.stop = true;
}

bool
conn_init(struct conn *conn, int monitor_fd, const struct clock *clock,
    struct err *err)
{
	*conn = (struct conn){ .state = CONN_VERSION, .exit_status = 255 };
	transport_init(&conn->transport);
	ipc_init(&conn->monitor, monitor_fd, MONITOR_TO_NET);
	ipc_init(&conn->session, -1, SESSION_TO_NET);
	log_open(send_log_line, conn, LOG_LEVEL_INFO);
	return loop_init(&conn->loop, clock == NULL ? &clock_system : clock,
	    err);
}

void
conn_clear(struct conn *conn)
{
	channels_clear(conn);		/* has lines to write */
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
	auth_clear(&conn->auth);
	transport_clear(conn);
	loop_unwatch(&conn->loop, &conn->monitor_watch);
	ipc_clear(&conn->session);
	ipc_clear(&conn->monitor);
	loop_clear(&conn->loop);
	free(conn->setup.storage);
	conn->setup = (struct setup){ 0 };
}

static struct bytes
put_copy(struct writer *w, struct bytes b)
{
	uint8_t *p = w->p + w->len;

	wr_bytes(w, b.p, b.len);
	return bytes_of(p, b.len);
}

/* The name-list of the algorithm names in a run of (name, K_S). */
static struct bytes
put_names(struct writer *w, struct bytes host_keys, struct err *err)
{
	struct reader r = rd_init(host_keys);
	size_t start = w->len;

	while (rd_left(&r) != 0) {
		struct bytes name = rd_string(&r, ALG_NAME_MAX, "algorithm");

		(void)rd_string(&r, KEY_BLOB_MAX, "host key");
		if (w->len != start)
			wr_u8(w, ',');
		wr_bytes(w, name.p, name.len);
	}
	if (!rd_end(&r, err) || !wr_end(w, err))
		return (struct bytes){ 0 };
	return bytes_of(w->p + start, w->len - start);
}

bool
conn_setup(struct conn *conn, const struct ipc_NET_SETUP *m, struct err *err)
{
	struct setup *setup = &conn->setup;
	/* names are shorter than the run that they come from */
	size_t size = m->version.len + m->kex_algorithms.len +
	    2 * m->host_keys.len + m->ciphers.len + m->macs.len +
	    m->compression.len + m->server_sig_algs.len + m->prove_keys.len;
	struct writer w;

	if ((setup->storage = malloc(size + 1)) == NULL)
		return err_set(err, ERR_NOMEM, "setup");
	w = wr_init(setup->storage, size);
	setup->version = put_copy(&w, m->version);
	setup->kex_algorithms = put_copy(&w, m->kex_algorithms);
	setup->ciphers = put_copy(&w, m->ciphers);
	setup->macs = put_copy(&w, m->macs);
	setup->compression = put_copy(&w, m->compression);
	setup->host_keys = put_copy(&w, m->host_keys);
	setup->server_sig_algs = put_copy(&w, m->server_sig_algs);
	setup->prove_keys = put_copy(&w, m->prove_keys);
	setup->host_key_algorithms = put_names(&w, m->host_keys, err);
	log_set_level((enum log_level)m->log_level);
	log_set_verbose(m->log_verbose);
	if (setup->host_key_algorithms.len == 0)
		return err_set(err, ERR_NOT_FOUND, "host key");
	return true;
}

bool
conn_start(struct conn *conn, const struct ipc_NET_CONNECTION *m, int in_fd,
    int out_fd, struct err *err)
{
	if (!bytes_to_str(m->peer_address, conn->peer_address,
	    sizeof(conn->peer_address)))
		return err_set(err, ERR_RANGE, "peer address");
	conn->peer_port = m->peer_port;
	conn->transport.rekey.limit_bytes = m->rekey_bytes;
	conn->transport.rekey.limit_s = m->rekey_seconds;
	if (!loop_watch(&conn->loop, &conn->monitor_watch, conn->monitor.fd,
	    EPOLLIN, monitor_event, conn, err) ||
	    !transport_start(conn, in_fd, out_fd, err))
		return false;
	transport_round(conn);
	return true;
}

bool
conn_step(struct conn *conn, int max_wait_ms)
{
	struct err err;

	if (conn->loop.stop)
		return false;
	if (!loop_step(&conn->loop, conn->transport.in_always ? 0 :
	    max_wait_ms, &err)) {
		log_error("%s: %s", err.what, err_text(&err));
		return false;
	}
	if (!conn->loop.stop)
		transport_round(conn);
	return !conn->loop.stop;
}

/*
 * Before login an answer may take as long as a program or a module that the
 * monitor asks. False: the client has left meanwhile, and this process goes,
 * which ends the rest.
 */
static bool
wait_for_answer(const struct conn *conn)
{
	struct pollfd fds[] = {
		{ .fd = conn->monitor.fd, .events = POLLIN },
		{ .fd = conn->transport.in_fd, .events = POLLRDHUP },
	};
	int ready, wait_ms = -1;

	while ((ready = poll(fds, ARRAY_LEN(fds), wait_ms)) != 0) {
		if (ready == -1 && errno == EINTR)
			continue;
		if (ready == -1 || fds[0].revents != 0)
			return true;
		fds[1].fd = -1;
		wait_ms = LEFT_WAIT_MS;
	}
	return false;
}

bool
conn_ask_either(struct conn *conn, enum ipc_id question, const void *fields,
    enum ipc_id answer, enum ipc_id other, struct ipc_message *reply,
    struct err *err)
{
	bool got;

	if (!ipc_send(&conn->monitor, question, fields, err))
		return false;
	if (conn->state != CONN_OPEN && !wait_for_answer(conn)) {
		err_set(err, ERR_CLOSED, "client");
		conn_lost(conn, err, true);
		return false;
	}
	if (!ipc_recv(&conn->monitor, conn->state == CONN_OPEN ? NET_OPEN :
	    NET_ASKING, reply, &got, err))
		return false;
	if (!got)
		return err_set(err, ERR_CLOSED, "answer of the monitor");
	if (reply->id == answer || reply->id == other)
		return true;
	ipc_message_clear(reply);
	return err_set(err, ERR_UNEXPECTED, "answer of the monitor");
}

bool
conn_ask(struct conn *conn, enum ipc_id question, const void *fields,
    enum ipc_id answer, struct ipc_message *reply, struct err *err)
{
	return conn_ask_either(conn, question, fields, answer, answer, reply,
	    err);
}

const char *
conn_who(const struct conn *conn, char *buf, size_t len)
{
	const char *kind = !conn->named ? "" :
	    conn->transport.in.logged_in ? "user " : "authenticating user ";

	snprintf(buf, len, "%s%s%s%s port %u", kind, conn->user,
	    conn->named ? " " : "", conn->peer_address, conn->peer_port);
	return buf;
}

static void
linger_timer(void *arg)
{
	struct conn *conn = arg;

	conn->loop.stop = true;
}

void
conn_end(struct conn *conn, int exit_status)
{
	if (conn->state == CONN_CLOSING)
		return;
	conn->state = CONN_CLOSING;
	conn->exit_status = exit_status;
	loop_timer_set(&conn->loop, &conn->linger_timer, LINGER_MS,
	    linger_timer, conn);
}

void
conn_part(struct conn *conn, uint32_t reason, const char *text)
{
	struct disconnect m = { .reason = reason,
	    .description = bytes_str(text) };
	struct err err;

	if (conn->state == CONN_CLOSING)
		return;
	packet_abandon(conn);
	disconnect_build(&m, packet_begin(conn, SSH_MSG_DISCONNECT));
	if (!packet_send(conn, &err))
		log_debug("%s: %s", err.what, err_text(&err));
	conn_end(conn, 255);
}

void
conn_disconnect(struct conn *conn, uint32_t reason, const char *text)
{
	char who[CONN_WHO_MAX];

	if (conn->state == CONN_CLOSING)
		return;
	log_info("Disconnecting %s: %s", conn_who(conn, who, sizeof(who)),
	    text);
	conn_part(conn, reason, text);
}

void
conn_abort(struct conn *conn, uint32_t reason, const char *text,
    const char *log_reason)
{
	char who[CONN_WHO_MAX];

	if (conn->state == CONN_CLOSING)
		return;
	log_info("ssh_dispatch_run_fatal: Connection from %s: %s",
	    conn_who(conn, who, sizeof(who)), log_reason);
	conn_part(conn, reason, text);
}

/* One row for each err_code: what the peer is told, what the log says. */
static const struct {
	uint32_t reason;
	const char *log_reason;		/* NULL: err_text() */
} end_rows[] = {
	[ERR_NONE] = { SSH_DISCONNECT_PROTOCOL_ERROR, NULL },
	[ERR_SHORT] = { SSH_DISCONNECT_PROTOCOL_ERROR, "incomplete message" },
	[ERR_TRAILING] = { SSH_DISCONNECT_PROTOCOL_ERROR,
	    "unexpected bytes remain after decoding" },
	[ERR_RANGE] = { SSH_DISCONNECT_PROTOCOL_ERROR, "invalid argument" },
	[ERR_FORMAT] = { SSH_DISCONNECT_PROTOCOL_ERROR, "invalid format" },
	[ERR_UNEXPECTED] = { SSH_DISCONNECT_PROTOCOL_ERROR,
	    "Protocol error" },
	[ERR_DENIED] = { SSH_DISCONNECT_PROTOCOL_ERROR, NULL },
	[ERR_MISMATCH] = { SSH_DISCONNECT_MAC_ERROR,
	    "message authentication code incorrect" },
	[ERR_NOT_FOUND] = { SSH_DISCONNECT_PROTOCOL_ERROR, NULL },
	[ERR_NOMEM] = { SSH_DISCONNECT_BY_APPLICATION, NULL },
	[ERR_CLOSED] = { SSH_DISCONNECT_BY_APPLICATION, NULL },
	[ERR_CRYPTO] = { SSH_DISCONNECT_KEY_EXCHANGE_FAILED,
	    "error in libcrypto" },
	[ERR_SYS] = { SSH_DISCONNECT_BY_APPLICATION, NULL },
};

uint32_t
conn_reason(enum err_code code)
{
	return end_rows[code].reason;
}

const char *
conn_log_reason(const struct err *err)
{
	const char *text = end_rows[err->code].log_reason;

	return text == NULL ? err_text(err) : text;
}

void
conn_fail(struct conn *conn, const struct err *err)
{
	log_debug("%s: %s", err->what, err_text(err));
	conn_abort(conn, conn_reason(err->code), err->what,
	    conn_log_reason(err));
}

/* Before the peer's identification line was complete. */
static void
log_lost_early(const struct err *err)
{
	if (err->code == ERR_CLOSED)
		log_verbose("kex_exchange_identification: "
		    "Connection closed by remote host");
	else
		log_error("kex_exchange_identification: read: %s",
		    err_text(err));
}

static void
log_lost(const struct conn *conn, const struct err *err)
{
	char who[CONN_WHO_MAX];

	conn_who(conn, who, sizeof(who));
	if (err->code == ERR_CLOSED || err->sys == EPIPE)
		log_info("Connection closed by %s", who);
	else if (err->sys == ECONNRESET)
		log_info("Connection reset by %s", who);
	else if (err->sys == ETIMEDOUT)
		log_info("Connection from %s timed out", who);
	else
		log_info("ssh_dispatch_run_fatal: Connection from %s: %s", who,
		    err_text(err));
}

/* After login: the client vanished. */
static void
log_lost_open(const struct conn *conn, const struct err *err)
{
	const struct transport *t = &conn->transport;

	if (err->code == ERR_CLOSED)
		log_info("Connection closed by %s port %u",
		    conn->peer_address, conn->peer_port);
	else
		log_info("Read error from remote host %s port %u: %s",
		    conn->peer_address, conn->peer_port, err_text(err));
	log_verbose("Transferred: sent %llu, received %llu bytes",
	    (unsigned long long)t->out.total_bytes,
	    (unsigned long long)t->in.total_bytes);
	log_verbose("Closing connection to %s port %u", conn->peer_address,
	    conn->peer_port);
}

void
conn_lost(struct conn *conn, const struct err *err, bool reading)
{
	if (conn->state == CONN_CLOSING)
		return;
	if (conn->state == CONN_VERSION && reading)
		log_lost_early(err);
	if (conn->transport.in.logged_in && reading)
		log_lost_open(conn, err);
	else
		log_lost(conn, err);
	conn_end(conn, conn->state == CONN_OPEN ? 0 : 255);
	conn->transport.lost = true;
}
