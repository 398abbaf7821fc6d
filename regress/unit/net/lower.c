/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "unit/net/lower.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>

#include "lib/base/log.h"

static struct lower *
of_conn(const struct conn *conn)
{
	return (struct lower *)(uintptr_t)((const char *)conn -
	    offsetof(struct lower, conn));
}

static void
must(bool ok)
{
	assert_true(ok);
}

/* ---- what the transport is asked for ---------------------------------- */

static void
keep_sent(struct lower *l, struct bytes head, struct bytes data)
{
	uint8_t *p = malloc(head.len + data.len);

	assert_true(l->sent_first + l->sent_count < LOWER_SENT_MAX);
	memcpy(p, head.p, head.len);
	if (data.len != 0)
		memcpy(p + head.len, data.p, data.len);
	l->sent[l->sent_first + l->sent_count].p = p;
	l->sent[l->sent_first + l->sent_count++].len = head.len + data.len;
}

struct writer *
packet_begin(struct conn *conn, uint8_t message)
{
	struct lower *l = of_conn(conn);

	assert_null(l->open.p);
	l->open = wr_init(l->payload, PACKET_ROOM);
	wr_u8(&l->open, message);
	return &l->open;
}

bool
packet_send(struct conn *conn, struct err *err)
{
	struct lower *l = of_conn(conn);

	assert_non_null(l->open.p);
	if (!wr_end(&l->open, err))
		return false;
	if (conn->state != CONN_CLOSING)
		keep_sent(l, wr_view(&l->open), (struct bytes){ 0 });
	l->open.p = NULL;
	l->unsent += l->probe_len;
	return true;
}

size_t
packet_data_room(struct conn *conn)
{
	return of_conn(conn)->no_data ? 0 : CHANNEL_PACKET_MAX;
}

bool
packet_is_shared(const struct conn *conn)
{
	return of_conn(conn)->shared;
}

bool
packet_flush(struct conn *conn, struct err *err)
{
	(void)err;
	of_conn(conn)->flushes++;
	return true;
}

uint8_t *
packet_data_reserve(struct conn *conn, size_t head_len, size_t max_len,
    struct err *err)
{
	struct lower *l = of_conn(conn);

	(void)err;
	assert_null(l->open.p);
	assert_true(head_len + max_len <= sizeof(l->payload));
	return l->payload + head_len;
}

bool
packet_data_send(struct conn *conn, struct bytes head, size_t data_len,
    struct err *err)
{
	struct lower *l = of_conn(conn);

	(void)err;
	keep_sent(l, head, bytes_of(l->payload + head.len, data_len));
	return true;
}

bool
transport_peer_is(const struct conn *conn, unsigned quirk)
{
	return (of_conn(conn)->quirks & quirk) != 0;
}

bool
transport_login(struct conn *conn, uint64_t rekey_bytes,
    uint32_t rekey_seconds, struct err *err)
{
	(void)rekey_bytes;
	(void)rekey_seconds;
	(void)err;
	of_conn(conn)->logins++;
	conn->state = CONN_OPEN;
	return true;
}

bool
transport_send_ext_info(struct conn *conn, struct bytes server_sig_algs,
    struct err *err)
{
	(void)server_sig_algs;
	(void)err;
	of_conn(conn)->ext_infos++;
	return true;
}

void
conn_fail(struct conn *conn, const struct err *err)
{
	of_conn(conn)->failed = true;
	of_conn(conn)->err = *err;
	conn->state = CONN_CLOSING;
}

void
conn_disconnect(struct conn *conn, uint32_t reason, const char *text)
{
	struct lower *l = of_conn(conn);

	l->disconnected = true;
	l->reason = reason;
	snprintf(l->text, sizeof(l->text), "%s", text);
	conn->state = CONN_CLOSING;
}

void
conn_part(struct conn *conn, uint32_t reason, const char *text)
{
	conn_disconnect(conn, reason, text);
}

size_t
packet_unsent(const struct conn *conn)
{
	return of_conn(conn)->unsent;
}

void
conn_end(struct conn *conn, int exit_status)
{
	(void)exit_status;
	of_conn(conn)->ended = true;
	conn->state = CONN_CLOSING;
}

const char *
conn_who(const struct conn *conn, char *buf, size_t len)
{
	snprintf(buf, len, "user %s", conn->user);
	return buf;
}

bool
conn_ask_either(struct conn *conn, enum ipc_id question, const void *fields,
    enum ipc_id answer, enum ipc_id other, struct ipc_message *reply,
    struct err *err)
{
	struct lower *l = of_conn(conn);

	must(ipc_encode(question, fields, l->question_bytes,
	    sizeof(l->question_bytes), &l->question_len, err));
	l->question = question;
	l->questions++;
	if (question == IPC_USER) {	/* answered without being told */
		*reply = (struct ipc_message){ .id = IPC_USER_REPLY };
		reply->u.USER_REPLY.banner = BYTES_LIT("welcome\n");
		reply->u.USER_REPLY.log_level = LOG_LEVEL_QUIET;
		return true;
	}
	if (other != l->expected)
		assert_int_equal(answer, l->expected);
	*reply = l->answer;
	l->answer.fd_count = 0;
	return true;
}

bool
conn_ask(struct conn *conn, enum ipc_id question, const void *fields,
    enum ipc_id answer, struct ipc_message *reply, struct err *err)
{
	return conn_ask_either(conn, question, fields, answer, answer, reply,
	    err);
}

/* ---- the connection under test ---------------------------------------- */

static int64_t
now_ms(const struct clock *clock)
{
	return ((const struct lower *)(const void *)((const char *)clock -
	    offsetof(struct lower, clock)))->now_ms;
}

struct lower *
lower_new(void)
{
	struct lower *l = calloc(1, sizeof(*l));
	struct err err;

	signal(SIGPIPE, SIG_IGN);
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
	l->sent = calloc(LOWER_SENT_MAX, sizeof(*l->sent));
	l->clock.now_ms = now_ms;
	l->now_ms = 1000;
	l->conn.state = CONN_AUTH;
	ipc_init(&l->conn.session, -1, SESSION_TO_NET);
	ipc_init(&l->session, -1, NET_TO_SESSION);
	must(loop_init(&l->conn.loop, &l->clock, &err));
	return l;
}

struct lower *
lower_new_logged_in(uint32_t max_sessions)
{
	struct lower *l = lower_new();
	struct err err;
	int fds[2];

	must(ipc_pair(fds, &err));
	ipc_init(&l->conn.session, fds[0], SESSION_TO_NET);
	ipc_init(&l->session, fds[1], NET_TO_SESSION);
	assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	l->conn.state = CONN_OPEN;
	must(channels_login(&l->conn, max_sessions, &err));
	return l;
}

void
lower_free(struct lower *l)
{
	channels_clear(&l->conn);
	auth_clear(&l->conn.auth);
	ipc_message_clear(&l->message);
	ipc_clear(&l->conn.session);
	ipc_clear(&l->session);
	loop_clear(&l->conn.loop);
	lower_forget_sent(l);
	free(l->sent);
	free(l);
}

bool
lower_recv(struct lower *l, uint8_t message, struct bytes fields)
{
	static msg_handler *const handlers[256] = {
		[SSH_MSG_USERAUTH_REQUEST] = recv_userauth_request,
		[SSH_MSG_USERAUTH_61] = recv_userauth_info_response,
		[SSH_MSG_GLOBAL_REQUEST] = recv_global_request,
		[SSH_MSG_REQUEST_SUCCESS] = recv_request_success,
		[SSH_MSG_REQUEST_FAILURE] = recv_request_failure,
		[SSH_MSG_CHANNEL_OPEN] = recv_channel_open,
		[SSH_MSG_CHANNEL_OPEN_CONFIRMATION] =
		    recv_channel_open_confirmation,
		[SSH_MSG_CHANNEL_OPEN_FAILURE] = recv_channel_open_failure,
		[SSH_MSG_CHANNEL_WINDOW_ADJUST] = recv_channel_window_adjust,
		[SSH_MSG_CHANNEL_DATA] = recv_channel_data,
		[SSH_MSG_CHANNEL_EXTENDED_DATA] = recv_channel_extended_data,
		[SSH_MSG_CHANNEL_EOF] = recv_channel_eof,
		[SSH_MSG_CHANNEL_CLOSE] = recv_channel_close,
		[SSH_MSG_CHANNEL_REQUEST] = recv_channel_request,
		[SSH_MSG_CHANNEL_SUCCESS] = recv_channel_success,
		[SSH_MSG_CHANNEL_FAILURE] = recv_channel_failure,
	};
	struct reader r = rd_init(fields);

	assert_non_null(handlers[message]);
	return handlers[message](&l->conn, &r, &l->err);
}

void
lower_wait(struct lower *l)
{
	struct err err;

	must(loop_step(&l->conn.loop, 5000, &err));
	lower_round(l);
}

void
lower_round(struct lower *l)
{
	struct err err;

	must(channels_input_end(&l->conn, &err));
	for (int i = 0; i < 20; i++)
		must(loop_step(&l->conn.loop, 0, &err));
}

/* ---- what it sent ----------------------------------------------------- */

struct bytes
lower_sent(struct lower *l)
{
	size_t i = l->sent_first;

	if (l->sent_count == 0)
		return (struct bytes){ 0 };
	l->sent_first++;
	l->sent_count--;
	/* freed by lower_forget_sent() */
	return bytes_of(l->sent[i].p, l->sent[i].len);
}

void
lower_forget_sent(struct lower *l)
{
	for (size_t i = 0; i < l->sent_first + l->sent_count; i++)
		free(l->sent[i].p);
	l->sent_first = l->sent_count = 0;
}

void
lower_assert_sent(struct lower *l, uint8_t message, struct bytes fields)
{
	struct bytes got = lower_sent(l);

	if (got.len == 0)
		fail_msg("nothing was sent, wanted message %u", message);
	if (got.p[0] != message)
		fail_msg("message %u was sent, wanted %u", got.p[0], message);
	assert_int_equal(got.len - 1, fields.len);
	assert_memory_equal(got.p + 1, fields.p, fields.len);
}

/* ---- the session process ---------------------------------------------- */

void
lower_session_gets(struct lower *l, enum ipc_id id)
{
	struct err err;
	bool got;

	ipc_message_clear(&l->message);
	must(ipc_recv(&l->session, SES_OPEN, &l->message, &got, &err));
	if (!got)
		fail_msg("the session process got nothing, wanted %s",
		    ipc_rows[id].name);
	assert_string_equal(ipc_rows[l->message.id].name, ipc_rows[id].name);
}

bool
lower_session_gets_nothing(struct lower *l)
{
	struct err err;
	bool got;

	ipc_message_clear(&l->message);
	must(ipc_recv(&l->session, SES_OPEN, &l->message, &got, &err));
	return !got;
}

void
lower_session_says(struct lower *l, enum ipc_id id, const void *fields,
    const int *fds, unsigned fd_count)
{
	struct err err;

	must(ipc_send_fds(&l->session, id, fields, fds, fd_count, &err));
	lower_round(l);
}

void
lower_session_done(struct lower *l, uint32_t request, bool ok, uint32_t port)
{
	struct ipc_SES_DONE done = {
		.request = request, .ok = ok, .port = port,
	};

	lower_session_says(l, IPC_SES_DONE, &done, NULL, 0);
}

/* ---- common beginnings ------------------------------------------------ */

void
lower_open_session(struct lower *l)
{
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN,
	    N7 "session" PEER WINDOW PACKET));
	lower_session_gets(l, IPC_SES_OPEN);
	assert_int_equal(l->message.u.SES_OPEN.channel, 0);
	SENT(l, SSH_MSG_CHANNEL_OPEN_CONFIRMATION, PEER N0 N0 PACKET);
}

static void
start(struct lower *l, struct ipc_SES_STARTED started, const int *fds,
    unsigned fd_count)
{
	assert_true(RECV(l, SSH_MSG_CHANNEL_REQUEST,
	    N0 N5 "shell\1"));
	lower_session_gets(l, IPC_SES_START);
	started.request = l->message.u.SES_START.request;
	lower_session_says(l, IPC_SES_STARTED, &started, fds, fd_count);
	SENT(l, SSH_MSG_CHANNEL_SUCCESS, PEER);
	SENT(l, SSH_MSG_CHANNEL_WINDOW_ADJUST, PEER WINDOW);
	SENT_NOTHING(l);
}

void
lower_start_program(struct lower *l, int ends[3])
{
	int in[2], out[2], error[2], fds[3];

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	assert_int_equal(pipe(error), 0);
	fds[0] = in[1];
	fds[1] = out[0];
	fds[2] = error[0];
	start(l, (struct ipc_SES_STARTED){ 0 }, fds, 3);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	ends[0] = in[0];
	ends[1] = out[1];
	ends[2] = error[1];
}

void
lower_start_shared(struct lower *l, struct shared_pipe *input, int *output)
{
	int bell[2], out[2], fds[3];
	struct err err;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, bell), 0);
	assert_int_equal(pipe(out), 0);
	assert_true(shared_pipe_make(&fds[2], &err));
	assert_true(shared_pipe_map_reader(input, fds[2], bell[0], &err));
	fds[0] = bell[1];
	fds[1] = out[0];
	start(l, (struct ipc_SES_STARTED){ .input_is_shared = 1 }, fds, 3);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	*output = out[1];
}

void
lower_start_pty(struct lower *l, int *slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	struct termios raw;

	assert_true(master != -1);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	*slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(*slave != -1);
	assert_int_equal(tcgetattr(*slave, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(*slave, TCSANOW, &raw), 0);
	start(l, (struct ipc_SES_STARTED){ .is_pty = 1 }, &master, 1);
	close(master);
}

int
lower_open_direct_as(struct lower *l, uint32_t number, uint32_t window,
    uint32_t packet_max)
{
	struct ipc_CONNECTED connected;
	uint8_t buf[128];
	struct writer w = wr_init(buf, sizeof(buf));
	struct open_confirmation confirmation;
	const struct channel_open open = {
		.type = BYTES_LIT("direct-tcpip"),
		.sender_channel = 42 + number,
		.initial_window_size = window,
		.maximum_packet_size = packet_max,
	};
	const struct open_tcp tcp = {
		.host = BYTES_LIT("h"), .port = 80,
		.originator = BYTES_LIT("o"), .originator_port = 1,
	};
	struct bytes sent;
	struct reader r;
	int fds[2];

	channel_open_build(&open, &w);
	open_tcp_build(&tcp, &w);
	assert_true(lower_recv(l, SSH_MSG_CHANNEL_OPEN, wr_view(&w)));
	lower_session_gets(l, IPC_CONNECT_TCP);
	connected.request = l->message.u.CONNECT_TCP.request;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	lower_session_says(l, IPC_CONNECTED, &connected, &fds[0], 1);
	close(fds[0]);
	sent = lower_sent(l);
	assert_int_equal(sent.len != 0 ? sent.p[0] : 0,
	    SSH_MSG_CHANNEL_OPEN_CONFIRMATION);
	r = rd_init(bytes_of(sent.p + 1, sent.len - 1));
	must(open_confirmation_parse(&r, &confirmation, &l->err));
	assert_int_equal(confirmation.recipient_channel, 42 + number);
	assert_int_equal(confirmation.sender_channel, number);
	return fds[1];
}

int
lower_open_direct(struct lower *l)
{
	return lower_open_direct_as(l, 0, 2097152, 32768);
}

bool
lower_recv_data(struct lower *l, uint32_t number, size_t len, uint8_t byte)
{
	static uint8_t buf[8 + 32768];
	struct err err;

	memset(buf, byte, sizeof(buf));
	while (len != 0) {
		uint32_t part = (uint32_t)MIN(len, sizeof(buf) - 8);

		put_u32(buf, number);
		put_u32(buf + 4, part);
		if (!lower_recv(l, SSH_MSG_CHANNEL_DATA,
		    bytes_of(buf, 8 + part)) ||
		    !channels_input_end(&l->conn, &err))
			return false;
		/* as the next read(2) does */
		memset(buf, ~byte, sizeof(buf));
		memset(buf + 8, byte, sizeof(buf) - 8);
		len -= part;
	}
	return true;
}
