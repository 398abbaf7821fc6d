/* SPDX-License-Identifier: ISC */
#include "sshd/net/channels.h"

#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/wire/connection.h"
#include "sshd/net/chan_ahead.h"
#include "sshd/net/chan_ends.h"
#include "sshd/net/chan_input.h"
#include "sshd/net/chan_log.h"
#include "sshd/net/chan_output.h"
#include "sshd/net/chan_timeout.h"
#include "sshd/net/chan_types.h"
#include "sshd/net/chan_window.h"
#include "sshd/net/conn.h"
#include "sshd/net/qos.h"
#include "sshd/net/session_limits.h"

#define SLOTS_FIRST	4	/* grows by doubling to CHANNELS_MAX */

/* ---- the table -------------------------------------------------------- */

/* Lowest numbers first; free_slot and next_free are index + 1, 0 is none. */
static bool
grow_slots(struct channels *channels)
{
	uint32_t count = channels->slot_count == 0 ? SLOTS_FIRST :
	    channels->slot_count * 2;
	struct channel_slot *slots;

	if (count > CHANNELS_MAX)
		return false;
	slots = reallocarray(channels->slots, count, sizeof(*slots));
	if (slots == NULL)
		return false;
	for (uint32_t i = channels->slot_count; i < count; i++) {
		slots[i] = (struct channel_slot){
			.next_free = i + 1 < count ? i + 2 : 0,
		};
	}
	channels->free_slot = channels->slot_count + 1;
	channels->slots = slots;
	channels->slot_count = count;
	return true;
}

struct channel *
channel_new(struct conn *conn, const struct chan_type *type)
{
	struct channels *channels = &conn->channels;
	struct channel *ch;

	if ((channels->free_slot == 0 && !grow_slots(channels)) ||
	    (ch = calloc(1, sizeof(*ch))) == NULL)
		return NULL;
	ch->conn = conn;
	ch->type = type;
	ch->id = channels->free_slot - 1;
	for (int i = 0; i < END_COUNT; i++)
		ch->ends[i] = (struct chan_end){
			.channel = ch, .fd = -1, .ended = true,
		};
	channels->free_slot = channels->slots[ch->id].next_free;
	channels->slots[ch->id].channel = ch;
	channels->channel_count++;
	qos_channels(conn);
	chan_timeout_count(conn);
	return ch;
}

static void
unlist(struct channel *ch)
{
	struct channel **at = &ch->conn->channels.settle_first;

	if ((ch->flags & CHANNEL_SETTLING) == 0)
		return;
	while (*at != ch)
		at = &(*at)->settle_next;
	*at = ch->settle_next;
	ch->flags &= ~(uint32_t)CHANNEL_SETTLING;
}

void
channel_free(struct channel *ch)
{
	struct channels *channels = &ch->conn->channels;

	chan_close(ch);
	chan_log_closed(ch);
	requests_forget(ch);
	unlist(ch);
	chan_window_forget(ch);
	channels->slots[ch->id].channel = NULL;
	channels->slots[ch->id].next_free = channels->free_slot;
	channels->free_slot = ch->id + 1;
	channels->channel_count--;
	qos_channels(ch->conn);
	chan_timeout_count(ch->conn);
	free(ch);
}

static struct channel *
find_any(const struct conn *conn, uint32_t id)
{
	return id < conn->channels.slot_count ?
	    conn->channels.slots[id].channel : NULL;
}

struct channel *
channel_find(const struct conn *conn, uint32_t id)
{
	struct channel *ch = find_any(conn, id);

	return ch != NULL && (ch->flags & CHANNEL_CONFIRMED) != 0 ? ch : NULL;
}

void
channels_clear(struct conn *conn)
{
	struct channels *channels = &conn->channels;

	for (uint32_t i = 0; i < channels->slot_count; i++) {
		if (channels->slots[i].channel != NULL)
			channel_free(channels->slots[i].channel);
	}
	requests_clear(conn);
	chan_timeout_clear(conn);
	loop_timer_stop(&conn->loop, &channels->round_timer);
	loop_timer_stop(&conn->loop, &channels->held_timer);
	free(channels->slots);
	*channels = (struct channels){ 0 };
}

bool
channels_login(struct conn *conn, uint32_t max_sessions, struct err *err)
{
	conn->channels.max_sessions = max_sessions;
	return requests_start(conn, err);
}

/* ---- messages of ours ------------------------------------------------- */

bool
channel_send_number(struct channel *ch, uint8_t message, struct err *err)
{
	struct writer *w = packet_begin(ch->conn, message);

	wr_u32(w, ch->peer_id);
	return packet_send(ch->conn, err);
}

static void
watch_idle(struct channel *ch)
{
	chan_timeout_open(ch, ch->type->timeout_name != NULL ?
	    ch->type->timeout_name : ch->type->name);
}

bool
channel_confirm(struct channel *ch, uint32_t window, struct err *err)
{
	struct open_confirmation m = {
		.recipient_channel = ch->peer_id,
		.sender_channel = ch->id,
		.initial_window_size = window,
		.maximum_packet_size = CHANNEL_PACKET_MAX,
	};
	struct writer *w = packet_begin(ch->conn,
	    SSH_MSG_CHANNEL_OPEN_CONFIRMATION);

	open_confirmation_build(&m, w);
	chan_window_offer(ch, window);
	chan_window_asked(ch);
	ch->flags |= CHANNEL_CONFIRMED;
	chan_log_opened(ch);
	watch_idle(ch);
	return packet_send(ch->conn, err);
}

bool
channel_refuse(struct conn *conn, uint32_t peer_id, uint32_t reason,
    const char *text, struct err *err)
{
	struct open_failure_message m = {
		.recipient_channel = peer_id,
		.reason = reason,
		.description = bytes_str(text),
	};

	open_failure_build(&m, packet_begin(conn,
	    SSH_MSG_CHANNEL_OPEN_FAILURE));
	return packet_send(conn, err);
}

void
channel_set_peer(struct channel *ch, uint32_t peer_id, uint32_t window,
    uint32_t packet_max)
{
	ch->peer_id = peer_id;
	ch->send_window = window;
	ch->send_packet_max = packet_max;
}

/* ---- how a channel ends ----------------------------------------------- */

void
channel_settle(struct channel *ch)
{
	struct channels *channels = &ch->conn->channels;

	if ((ch->flags & CHANNEL_SETTLING) != 0)
		return;
	ch->flags |= CHANNEL_SETTLING;
	ch->settle_next = channels->settle_first;
	channels->settle_first = ch;
	chan_wake(ch->conn);
}

static bool
send_report(struct channel *ch, struct err *err)
{
	return ch->type->report == NULL || ch->type->report(ch, err);
}

static bool
send_close(struct channel *ch, struct err *err)
{
	if ((ch->flags & CHANNEL_SENT_CLOSE) != 0)
		return true;
	ch->flags |= CHANNEL_SENT_CLOSE;
	chan_close(ch);
	if (ch->type->closed != NULL && !ch->type->closed(ch, err))
		return false;
	return channel_send_number(ch, SSH_MSG_CHANNEL_CLOSE, err);
}

bool
channel_end(struct channel *ch, struct err *err)
{
	return send_close(ch, err);
}

/* The peer's CLOSE came: our output is of no use any more. */
static bool
settle_closed(struct channel *ch, struct err *err)
{
	bool ok = true;

	chan_close_output(ch);
	if ((ch->flags & CHANNEL_SENT_CLOSE) == 0) {
		if (ch->type->waits(ch))
			return chan_input_eof(ch, err);
		if ((ch->flags & CHANNEL_SENT_EOF) != 0)
			ok = send_report(ch, err);
	}
	ok = ok && send_close(ch, err);
	channel_free(ch);
	return ok;
}

static bool
send_eow(struct channel *ch, struct err *err)
{
	ch->flags &= ~(uint32_t)CHANNEL_EOW_DUE;
	if (!transport_peer_is(ch->conn, PEER_EOW) ||
	    (ch->flags & CHANNEL_GOT_EOF) != 0)
		return true;
	channel_request_build(ch->peer_id, "eow@openssh.com", false,
	    packet_begin(ch->conn, SSH_MSG_CHANNEL_REQUEST));
	return packet_send(ch->conn, err);
}

/* Sends what is due; frees the channel when both sides have closed it. */
static bool
settle_now(struct channel *ch, struct err *err)
{
	unlist(ch);
	if ((ch->flags & CHANNEL_CONFIRMED) == 0)
		return true;
	if ((ch->flags & CHANNEL_GOT_CLOSE) != 0)
		return settle_closed(ch, err);
	if ((ch->flags & CHANNEL_SENT_CLOSE) != 0)
		return true;
	if (chan_output_ended(ch)) {
		if (!send_report(ch, err))
			return false;
		if ((ch->flags & CHANNEL_SENT_EOF) == 0) {
			ch->flags |= CHANNEL_SENT_EOF;
			if (!channel_send_number(ch, SSH_MSG_CHANNEL_EOF, err))
				return false;
		}
		if (ch->type->is_over(ch))
			return send_close(ch, err);
	}
	return (ch->flags & CHANNEL_EOW_DUE) == 0 || send_eow(ch, err);
}

void
channels_round(void *arg)
{
	struct conn *conn = arg;
	struct channels *channels = &conn->channels;
	struct err err;

	if (conn->state != CONN_OPEN)
		return;
	if (!chan_pump(conn, &err)) {
		conn_fail(conn, &err);
		return;
	}
	while (channels->settle_first != NULL) {
		if (!settle_now(channels->settle_first, &err)) {
			conn_fail(conn, &err);
			return;
		}
	}
}

void
channels_output_ready(struct conn *conn)
{
	if (!chan_ring_is_empty(&conn->channels.ring))
		chan_wake(conn);
}

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
	struct channel *ch = find_any(conn, id);

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
	ch->flags |= CHANNEL_CONFIRMED;
	chan_log_opened(ch);
	watch_idle(ch);
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

bool
recv_channel_eof(struct conn *conn, struct reader *r, struct err *err)
{
	struct channel *ch;
	uint32_t id;

	if (!channel_number_parse(r, &id, err) ||
	    !channels_input_end(conn, err) ||
	    (ch = find_open(conn, id, err)) == NULL)
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
	struct channel *ch;
	uint32_t id;

	if (!channel_number_parse(r, &id, err) ||
	    !channels_input_end(conn, err) ||
	    (ch = find_open(conn, id, err)) == NULL)
		return false;
	ch->flags |= CHANNEL_GOT_CLOSE;
	return settle_now(ch, err);
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
