/* SPDX-License-Identifier: ISC */
/* The handlers of messages.h for channels. */
#include "sshd/net/messages.h"

#include "lib/base/log.h"
#include "lib/wire/connection.h"
#include "sshd/net/chan_ahead.h"
#include "sshd/net/chan_ends.h"
#include "sshd/net/chan_input.h"
#include "sshd/net/chan_settle.h"
#include "sshd/net/chan_types.h"
#include "sshd/net/chan_window.h"
#include "sshd/net/conn.h"
#include "sshd/net/session_limits.h"

/* ---- opening ---------------------------------------------------------- */

bool
recv_channel_open(struct conn *conn, struct reader *r, struct err *err)
{
	struct channel_open m;
	const struct chan_type *type;

	if (!channel_open_parse(r, &m, err))
		return false;
	if ((type = chan_type_find(m.type)) == NULL) {
		log_debug("channel type %s refused", log_safe(m.type).s);
		return channel_refuse(conn, m.sender_channel,
		    SSH_OPEN_CONNECT_FAILED, "open failed", err);
	}
	return type->open(conn, &m, r, err);
}

/* A channel that we asked for and that has had no answer. */
static struct channel *
find_asked(const struct conn *conn, uint32_t id, struct err *err)
{
	struct channel *ch = channel_find_any(conn, id);

	if (ch != NULL && (ch->flags & CHANNEL_OURS) != 0 &&
	    (ch->flags & CHANNEL_CONFIRMED) == 0)
		return ch;
	err_set(err, ERR_UNEXPECTED, "answer to no channel open");
	return NULL;
}

bool
recv_channel_open_confirmation(struct conn *conn, struct reader *r,
    struct err *err)
{
	struct open_confirmation m;
	struct channel *ch;

	if (!open_confirmation_parse(r, &m, err) ||
	    (ch = find_asked(conn, m.recipient_channel, err)) == NULL)
		return false;
	channel_set_peer(ch, m.sender_channel, m.initial_window_size,
	    m.maximum_packet_size);
	channel_known(ch);
	return chan_resume(ch, err);
}

bool
recv_channel_open_failure(struct conn *conn, struct reader *r,
    struct err *err)
{
	struct open_failure_message m;
	struct channel *ch;

	if (!open_failure_parse(r, &m, err) ||
	    (ch = find_asked(conn, m.recipient_channel, err)) == NULL)
		return false;
	log_debug("channel %u: open failed: reason %u: %s", ch->id, m.reason,
	    log_safe(m.description).s);
	channel_free(ch);
	return true;
}

/* ---- the peer's data and ends ----------------------------------------- */

/* The channel of a message; none may come after the peer's CLOSE. */
static struct channel *
find_open(const struct conn *conn, uint32_t id, struct err *err)
{
	struct channel *ch = channel_find(conn, id);

	if (ch == NULL)
		err_set(err, ERR_UNEXPECTED, "message for an unknown channel");
	else if ((ch->flags & CHANNEL_GOT_CLOSE) != 0) {
		err_set(err, ERR_UNEXPECTED, "message for a closed channel");
		ch = NULL;
	} else
		chan_window_answered(ch);
	return ch;
}

/*
 * The channel of an answer that may come late: NULL when what it speaks of
 * is over, which is nobody's fault.
 */
static struct channel *
find_if_open(const struct conn *conn, uint32_t id)
{
	struct err late;

	return find_open(conn, id, &late);
}

static struct channel *
find_for_data(const struct conn *conn, const struct channel_data *m,
    struct err *err)
{
	struct channel *ch = find_open(conn, m->recipient_channel, err);

	return ch != NULL && chan_charge(ch, m->data.len, err) ? ch : NULL;
}

bool
recv_channel_data(struct conn *conn, struct reader *r, struct err *err)
{
	struct channel_data m;
	struct channel *ch;

	if (!channel_data_parse(r, &m, err) ||
	    (ch = find_for_data(conn, &m, err)) == NULL)
		return false;
	if ((ch->flags & CHANNEL_GOT_EOF) != 0) {
		log_debug("channel %u: %zu bytes after EOF dropped", ch->id,
		    m.data.len);
		return true;
	}
	session_limits_input(ch);
	return chan_input(ch, m.data, err);
}

/* No type that we know takes any: it is thrown away, not the connection. */
bool
recv_channel_extended_data(struct conn *conn, struct reader *r,
    struct err *err)
{
	struct channel_data m;
	struct channel *ch;

	if (!channel_extended_data_parse(r, &m, err) ||
	    (ch = find_for_data(conn, &m, err)) == NULL)
		return false;
	if ((ch->flags & CHANNEL_GOT_EOF) != 0)
		return err_set(err, ERR_UNEXPECTED, "extended data after EOF");
	return chan_consumed(ch, m.data.len, err);
}

bool
recv_channel_window_adjust(struct conn *conn, struct reader *r,
    struct err *err)
{
	uint32_t id, bytes_to_add;
	struct channel *ch;
	bool resumes;

	if (!window_adjust_parse(r, &id, &bytes_to_add, err))
		return false;
	if ((ch = find_if_open(conn, id)) == NULL)
		return true;
	if (bytes_to_add > UINT32_MAX - ch->send_window)
		return err_set(err, ERR_RANGE, "window adjustment");
	resumes = ch->send_window == 0;
	ch->send_window += bytes_to_add;
	resumes |= chan_ahead_adjusted(ch, bytes_to_add);
	return !resumes || chan_resume(ch, err);
}

/* A message that is a channel's number; the data before it is written first. */
static struct channel *
find_to_end(struct conn *conn, struct reader *r, struct err *err)
{
	uint32_t id;

	if (!channel_number_parse(r, &id, err) ||
	    !channels_input_end(conn, err))
		return NULL;
	return find_open(conn, id, err);
}

bool
recv_channel_eof(struct conn *conn, struct reader *r, struct err *err)
{
	struct channel *ch = find_to_end(conn, r, err);

	if (ch == NULL)
		return false;
	/* Go's x/crypto/ssh answers our EOF with one more */
	if ((ch->flags & CHANNEL_GOT_EOF) != 0)
		return true;
	ch->flags |= CHANNEL_GOT_EOF;
	return chan_input_eof(ch, err);
}

/* At once: the peer may open the next session right behind this message. */
bool
recv_channel_close(struct conn *conn, struct reader *r, struct err *err)
{
	struct channel *ch = find_to_end(conn, r, err);

	if (ch == NULL)
		return false;
	ch->flags |= CHANNEL_GOT_CLOSE;
	return chan_settle_now(ch, err);
}

/* ---- channel requests ------------------------------------------------- */

static enum request_result
run_request(struct channel *ch, const struct channel_request *m,
    struct reader *r, struct err *err)
{
	/* we are closing it: nothing can be done any more */
	if ((ch->flags & CHANNEL_SENT_CLOSE) != 0)
		return REQUEST_NO;
	if (bytes_is(m->name, "eow@openssh.com")) {
		if (!rd_end(r, err))
			return REQUEST_FATAL;
		chan_stop_output(ch);
		return REQUEST_YES;
	}
	if (ch->type->request == NULL)
		return REQUEST_NO;
	return ch->type->request(ch, m, r, err);
}

bool
recv_channel_request(struct conn *conn, struct reader *r, struct err *err)
{
	struct channel_request m;
	struct channel *ch;
	enum request_result result;

	if (!channel_request_parse(r, &m, err) ||
	    !channels_input_end(conn, err) ||
	    (ch = find_open(conn, m.recipient_channel, err)) == NULL)
		return false;
	result = run_request(ch, &m, r, err);
	if (result == REQUEST_FATAL)
		return false;
	if (result == REQUEST_LATER || !m.want_reply ||
	    (ch->flags & CHANNEL_SENT_CLOSE) != 0)
		return true;
	return request_reply(conn, ch, result == REQUEST_YES,
	    (struct bytes){ 0 }, err);
}

/* The only channel requests of ours that want a reply are keepalives. */
static bool
recv_reply(struct conn *conn, struct reader *r, struct err *err)
{
	struct channel *ch;
	uint32_t id;

	if (!channel_number_parse(r, &id, err))
		return false;
	if ((ch = find_if_open(conn, id)) != NULL && ch->probe_count > 0)
		ch->probe_count--;
	return true;
}

bool
recv_channel_success(struct conn *conn, struct reader *r, struct err *err)
{
	return recv_reply(conn, r, err);
}

bool
recv_channel_failure(struct conn *conn, struct reader *r, struct err *err)
{
	return recv_reply(conn, r, err);
}
