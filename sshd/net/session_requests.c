/* SPDX-License-Identifier: ISC */
#include "sshd/net/session_requests.h"

#include <stdio.h>

#include "lib/base/log.h"
#include "sshd/net/chan_timeout.h"
#include "sshd/net/conn.h"

static enum request_result
run_pty(struct channel *ch, bool want_reply, struct reader *r,
    struct err *err)
{
	struct pty_request m;
	struct ipc_SES_PTY ask;

	if (!pty_request_parse(r, &m, err))
		return request_bad(err);
	if (ch->session.has_pty) {
		err_set(err, ERR_UNEXPECTED,
		    "Protocol error: you already have a pty.");
		return REQUEST_FATAL;
	}
	ch->session.has_pty = true;
	ask = (struct ipc_SES_PTY){
		.channel = ch->id,
		.term = m.term,
		.columns = m.size.columns,
		.rows = m.size.rows,
		.x_pixels = m.size.x_pixels,
		.y_pixels = m.size.y_pixels,
		.modes = m.modes,
	};
	return request_ask(ch->conn, ch, REQUEST_PTY, want_reply, IPC_SES_PTY,
	    &ask, err);
}

static enum request_result
run_env(struct channel *ch, bool want_reply, struct reader *r,
    struct err *err)
{
	struct env_request m;
	struct ipc_SES_ENV ask;

	if (!env_request_parse(r, &m, err))
		return request_bad(err);
	if (ch->session.env_count >= ENV_COUNT_MAX)
		return REQUEST_NO;
	ch->session.env_count++;
	ask = (struct ipc_SES_ENV){
		.channel = ch->id, .name = m.name, .value = m.value,
	};
	return request_ask(ch->conn, ch, REQUEST_REPLY, want_reply,
	    IPC_SES_ENV, &ask, err);
}

/* What ChannelTimeout calls it. */
static void
name_type(struct channel *ch, enum start_kind kind, struct bytes subsystem)
{
	char type[sizeof("session:subsystem:") + SUBSYSTEM_NAME_MAX];

	if (kind == START_SUBSYSTEM)
		snprintf(type, sizeof(type), "session:subsystem:%.*s",
		    (int)subsystem.len, (const char *)subsystem.p);
	else
		snprintf(type, sizeof(type), "session:%s",
		    kind == START_SHELL ? "shell" : "command");
	chan_timeout_open(ch, type);
}

static enum request_result
run_x11(struct channel *ch, bool want_reply, struct reader *r,
    struct err *err)
{
	struct x11_request m;
	struct ipc_SES_X11 ask;

	if (!x11_request_parse(r, &m, err))
		return request_bad(err);
	ask = (struct ipc_SES_X11){
		.channel = ch->id,
		.single = m.single_connection,
		.protocol = m.protocol,
		.cookie = m.cookie,
		.screen = m.screen,
	};
	return request_ask(ch->conn, ch, REQUEST_REPLY, want_reply,
	    IPC_SES_X11, &ask, err);
}

static enum request_result
ask_agent(struct channel *ch, bool is_ietf, bool want_reply,
    struct reader *r, struct err *err)
{
	struct ipc_SES_AGENT ask = { .channel = ch->id, .is_ietf = is_ietf };

	if (!rd_end(r, err))
		return REQUEST_FATAL;
	return request_ask(ch->conn, ch, REQUEST_REPLY, want_reply,
	    IPC_SES_AGENT, &ask, err);
}

static enum request_result
run_agent(struct channel *ch, bool want_reply, struct reader *r,
    struct err *err)
{
	return ask_agent(ch, false, want_reply, r, err);
}

static enum request_result
run_agent_ietf(struct channel *ch, bool want_reply, struct reader *r,
    struct err *err)
{
	return ask_agent(ch, true, want_reply, r, err);
}

static enum request_result
start(struct channel *ch, enum start_kind kind, struct bytes command,
    bool want_reply, struct err *err)
{
	struct ipc_SES_START ask = {
		.channel = ch->id, .kind = (uint8_t)kind, .command = command,
	};

	ch->session.phase = SESSION_STARTING;
	name_type(ch, kind, command);
	return request_ask(ch->conn, ch, REQUEST_START, want_reply,
	    IPC_SES_START, &ask, err);
}

static enum request_result
run_shell(struct channel *ch, bool want_reply, struct reader *r,
    struct err *err)
{
	if (!rd_end(r, err))
		return REQUEST_FATAL;
	return start(ch, START_SHELL, (struct bytes){ 0 }, want_reply, err);
}

static enum request_result
run_exec(struct channel *ch, bool want_reply, struct reader *r,
    struct err *err)
{
	struct bytes command;

	if (!exec_request_parse(r, &command, err))
		return request_bad(err);
	return start(ch, START_EXEC, command, want_reply, err);
}

static enum request_result
run_subsystem(struct channel *ch, bool want_reply, struct reader *r,
    struct err *err)
{
	struct bytes name;

	if (!subsystem_request_parse(r, &name, err))
		return request_bad(err);
	return start(ch, START_SUBSYSTEM, name, want_reply, err);
}

static enum request_result
run_window_change(struct channel *ch, bool want_reply, struct reader *r,
    struct err *err)
{
	struct window_size m;
	struct ipc_SES_WINDOW tell;
	bool refused;

	(void)want_reply;
	if (!window_change_parse(r, &m, err))
		return request_bad(err);
	tell = (struct ipc_SES_WINDOW){
		.channel = ch->id,
		.columns = m.columns,
		.rows = m.rows,
		.x_pixels = m.x_pixels,
		.y_pixels = m.y_pixels,
	};
	if (!request_send(ch->conn, 0, IPC_SES_WINDOW, &tell, &refused, err))
		return REQUEST_FATAL;
	return refused ? REQUEST_NO : REQUEST_YES;
}

static enum request_result
run_signal(struct channel *ch, bool want_reply, struct reader *r,
    struct err *err)
{
	struct ipc_SES_SIGNAL ask = { .channel = ch->id };

	if (!signal_request_parse(r, &ask.name, err))
		return request_bad(err);
	return request_ask(ch->conn, ch, REQUEST_REPLY, want_reply,
	    IPC_SES_SIGNAL, &ask, err);
}

static enum request_result
run_break(struct channel *ch, bool want_reply, struct reader *r,
    struct err *err)
{
	struct ipc_SES_BREAK ask = { .channel = ch->id };
	uint32_t length_ms;

	if (!break_request_parse(r, &length_ms, err))
		return request_bad(err);
	if (!ch->session.has_pty)
		return REQUEST_NO;
	return request_ask(ch->conn, ch, REQUEST_REPLY, want_reply,
	    IPC_SES_BREAK, &ask, err);
}

static const struct session_request_row rows[] = {	/* by name */
	{ "agent-req",		true,	run_agent_ietf },
	{ "auth-agent-req@openssh.com", true, run_agent },
	{ "break",		false,	run_break },
	{ "env",		true,	run_env },
	{ "exec",		true,	run_exec },
	{ "pty-req",		true,	run_pty },
	{ "shell",		true,	run_shell },
	{ "signal",		false,	run_signal },
	{ "subsystem",		true,	run_subsystem },
	{ "window-change",	false,	run_window_change },
	{ "x11-req",		true,	run_x11 },
};

const struct session_request_row *
session_request_row(size_t i)
{
	return i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

enum request_result
session_request(struct channel *ch, const struct channel_request *m,
    struct reader *r, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!bytes_is(m->name, rows[i].name))
			continue;
		if (rows[i].before_start && ch->session.phase != SESSION_OPEN)
			return REQUEST_NO;
		return rows[i].run(ch, m->want_reply, r, err);
	}
	log_debug("channel request %s refused", log_safe(m->name).s);
	return REQUEST_NO;
}
