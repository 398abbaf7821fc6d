/* SPDX-License-Identifier: ISC */
#include "sshd/net/auth.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "sshd/net/alive.h"
#include "sshd/net/auth_methods.h"
#include "sshd/net/chan_timeout.h"
#include "sshd/net/chan_window.h"
#include "sshd/net/conn.h"
#include "sshd/net/global_requests.h"
#include "sshd/net/qos.h"
#include "sshd/net/session_limits.h"

void
auth_clear(struct auth *auth)
{
	free(auth->names);
	*auth = (struct auth){ 0 };
}

/* Who it is about is known from the first request on. */
bool
auth_start(struct conn *conn, struct err *err)
{
	(void)err;
	auth_clear(&conn->auth);
	conn->named = false;
	return true;
}

/* ---- answers ---------------------------------------------------------- */

static bool
send_banner(struct conn *conn, struct bytes text, struct err *err)
{
	if (text.len == 0)
		return true;
	userauth_banner_build(text, packet_begin(conn,
	    SSH_MSG_USERAUTH_BANNER));
	return packet_send(conn, err);
}

static bool
send_failure(struct conn *conn, struct bytes methods, bool partial,
    struct err *err)
{
	userauth_failure_build(methods, partial, packet_begin(conn,
	    SSH_MSG_USERAUTH_FAILURE));
	return packet_send(conn, err);
}

/* From here on the session process is there to be asked. */
static bool
log_in(struct conn *conn, struct ipc_message *reply, struct err *err)
{
	const struct ipc_AUTH_REPLY *m = &reply->u.AUTH_REPLY;
	int fd = ipc_take_fd(reply, 0);

	if (fd == -1)
		return err_set(err, ERR_UNEXPECTED, "login without a session");
	ipc_init(&conn->session, fd, SESSION_TO_NET);
	log_set_level((enum log_level)m->log_level);
	(void)packet_begin(conn, SSH_MSG_USERAUTH_SUCCESS);
	if (!packet_send(conn, err) ||
	    !transport_login(conn, m->rekey_bytes, m->rekey_seconds, err) ||
	    !channels_login(conn, m->max_sessions, err) ||
	    !chan_timeout_start(conn, m->channel_timeouts,
	    m->unused_timeout_s, err) ||
	    !global_send_host_keys(conn, err))
		return false;
	alive_start(conn, m->alive_interval_s, m->alive_count_max);
	conn->log_forwards = m->log_forwards != 0;
	chan_window_start(conn, m->window_growth);
	session_limits_start(conn, m->idle_s, m->duration_s);
	qos_start(conn, m->qos_interactive, m->qos_bulk);
	title_set(&conn->title, "%s [net]", conn->user);
	auth_clear(&conn->auth);
	return true;
}

static bool
handle_reply(struct conn *conn, struct ipc_message *reply, struct err *err)
{
	const struct ipc_AUTH_REPLY *m = &reply->u.AUTH_REPLY;

	if (!send_banner(conn, m->message, err))
		return false;
	switch ((enum auth_result)m->result) {
	case AUTH_FAILURE:
		return send_failure(conn, m->methods, false, err);
	case AUTH_PARTIAL:
		return send_failure(conn, m->methods, true, err);
	case AUTH_SUCCESS:
		return log_in(conn, reply, err);
	case AUTH_TOO_MANY:
		conn_disconnect(conn, SSH_DISCONNECT_PROTOCOL_ERROR,
		    "Too many authentication failures");
		return true;
	case AUTH_REFUSED:
		conn_disconnect(conn, SSH_DISCONNECT_PROTOCOL_ERROR,
		    "Access denied");
		return true;
	case AUTH_DENIED:
		conn_part(conn, SSH_DISCONNECT_PROTOCOL_ERROR,
		    "Access denied");
		return true;
	case AUTH_KEY_OK:
		break;
	}
	return err_set(err, ERR_UNEXPECTED, "answer of the monitor");
}

bool
auth_recv_reply(struct conn *conn, struct ipc_message *reply, struct err *err)
{
	bool ok = handle_reply(conn, reply, err);

	ipc_message_clear(reply);
	return ok;
}

/* ---- requests --------------------------------------------------------- */

/* Keeps who wants what: it must not change any more. */
static bool
remember_names(struct conn *conn, const struct userauth_request *m,
    struct err *err)
{
	struct auth *auth = &conn->auth;
	const uint8_t *style;
	struct bytes shown = m->user;

	if ((auth->names = malloc(m->user.len + m->service.len + 1)) == NULL)
		return err_set(err, ERR_NOMEM, "user name");
	memcpy(auth->names, m->user.p, m->user.len);
	memcpy(auth->names + m->user.len, m->service.p, m->service.len);
	auth->user = bytes_of(auth->names, m->user.len);
	auth->service = bytes_of(auth->names + m->user.len, m->service.len);
	/* "user:style" is shown as user */
	style = m->user.len == 0 ? NULL : memchr(m->user.p, ':', m->user.len);
	if (style != NULL)
		shown.len = (size_t)(style - m->user.p);
	(void)log_clean(conn->user, sizeof(conn->user), shown);
	conn->named = true;
	return true;
}

/* The first request: the monitor looks the user up, once. */
static bool
name_user(struct conn *conn, const struct userauth_request *m,
    struct err *err)
{
	struct ipc_USER ask = { .user = m->user, .service = m->service };
	const struct ipc_USER_REPLY *answer;
	struct ipc_message reply;

	if (!remember_names(conn, m, err) ||
	    !conn_ask(conn, IPC_USER, &ask, IPC_USER_REPLY, &reply, err))
		return false;
	answer = &reply.u.USER_REPLY;
	log_set_level((enum log_level)answer->log_level);
	log_set_verbose(answer->log_verbose);
	return transport_send_ext_info(conn, answer->server_sig_algs, err) &&
	    send_banner(conn, answer->banner, err);
}

static void
end_changed(struct conn *conn, const struct userauth_request *m)
{
	const struct auth *auth = &conn->auth;
	char text[4 * LOG_SAFE_MAX + 128];

	snprintf(text, sizeof(text), "Change of username or service not "
	    "allowed: (%s,%s) -> (%s,%s)", log_safe(auth->user).s,
	    log_safe(auth->service).s, log_safe(m->user).s,
	    log_safe(m->service).s);
	conn_disconnect(conn, SSH_DISCONNECT_PROTOCOL_ERROR, text);
}

bool
recv_userauth_request(struct conn *conn, struct reader *r, struct err *err)
{
	struct auth *auth = &conn->auth;
	const struct auth_method *method;
	struct userauth_request m;

	if (!userauth_request_parse(r, &m, err))
		return false;
	/* RFC 4256 3.1: another request ends a dialogue */
	auth->asking = false;
	if (auth->request_count++ >= AUTH_REQUESTS_MAX) {
		conn_disconnect(conn, SSH_DISCONNECT_PROTOCOL_ERROR,
		    "too many authentication attempts");
		return true;
	}
	if (auth->names == NULL) {
		if (!name_user(conn, &m, err))
			return false;
	} else if (!bytes_equal(m.user, auth->user) ||
	    !bytes_equal(m.service, auth->service)) {
		end_changed(conn, &m);
		return true;
	}
	method = auth_method_find(m.method);
	return method == NULL ? auth_unknown_attempt(conn, &m, err) :
	    method->attempt(conn, &m, r, err);
}
