/* SPDX-License-Identifier: ISC */
/*
 * requests - what the peer asked and who still owes the answer.
 *
 * Shapes:  a request waits in the queue of its channel (or the global one)
 *          until all earlier ones are answered, and in the list of what the
 *          session process was asked, found by its id.
 * Units:   at most PENDING_REQUESTS_MAX of them, connects counted apart; with
 *          so many the peer is not heard.
 * Errors:  a session process that answers nonsense ends the connection.
 * Owns:    every struct request.
 * Source:  RFC 4254 sections 4 and 5.4 (order of replies); DESIGN.md 2.
 */
#ifndef SSHD_NET_REQUESTS_H
#define SSHD_NET_REQUESTS_H

#include "lib/ipc/ipc.h"
#include "lib/wire/reader.h"
#include "sshd/net/channels.h"

/* What a handler of a request says. */
enum request_result {
	REQUEST_NO,
	REQUEST_YES,
	REQUEST_LATER,		/* request_new() was called */
	REQUEST_FATAL,		/* err is set; the connection ends */
};

enum request_kind {
	REQUEST_REPLY,		/* SES_DONE is yes or no */
	REQUEST_PTY,		/* ... and a refused pty may be asked again */
	REQUEST_START,		/* SES_STARTED, or SES_DONE no */
	REQUEST_LISTEN,		/* SES_DONE, its port goes into the reply */
	REQUEST_CONNECT,	/* CONNECTED or CONNECT_FAILED */
};

/* A parse failed: a value too long for us is refused, the rest is fatal. */
enum request_result request_bad(const struct err *err);

/*
 * NET: remembers a request under a new *id, to be put into the message to
 * the session process. channel NULL: a global request. Nobody waits for the
 * answer when want_reply is false and the kind is REQUEST_REPLY: *id is 0.
 */
MUST_CHECK bool request_new(struct conn *conn, struct channel *ch,
    enum request_kind kind, bool want_reply, uint32_t *id, struct err *err);
/*
 * NET: sends the message that carries request id. A full queue to the session
 * process turns the request down: *refused.
 */
MUST_CHECK bool request_send(struct conn *conn, uint32_t id,
    enum ipc_id message, const void *fields, bool *refused, struct err *err);
/*
 * As the two together, for a handler: LATER or FATAL. The first member of
 * *fields is the request's id, as in every such message.
 */
enum request_result request_ask(struct conn *conn, struct channel *ch,
    enum request_kind kind, bool want_reply, enum ipc_id message,
    void *fields, struct err *err);

/*
 * NET: an answer that is known at once; it waits for its turn. payload is
 * for REQUEST_SUCCESS only; copied when it has to wait.
 */
MUST_CHECK bool request_reply(struct conn *conn, struct channel *ch, bool ok,
    struct bytes payload, struct err *err);

/* The channel goes: its requests are nobody's. */
void requests_forget(struct channel *ch);
void requests_clear(struct conn *conn);

/* NET: begins to watch conn->session. */
MUST_CHECK bool requests_start(struct conn *conn, struct err *err);

#endif
