/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_timeout.h"

#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/base/pattern.h"
#include "lib/wire/transport.h"
#include "sshd/net/chan_settle.h"
#include "sshd/net/conn.h"

#define ROUND_MIN_MS		1000	/* all channels are looked at */

static timer_fn idle_timer, unused_timer;

/* ---- rules ------------------------------------------------------------ */

static bool
next_rule(struct reader *r, struct bytes *pattern, uint32_t *seconds)
{
	struct err err;

	if (rd_left(r) == 0)
		return false;
	*pattern = rd_string(r, CHANNEL_TIMEOUTS_MAX, "channel type");
	*seconds = rd_u32(r, "timeout");
	return rd_ok(r, &err);
}

/* A pattern never means all channels together: only the word does. */
static uint32_t
find_global(struct bytes rules)
{
	struct reader r = rd_init(rules);
	struct bytes pattern;
	uint32_t seconds;

	while (next_rule(&r, &pattern, &seconds)) {
		if (bytes_is(pattern, "global"))
			return seconds;
	}
	return 0;
}

static uint32_t
find_rule(const struct chan_timeouts *timeouts, const char *type)
{
	struct reader r = rd_init(bytes_of(timeouts->rules,
	    timeouts->rules_len));
	char text[CHANNEL_TIMEOUTS_MAX + 1];
	struct bytes pattern;
	uint32_t seconds;

	while (next_rule(&r, &pattern, &seconds)) {
		if (!bytes_is(pattern, "global") &&
		    bytes_to_str(pattern, text, sizeof(text)) &&
		    pattern_match(text, bytes_str(type)))
			return seconds;
	}
	return 0;
}

/* ---- channels --------------------------------------------------------- */

static int64_t
now_ms(const struct conn *conn)
{
	return clock_now_ms(conn->loop.clock);
}

/* Runs at this time, or earlier when it was set to. */
static void
arm(struct conn *conn, int64_t at_ms)
{
	struct timer *timer = &conn->channels.timeouts.timer;
	int64_t delay_ms = MAX(at_ms - now_ms(conn), 0);

	if (!timer->linked || at_ms < timer->at_ms)
		loop_timer_set(&conn->loop, timer, delay_ms, idle_timer, conn);
}

static bool
is_open(const struct channel *ch)
{
	const uint32_t ended = CHANNEL_SENT_CLOSE | CHANNEL_GOT_CLOSE;

	return ch != NULL && (ch->flags & CHANNEL_CONFIRMED) != 0 &&
	    (ch->flags & ended) == 0;
}

static bool
close_idle(struct channel *ch, uint32_t seconds, struct err *err)
{
	log_verbose("channel %u: closed after %u seconds without data",
	    ch->id, seconds);
	return channel_end(ch, err);
}

/* Closes those that are due; *next_ms: the earliest of the others. */
static bool
close_due(struct conn *conn, int64_t *next_ms, struct err *err)
{
	struct channels *channels = &conn->channels;
	struct chan_timeouts *timeouts = &channels->timeouts;
	int64_t now = now_ms(conn);
	int64_t global_ms = timeouts->used_ms +
	    (int64_t)timeouts->global_s * 1000;
	bool all = timeouts->global_s != 0 && global_ms <= now;

	*next_ms = timeouts->global_s == 0 || all ? INT64_MAX : global_ms;
	for (uint32_t i = 0; i < channels->slot_count; i++) {
		struct channel *ch = channels->slots[i].channel;
		int64_t due_ms = INT64_MAX;

		if (!is_open(ch))
			continue;
		if (ch->timeout_s != 0)
			due_ms = ch->used_ms + (int64_t)ch->timeout_s * 1000;
		if (due_ms > now && !all)
			*next_ms = MIN(*next_ms, due_ms);
		else if (!close_idle(ch, all ? timeouts->global_s :
		    ch->timeout_s, err))
			return false;
	}
	return true;
}

static void
idle_timer(void *arg)
{
	struct conn *conn = arg;
	int64_t next_ms;
	struct err err;

	if (conn->state != CONN_OPEN)
		return;
	if (!close_due(conn, &next_ms, &err))
		conn_fail(conn, &err);
	else if (next_ms != INT64_MAX && conn->channels.channel_count != 0)
		arm(conn, MAX(next_ms, now_ms(conn) + ROUND_MIN_MS));
}

void
chan_timeout_open(struct channel *ch, const char *type)
{
	struct chan_timeouts *timeouts = &ch->conn->channels.timeouts;

	if (timeouts->rules_len == 0)
		return;
	ch->timeout_s = find_rule(timeouts, type);
	ch->used_ms = timeouts->used_ms = now_ms(ch->conn);
	if (ch->timeout_s != 0)
		arm(ch->conn, ch->used_ms + (int64_t)ch->timeout_s * 1000);
	if (timeouts->global_s != 0)
		arm(ch->conn, ch->used_ms + (int64_t)timeouts->global_s *
		    1000);
}

void
chan_timeout_touch(struct channel *ch)
{
	struct chan_timeouts *timeouts = &ch->conn->channels.timeouts;

	if (timeouts->rules_len != 0)
		ch->used_ms = timeouts->used_ms = now_ms(ch->conn);
}

/* ---- connections ------------------------------------------------------ */

static void
unused_timer(void *arg)
{
	struct conn *conn = arg;
	char who[CONN_WHO_MAX];

	if (conn->state != CONN_OPEN)
		return;
	log_info("terminating inactive connection from %s",
	    conn_who(conn, who, sizeof(who)));
	conn_part(conn, SSH_DISCONNECT_BY_APPLICATION,
	    "no channel was open for too long");
}

void
chan_timeout_count(struct conn *conn)
{
	struct chan_timeouts *timeouts = &conn->channels.timeouts;

	if (timeouts->unused_s == 0)
		return;
	if (conn->channels.channel_count != 0)
		loop_timer_stop(&conn->loop, &timeouts->unused_timer);
	else
		loop_timer_set(&conn->loop, &timeouts->unused_timer,
		    (int64_t)timeouts->unused_s * 1000, unused_timer, conn);
}

bool
chan_timeout_start(struct conn *conn, struct bytes rules, uint32_t unused_s,
    struct err *err)
{
	struct chan_timeouts *timeouts = &conn->channels.timeouts;

	timeouts->unused_s = unused_s;
	chan_timeout_count(conn);
	if (rules.len == 0)
		return true;
	if ((timeouts->rules = malloc(rules.len)) == NULL)
		return err_set(err, ERR_NOMEM, "channel timeouts");
	memcpy(timeouts->rules, rules.p, rules.len);
	timeouts->rules_len = rules.len;
	timeouts->global_s = find_global(rules);
	return true;
}

void
chan_timeout_clear(struct conn *conn)
{
	struct chan_timeouts *timeouts = &conn->channels.timeouts;

	loop_timer_stop(&conn->loop, &timeouts->timer);
	loop_timer_stop(&conn->loop, &timeouts->unused_timer);
	free(timeouts->rules);
	*timeouts = (struct chan_timeouts){ 0 };
}
