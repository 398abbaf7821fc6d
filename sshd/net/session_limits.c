/* SPDX-License-Identifier: ISC */
#include "sshd/net/session_limits.h"

#include "lib/base/log.h"
#include "lib/wire/connection.h"
#include "lib/wire/transport.h"
#include "sshd/net/chan_settle.h"
#include "sshd/net/conn.h"

#define NOTICE_MS	60000	/* before the end; shorter limits: none */
#define ROUND_MIN_MS	1000

static timer_fn idle_timer, duration_timer;

static int64_t
now_ms(const struct conn *conn)
{
	return clock_now_ms(conn->loop.clock);
}

static bool
is_terminal(const struct channel *ch)
{
	const uint32_t ended = CHANNEL_SENT_EOF | CHANNEL_SENT_CLOSE |
	    CHANNEL_GOT_CLOSE;

	return ch != NULL && (ch->flags & CHANNEL_PTY) != 0 &&
	    (ch->flags & ended) == 0;
}

/* As output of the session; a terminal that takes none does without. */
static bool
show(struct channel *ch, const char *text, struct err *err)
{
	size_t len = strlen(text);
	struct writer *w;

	if (len > ch->send_window || len > ch->send_packet_max)
		return true;
	ch->send_window -= (uint32_t)len;
	w = packet_begin(ch->conn, SSH_MSG_CHANNEL_DATA);
	wr_u32(w, ch->peer_id);
	wr_cstring(w, text);
	return packet_send(ch->conn, err);
}

/* ---- nobody types ----------------------------------------------------- */

static bool
end_idle(struct channel *ch, struct err *err)
{
	char who[CONN_WHO_MAX];

	log_info("terminating idle session of %s: no input for %u seconds",
	    conn_who(ch->conn, who, sizeof(who)),
	    ch->conn->limits.idle_s);
	return show(ch, "\r\nThis session ends: nothing was typed for too "
	    "long.\r\n", err) && channel_end(ch, err);
}

/* What is due at this terminal; *next_ms: when to look again. */
static bool
check_idle(struct channel *ch, int64_t now, int64_t *next_ms,
    struct err *err)
{
	int64_t idle_ms = (int64_t)ch->conn->limits.idle_s * 1000;
	int64_t end_ms = ch->input_ms + idle_ms;
	int64_t notice_ms = idle_ms > NOTICE_MS ? end_ms - NOTICE_MS : end_ms;

	if (end_ms <= now)
		return end_idle(ch, err);
	if (notice_ms <= now && !ch->idle_notice) {
		ch->idle_notice = true;
		if (!show(ch, "\r\nThis session ends in a minute if nothing "
		    "is typed.\r\n", err))
			return false;
	}
	*next_ms = MIN(*next_ms, notice_ms > now ? notice_ms : end_ms);
	return true;
}

static void
idle_timer(void *arg)
{
	struct conn *conn = arg;
	int64_t now = now_ms(conn), next_ms = INT64_MAX;
	struct err err;

	if (conn->state != CONN_OPEN)
		return;
	for (uint32_t i = 0; i < conn->channels.slot_count; i++) {
		struct channel *ch = conn->channels.slots[i].channel;

		if (is_terminal(ch) && !check_idle(ch, now, &next_ms, &err)) {
			conn_fail(conn, &err);
			return;
		}
	}
	if (next_ms != INT64_MAX)
		loop_timer_set(&conn->loop, &conn->limits.idle_timer,
		    MAX(next_ms - now, ROUND_MIN_MS), idle_timer, conn);
}

void
session_limits_input(struct channel *ch)
{
	struct limits *limits = &ch->conn->limits;
	int64_t idle_ms = (int64_t)limits->idle_s * 1000;

	if (idle_ms == 0 || (ch->flags & CHANNEL_PTY) == 0)
		return;
	ch->input_ms = now_ms(ch->conn);
	ch->idle_notice = false;
	if (!limits->idle_timer.linked)
		loop_timer_set(&ch->conn->loop, &limits->idle_timer,
		    idle_ms > NOTICE_MS ? idle_ms - NOTICE_MS : idle_ms,
		    idle_timer, ch->conn);
}

/* ---- long enough ------------------------------------------------------ */

static void
arm_duration(struct conn *conn, int64_t delay_ms)
{
	loop_timer_set(&conn->loop, &conn->limits.duration_timer, delay_ms,
	    duration_timer, conn);
}

static bool
show_to_all(struct conn *conn, const char *text, struct err *err)
{
	for (uint32_t i = 0; i < conn->channels.slot_count; i++) {
		struct channel *ch = conn->channels.slots[i].channel;

		if (is_terminal(ch) && !show(ch, text, err))
			return false;
	}
	return true;
}

static void
duration_timer(void *arg)
{
	struct conn *conn = arg;
	char who[CONN_WHO_MAX];
	struct err err;

	if (conn->state != CONN_OPEN)
		return;
	if (conn->limits.notice_due) {
		conn->limits.notice_due = false;
		arm_duration(conn, NOTICE_MS);
		if (!show_to_all(conn, "\r\nThis connection ends in a minute:"
		    " it has lasted as long as it may.\r\n", &err))
			conn_fail(conn, &err);
		return;
	}
	log_info("terminating connection of %s after %u seconds",
	    conn_who(conn, who, sizeof(who)), conn->limits.duration_s);
	conn_part(conn, SSH_DISCONNECT_BY_APPLICATION,
	    "the connection has lasted as long as it may");
}

void
session_limits_start(struct conn *conn, uint32_t idle_s, uint32_t duration_s)
{
	int64_t duration_ms = (int64_t)duration_s * 1000;

	conn->limits.idle_s = idle_s;
	conn->limits.duration_s = duration_s;
	if (duration_s == 0)
		return;
	conn->limits.notice_due = duration_ms > NOTICE_MS;
	arm_duration(conn, conn->limits.notice_due ?
	    duration_ms - NOTICE_MS : duration_ms);
}
