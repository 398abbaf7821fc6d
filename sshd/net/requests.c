/* SPDX-License-Identifier: ISC */
#include "sshd/net/requests.h"

#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/wire/connection.h"
#include "sshd/net/chan_direct.h"
#include "sshd/net/chan_forwarded.h"
#include "sshd/net/chan_session.h"
#include "sshd/net/chan_settle.h"
#include "sshd/net/conn.h"
#include "sshd/net/remark.h"

#define ROUND_MESSAGES	64	/* of the session process; then others */

struct request {
	struct request *sent_next;	/* asked of the session process */
	struct request *queue_next;	/* waits for its turn to be answered */
	uint32_t id;
	enum request_kind kind;
	struct channel *channel;	/* NULL: global, or it is gone */
	bool want_reply;
	bool sent, queued;		/* in which lists it is */
	bool ok;			/* the answer, once !sent */
	bool with_port;			/* REQUEST_SUCCESS carries it */
	uint8_t port[4];
	size_t payload_len;		/* or this */
	uint8_t *payload;
};

enum request_result
request_bad(const struct err *err)
{
	return err->code == ERR_RANGE ? REQUEST_NO : REQUEST_FATAL;
}

/* ---- lists ------------------------------------------------------------ */

static struct reply_queue *
queue_of(struct conn *conn, struct channel *ch)
{
	return ch != NULL ? &ch->replies : &conn->channels.global_replies;
}

static void
queue_push(struct reply_queue *queue, struct request *request)
{
	request->queued = true;
	if (queue->last != NULL)
		queue->last->queue_next = request;
	else
		queue->first = request;
	queue->last = request;
}

static void
sent_push(struct channels *channels, struct request *request)
{
	request->sent = true;
	if (channels->sent_last != NULL)
		channels->sent_last->sent_next = request;
	else
		channels->sent_first = request;
	channels->sent_last = request;
}

/* Takes request id out of the list of what was asked; NULL: there is none. */
static struct request *
sent_take(struct channels *channels, uint32_t id)
{
	struct request **at = &channels->sent_first, *before = NULL, *request;

	while ((request = *at) != NULL && request->id != id) {
		before = request;
		at = &request->sent_next;
	}
	if (request == NULL)
		return NULL;
	*at = request->sent_next;
	if (channels->sent_last == request)
		channels->sent_last = before;
	request->sent = false;
	return request;
}

/* Frees what is in no list any more. */
static void
request_drop(struct channels *channels, struct request *request)
{
	if (request->sent || request->queued)
		return;
	if (request->kind == REQUEST_CONNECT)
		channels->connect_count--;
	else
		channels->request_count--;
	free(request->payload);
	free(request);
}

static struct request *
request_alloc(struct conn *conn, struct channel *ch, enum request_kind kind,
    bool want_reply, struct err *err)
{
	struct channels *channels = &conn->channels;
	uint32_t *count = kind == REQUEST_CONNECT ? &channels->connect_count :
	    &channels->request_count;
	struct request *request;

	if (*count >= PENDING_REQUESTS_MAX) {
		err_set(err, ERR_RANGE, "too many unanswered requests");
		return NULL;
	}
	if ((request = calloc(1, sizeof(*request))) == NULL) {
		err_set(err, ERR_NOMEM, "request");
		return NULL;
	}
	(*count)++;
	request->kind = kind;
	request->channel = ch;
	request->want_reply = want_reply;
	return request;
}

void
requests_forget(struct channel *ch)
{
	struct channels *channels = &ch->conn->channels;
	struct request *request;

	while ((request = ch->replies.first) != NULL) {
		ch->replies.first = request->queue_next;
		request->queued = false;
		request_drop(channels, request);
	}
	ch->replies.last = NULL;
	for (request = channels->sent_first; request != NULL;
	    request = request->sent_next) {
		if (request->channel == ch)
			request->channel = NULL;
	}
}

void
requests_clear(struct conn *conn)
{
	struct channels *channels = &conn->channels;
	struct request *request;

	while ((request = channels->global_replies.first) != NULL) {
		channels->global_replies.first = request->queue_next;
		request->queued = false;
		request_drop(channels, request);
	}
	while ((request = channels->sent_first) != NULL) {
		channels->sent_first = request->sent_next;
		request->sent = false;
		request_drop(channels, request);
	}
}

/* ---- answers to the peer ---------------------------------------------- */

static bool
send_reply(struct conn *conn, struct channel *ch, bool ok,
    struct bytes payload, struct err *err)
{
	struct writer *w;

	if (ch != NULL)
		return (ch->flags & CHANNEL_SENT_CLOSE) != 0 ||
		    channel_send_number(ch, ok ? SSH_MSG_CHANNEL_SUCCESS :
		    SSH_MSG_CHANNEL_FAILURE, err);
	w = packet_begin(conn, ok ? SSH_MSG_REQUEST_SUCCESS :
	    SSH_MSG_REQUEST_FAILURE);
	if (ok)
		wr_bytes(w, payload.p, payload.len);
	return packet_send(conn, err);
}

/* Sends all answers whose turn has come. */
static bool
queue_flush(struct conn *conn, struct channel *ch, struct err *err)
{
	struct reply_queue *queue = queue_of(conn, ch);
	struct request *request;
	bool ok = true;

	while (ok && (request = queue->first) != NULL && !request->sent) {
		queue->first = request->queue_next;
		if (queue->first == NULL)
			queue->last = NULL;
		request->queued = false;
		if (request->want_reply)
			ok = send_reply(conn, ch, request->ok,
			    request->with_port ?
			    bytes_of(request->port, sizeof(request->port)) :
			    bytes_of(request->payload, request->payload_len),
			    err);
		request_drop(&conn->channels, request);
	}
	return ok;
}

bool
request_reply(struct conn *conn, struct channel *ch, bool ok,
    struct bytes payload, struct err *err)
{
	struct reply_queue *queue = queue_of(conn, ch);
	struct request *request;

	if (queue->first == NULL)
		return send_reply(conn, ch, ok, payload, err);
	request = request_alloc(conn, ch, REQUEST_REPLY, true, err);
	if (request == NULL)
		return false;
	request->ok = ok;
	if (payload.len != 0) {
		if ((request->payload = malloc(payload.len)) == NULL) {
			request_drop(&conn->channels, request);
			return err_set(err, ERR_NOMEM, "reply");
		}
		memcpy(request->payload, payload.p, payload.len);
		request->payload_len = payload.len;
	}
	queue_push(queue, request);
	return true;
}

/* ---- questions to the session process --------------------------------- */

bool
request_new(struct conn *conn, struct channel *ch, enum request_kind kind,
    bool want_reply, uint32_t *id, struct err *err)
{
	struct channels *channels = &conn->channels;
	struct request *request;

	*id = 0;
	if (kind == REQUEST_REPLY && !want_reply)
		return true;
	request = request_alloc(conn, ch, kind, want_reply, err);
	if (request == NULL)
		return false;
	/* 0 is nobody's; a number in use is older by 4 billion requests */
	if (++channels->last_request_id == 0)
		channels->last_request_id = 1;
	*id = request->id = channels->last_request_id;
	sent_push(channels, request);
	if (kind != REQUEST_CONNECT)
		queue_push(queue_of(conn, ch), request);
	return true;
}

static bool
answer(struct conn *conn, struct request *request, bool ok, struct err *err)
{
	struct channel *ch = request->channel;
	bool is_global = ch == NULL && request->queued;

	request->ok = ok;
	if (!ok && ch != NULL && (request->kind == REQUEST_PTY ||
	    request->kind == REQUEST_START))
		chan_session_refused(ch, request->kind);
	if (!request->queued) {		/* a connect, or its channel is gone */
		request_drop(&conn->channels, request);
		return true;
	}
	return queue_flush(conn, is_global ? NULL : ch, err);
}

bool
request_send(struct conn *conn, uint32_t id, enum ipc_id message,
    const void *fields, bool *refused, struct err *err)
{
	struct request *request;

	*refused = false;
	if (ipc_send(&conn->session, message, fields, err))
		return true;
	if (err->code != ERR_RANGE)
		return false;
	log_debug("the session process is too busy");
	*refused = true;
	if (id == 0 || (request = sent_take(&conn->channels, id)) == NULL)
		return true;
	return answer(conn, request, false, err);
}

enum request_result
request_ask(struct conn *conn, struct channel *ch, enum request_kind kind,
    bool want_reply, enum ipc_id message, void *fields, struct err *err)
{
	uint32_t *id = fields;
	bool refused;

	if (!request_new(conn, ch, kind, want_reply, id, err) ||
	    !request_send(conn, *id, message, fields, &refused, err))
		return REQUEST_FATAL;
	/* the answer, also a refusal, has its place in the queue by now */
	return REQUEST_LATER;
}

/* ---- messages of the session process ---------------------------------- */

typedef bool session_handler(struct conn *, struct ipc_message *,
    struct err *);

static struct request *
take_answered(struct conn *conn, uint32_t id, struct err *err)
{
	struct request *request = sent_take(&conn->channels, id);

	if (request == NULL)
		err_set(err, ERR_UNEXPECTED, "answer to no request");
	return request;
}

static bool
on_done(struct conn *conn, struct ipc_message *message, struct err *err)
{
	const struct ipc_SES_DONE *m = &message->u.SES_DONE;
	struct request *request;

	if (m->request == 0)
		return true;
	if ((request = take_answered(conn, m->request, err)) == NULL)
		return false;
	if (request->kind == REQUEST_CONNECT) {
		request_drop(&conn->channels, request);
		return err_set(err, ERR_UNEXPECTED, "answer to a connect");
	}
	if (request->kind == REQUEST_LISTEN) {
		put_u32(request->port, m->port);
		request->with_port = true;
	}
	return answer(conn, request, m->ok != 0, err);
}

static bool
on_remark(struct conn *conn, struct ipc_message *message, struct err *err)
{
	return remark_send(conn, message->u.SES_REMARK.remark, err);
}

/* Those of this message were lost: what they were for fails. */
static bool
has_descriptors(const struct ipc_message *message, const char *what)
{
	if (message->fd_count != 0)
		return true;
	log_error("no descriptor left for %s: the limit of open files is too "
	    "low", what);
	return false;
}

static bool
on_started(struct conn *conn, struct ipc_message *message, struct err *err)
{
	struct request *request = take_answered(conn,
	    message->u.SES_STARTED.request, err);
	struct channel *ch;
	bool is_start, ok;

	if (request == NULL)
		return false;
	is_start = request->kind == REQUEST_START;
	ch = request->channel;
	ok = has_descriptors(message, "a program");
	if (!answer(conn, request, ok, err))
		return false;
	if (!is_start)
		return err_set(err, ERR_UNEXPECTED, "start of no program");
	if (ch == NULL)
		return true;
	/* it runs already, and ends with its channel */
	return ok ? chan_session_started(ch, message, err) :
	    channel_end(ch, err);
}

static bool
on_exited(struct conn *conn, struct ipc_message *message, struct err *err)
{
	const struct ipc_SES_EXITED *m = &message->u.SES_EXITED;
	struct channel *ch = channel_find(conn, m->channel);

	/* closed in the meantime, or its number belongs to another by now */
	if (ch == NULL || ch->type != &chan_session)
		return true;
	(void)err;
	chan_session_exited(ch, m);
	return true;
}

static bool
take_connect(struct conn *conn, uint32_t id, struct channel **ch,
    struct err *err)
{
	struct request *request = take_answered(conn, id, err);
	bool is_connect;

	if (request == NULL)
		return false;
	is_connect = request->kind == REQUEST_CONNECT;
	*ch = request->channel;
	if (!answer(conn, request, false, err))
		return false;
	return is_connect ||
	    err_set(err, ERR_UNEXPECTED, "connection nobody asked for");
}

static bool
on_connected(struct conn *conn, struct ipc_message *message, struct err *err)
{
	struct channel *ch;

	if (!take_connect(conn, message->u.CONNECTED.request, &ch, err))
		return false;
	if (ch == NULL)
		return true;
	return has_descriptors(message, "a connection") ?
	    chan_direct_connected(ch, ipc_take_fd(message, 0), err) :
	    chan_direct_failed(ch, SSH_OPEN_RESOURCE_SHORTAGE,
	    BYTES_LIT("open failed"), err);
}

static bool
on_connect_failed(struct conn *conn, struct ipc_message *message,
    struct err *err)
{
	const struct ipc_CONNECT_FAILED *m = &message->u.CONNECT_FAILED;
	struct channel *ch;

	return take_connect(conn, m->request, &ch, err) && (ch == NULL ||
	    chan_direct_failed(ch, m->reason, m->text, err));
}

static bool
on_accepted(struct conn *conn, struct ipc_message *message, struct err *err)
{
	return !has_descriptors(message, "a forwarded connection") ||
	    chan_forwarded_open(conn, message, err);
}

static session_handler *const handlers[IPC_COUNT] = {
	[IPC_SES_DONE] = on_done,
	[IPC_SES_REMARK] = on_remark,
	[IPC_SES_STARTED] = on_started,
	[IPC_SES_EXITED] = on_exited,
	[IPC_CONNECTED] = on_connected,
	[IPC_CONNECT_FAILED] = on_connect_failed,
	[IPC_ACCEPTED] = on_accepted,
};

static bool
session_message(struct conn *conn, struct ipc_message *message,
    struct err *err)
{
	session_handler *handler = handlers[message->id];
	bool ok;

	ok = handler != NULL ? handler(conn, message, err) :
	    err_set(err, ERR_UNEXPECTED, "message of the session process");
	ipc_message_clear(message);
	return ok;
}

/* It never ends before we do: that is not the peer's doing. */
static void
session_lost(struct conn *conn, const struct err *err)
{
	log_error("session process: %s: %s", err->what, err_text(err));
	conn_disconnect(conn, SSH_DISCONNECT_BY_APPLICATION,
	    "session process ended");
}

static void
session_event(void *arg, uint32_t events)
{
	struct conn *conn = arg;
	struct ipc_message message;
	struct err err;
	bool got;

	(void)events;
	for (int i = 0; i < ROUND_MESSAGES && conn->state == CONN_OPEN; i++) {
		if (!ipc_recv(&conn->session, NET_OPEN, &message, &got, &err))
			session_lost(conn, &err);
		else if (!got)
			return;
		else if (!session_message(conn, &message, &err))
			conn_fail(conn, &err);
	}
	if (conn->state != CONN_OPEN)
		loop_unwatch(&conn->loop, &conn->session.watch);
}

bool
requests_start(struct conn *conn, struct err *err)
{
	return ipc_watch(&conn->session, &conn->loop, session_event, conn,
	    err);
}
