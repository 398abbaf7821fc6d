/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <fcntl.h>

#include "sshd/net/global_requests.h"
#include "sshd/net/session_requests.h"
#include "unit/net/lower.h"

#define GLOBAL_UNKNOWN	N1 "?\1"

/* CHANNEL_REQUEST for our channel 0. */
static bool
ask(struct lower *l, const char *name, bool want_reply, struct bytes fields)
{
	static uint8_t buf[PAYLOAD_MAX];
	struct writer w = wr_init(buf, sizeof(buf));

	channel_request_build(0, name, want_reply, &w);
	wr_bytes(&w, fields.p, fields.len);
	return lower_recv(l, SSH_MSG_CHANNEL_REQUEST, wr_view(&w));
}

static bool
ask_globally(struct lower *l, const char *name, bool want_reply,
    struct bytes fields)
{
	static uint8_t buf[PAYLOAD_MAX];
	struct writer w = wr_init(buf, sizeof(buf));

	global_request_build(name, want_reply, &w);
	wr_bytes(&w, fields.p, fields.len);
	return lower_recv(l, SSH_MSG_GLOBAL_REQUEST, wr_view(&w));
}

#define PTY	BYTES_LIT(N5 "xterm" "\0\0\0\120" "\0\0\0\30" N0 N0 N1 "\0")
#define ENV	BYTES_LIT(N4 "LANG" N1 "C")

/* ---- order of replies ------------------------------------------------- */

static void
requests__replies_of_a_channel_keep_the_order_of_its_requests(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	uint32_t pty, env;

	(void)state;
	lower_open_session(l);
	assert_true(ask(l, "pty-req", true, PTY));
	assert_true(ask(l, "unknown", true, (struct bytes){ 0 }));
	assert_true(ask(l, "env", true, ENV));
	lower_session_gets(l, IPC_SES_PTY);
	assert_int_equal(l->message.u.SES_PTY.columns, 80);
	assert_true(bytes_is(l->message.u.SES_PTY.term, "xterm"));
	pty = l->message.u.SES_PTY.request;
	lower_session_gets(l, IPC_SES_ENV);
	env = l->message.u.SES_ENV.request;
	SENT_NOTHING(l);
	/* answered last first */
	lower_session_done(l, env, true, 0);
	SENT_NOTHING(l);
	lower_session_done(l, pty, true, 0);
	SENT(l, SSH_MSG_CHANNEL_SUCCESS, PEER);
	SENT(l, SSH_MSG_CHANNEL_FAILURE, PEER);
	SENT(l, SSH_MSG_CHANNEL_SUCCESS, PEER);
	SENT_NOTHING(l);
	assert_int_equal(l->conn.channels.request_count, 0);
	lower_free(l);
}

static void
requests__global_replies_keep_their_order_and_carry_the_port(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	uint32_t any, fixed;

	(void)state;
	assert_true(ask_globally(l, "tcpip-forward", true, BYTES_LIT(N1 "*"
	    N0)));
	assert_true(RECV(l, SSH_MSG_GLOBAL_REQUEST, GLOBAL_UNKNOWN));
	assert_true(ask_globally(l, "tcpip-forward", true, BYTES_LIT(N1 "*"
	    "\0\0\37\220")));
	assert_true(ask_globally(l, "no-more-sessions@openssh.com", true,
	    (struct bytes){ 0 }));
	lower_session_gets(l, IPC_LISTEN_TCP);
	any = l->message.u.LISTEN_TCP.request;
	lower_session_gets(l, IPC_LISTEN_TCP);
	assert_int_equal(l->message.u.LISTEN_TCP.port, 8080);
	fixed = l->message.u.LISTEN_TCP.request;
	lower_session_done(l, fixed, true, 8080);
	SENT_NOTHING(l);
	lower_session_done(l, any, true, 0x1234);
	SENT(l, SSH_MSG_REQUEST_SUCCESS, "\0\0\22\64");
	SENT(l, SSH_MSG_REQUEST_FAILURE, "");
	SENT(l, SSH_MSG_REQUEST_SUCCESS, "");
	SENT(l, SSH_MSG_REQUEST_SUCCESS, "");
	SENT_NOTHING(l);
	lower_free(l);
}

static void
requests__channels_do_not_wait_for_each_other(void **state)
{
	struct lower *l = lower_new_logged_in(2);

	(void)state;
	lower_open_session(l);
	assert_true(ask(l, "env", true, ENV));
	lower_session_gets(l, IPC_SES_ENV);
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN,
	    N7 "session" N5 WINDOW PACKET));
	SENT(l, SSH_MSG_CHANNEL_OPEN_CONFIRMATION, N5 N1 N0 PACKET);
	assert_true(RECV(l, SSH_MSG_CHANNEL_REQUEST, N1 N1 "?\1"));
	SENT(l, SSH_MSG_CHANNEL_FAILURE, N5);
	assert_true(RECV(l, SSH_MSG_GLOBAL_REQUEST, GLOBAL_UNKNOWN));
	SENT(l, SSH_MSG_REQUEST_FAILURE, "");
	lower_free(l);
}

static void
requests__one_that_wants_no_reply_gets_none(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	uint32_t pty;

	(void)state;
	lower_open_session(l);
	assert_true(ask(l, "pty-req", false, PTY));
	assert_true(ask(l, "env", false, ENV));
	assert_true(ask(l, "unknown", false, (struct bytes){ 0 }));
	lower_session_gets(l, IPC_SES_PTY);
	pty = l->message.u.SES_PTY.request;
	lower_session_gets(l, IPC_SES_ENV);
	lower_session_done(l, pty, true, 0);
	lower_session_done(l, l->message.u.SES_ENV.request, false, 0);
	SENT_NOTHING(l);
	lower_free(l);
}

static void
requests__answers_for_a_channel_that_has_gone_are_nobodys(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	uint32_t env;

	(void)state;
	lower_open_session(l);
	assert_true(ask(l, "env", true, ENV));
	lower_session_gets(l, IPC_SES_ENV);
	env = l->message.u.SES_ENV.request;
	assert_true(ask(l, "unknown", true, (struct bytes){ 0 }));
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	lower_session_gets(l, IPC_SES_CLOSE);
	lower_open_session(l);
	lower_session_done(l, env, true, 0);
	SENT_NOTHING(l);
	assert_false(l->failed);
	assert_int_equal(l->conn.channels.request_count, 0);
	lower_free(l);
}

static void
requests__a_session_process_that_answers_nothing_asked_ends_the_connection(
    void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	lower_session_done(l, 77, true, 0);
	assert_true(l->failed);
	assert_string_equal(l->err.what, "answer to no request");
	lower_free(l);
}

static void
say_remark(struct lower *l, unsigned remark)
{
	const struct ipc_SES_REMARK m = { .remark = (uint8_t)remark };

	lower_session_says(l, IPC_SES_REMARK, &m, NULL, 0);
}

static void
requests__a_remark_is_told_and_what_is_none_ends_the_connection(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	say_remark(l, REMARK_PORT_REFUSED);
	SENT(l, SSH_MSG_DEBUG, "\0" "\0\0\0\27" "port forwarding refused" N0);
	for (unsigned i = 0; i < REMARK_COUNT; i++) {
		say_remark(l, i);
		assert_int_not_equal(lower_sent(l).len, 0);
	}
	l->quirks = PEER_NO_DEBUG;
	say_remark(l, REMARK_PORT_REFUSED);
	l->quirks = 0;
	l->unsent = OUT_STOP_READING + 1;
	say_remark(l, REMARK_PORT_REFUSED);
	SENT_NOTHING(l);
	assert_false(l->failed);
	say_remark(l, REMARK_COUNT);
	assert_true(l->failed);
	assert_string_equal(l->err.what, "remark");
	lower_free(l);
}

static void
requests__the_end_of_the_session_process_ends_the_connection(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	ipc_clear(&l->session);
	lower_round(l);
	assert_true(l->disconnected);
	lower_free(l);
}

/* ---- bounds ----------------------------------------------------------- */

static void
requests__unanswered_ones_are_bounded(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int accepted = 0;

	(void)state;
	lower_open_session(l);
	for (int i = 0; i < ENV_COUNT_MAX; i++)
		assert_true(ask(l, "env", true, ENV));
	while (accepted <= PENDING_REQUESTS_MAX &&
	    ask(l, "unknown", true, (struct bytes){ 0 }))
		accepted++;
	assert_int_equal(accepted, PENDING_REQUESTS_MAX - ENV_COUNT_MAX);
	assert_string_equal(l->err.what, "too many unanswered requests");
	lower_free(l);
}

static void
requests__connects_are_bounded_politely(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	for (int i = 0; i <= PENDING_REQUESTS_MAX; i++)
		assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN, "\0\0\0\14"
		    "direct-tcpip" PEER WINDOW PACKET N1 "h" "\0\0\0\120"
		    N1 "o" N1));
	SENT(l, SSH_MSG_CHANNEL_OPEN_FAILURE,
	    PEER N2 "\0\0\0\13" "open failed" N0);
	SENT_NOTHING(l);
	assert_int_equal(l->conn.channels.channel_count,
	    PENDING_REQUESTS_MAX);
	lower_free(l);
}

static void
requests__the_environment_is_bounded(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	lower_open_session(l);
	for (int i = 0; i < ENV_COUNT_MAX; i++) {
		assert_true(ask(l, "env", false, ENV));
		lower_session_gets(l, IPC_SES_ENV);
	}
	assert_true(ask(l, "env", true, ENV));
	SENT(l, SSH_MSG_CHANNEL_FAILURE, PEER);
	assert_true(lower_session_gets_nothing(l));
	lower_free(l);
}

static void
requests__a_session_process_that_is_stuck_makes_them_fail(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	static uint8_t value[4 + 4 + 4 + ENV_VALUE_MAX];
	struct writer w = wr_init(value, sizeof(value));
	struct bytes sent;
	bool refused = false;

	(void)state;
	wr_cstring(&w, "LANG");
	wr_u32(&w, ENV_VALUE_MAX);
	(void)wr_reserve(&w, ENV_VALUE_MAX);
	lower_open_session(l);
	/* it reads nothing: socket and queue fill up */
	for (int i = 0; i < ENV_COUNT_MAX && !refused; i++) {
		assert_true(ask(l, "env", false, wr_view(&w)));
		refused = l->conn.session.unsent_bytes + ENV_VALUE_MAX >
		    IPC_QUEUE_MAX;
	}
	assert_true(refused);
	assert_true(ask(l, "env", true, wr_view(&w)));
	sent = lower_sent(l);
	assert_int_equal(sent.len, 5);
	assert_int_equal(sent.p[0], SSH_MSG_CHANNEL_FAILURE);
	assert_int_equal(l->conn.channels.request_count, 0);
	lower_free(l);
}

/* ---- what may be asked when ------------------------------------------- */

static void
session_requests__what_belongs_before_the_start_is_refused_after_it(
    void **state)
{
	static const struct {
		const char *name;
		struct bytes fields;
	} cases[] = {
		{ "pty-req", PTY }, { "env", ENV },
		{ "shell", { 0 } }, { "exec", BYTES_LIT(N1 "w") },
		{ "subsystem", BYTES_LIT(N4 "sftp") },
	};
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	lower_open_session(l);
	assert_true(ask(l, "shell", false, (struct bytes){ 0 }));
	lower_session_gets(l, IPC_SES_START);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_true(ask(l, cases[i].name, false, cases[i].fields));
	assert_true(lower_session_gets_nothing(l));
	SENT_NOTHING(l);
	lower_free(l);
}

static void
session_requests__a_start_that_failed_may_be_tried_again(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	lower_open_session(l);
	assert_true(ask(l, "subsystem", true, BYTES_LIT(N4 "sftp")));
	lower_session_gets(l, IPC_SES_START);
	assert_int_equal(l->message.u.SES_START.kind, START_SUBSYSTEM);
	lower_session_done(l, l->message.u.SES_START.request, false, 0);
	SENT(l, SSH_MSG_CHANNEL_FAILURE, PEER);
	assert_true(ask(l, "exec", true, BYTES_LIT(N4 "true")));
	lower_session_gets(l, IPC_SES_START);
	assert_int_equal(l->message.u.SES_START.kind, START_EXEC);
	assert_true(bytes_is(l->message.u.SES_START.command, "true"));
	lower_free(l);
}

static void
session_requests__a_second_pty_disconnects_but_not_after_a_refusal(
    void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	lower_open_session(l);
	assert_true(ask(l, "pty-req", true, PTY));
	lower_session_gets(l, IPC_SES_PTY);
	lower_session_done(l, l->message.u.SES_PTY.request, false, 0);
	SENT(l, SSH_MSG_CHANNEL_FAILURE, PEER);
	assert_true(ask(l, "pty-req", true, PTY));
	lower_session_gets(l, IPC_SES_PTY);
	assert_false(ask(l, "pty-req", true, PTY));
	assert_string_equal(l->err.what,
	    "Protocol error: you already have a pty.");
	lower_free(l);
}

static void
session_requests__window_signal_and_break_reach_the_session(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int slave;

	(void)state;
	lower_open_session(l);
	assert_true(ask(l, "break", true, BYTES_LIT(N0)));
	SENT(l, SSH_MSG_CHANNEL_FAILURE, PEER);		/* no pty */
	assert_true(ask(l, "pty-req", false, PTY));
	lower_session_gets(l, IPC_SES_PTY);
	lower_session_done(l, l->message.u.SES_PTY.request, true, 0);
	lower_start_pty(l, &slave);
	assert_true(ask(l, "window-change", true, BYTES_LIT(N1 N2 N3 N4)));
	SENT(l, SSH_MSG_CHANNEL_SUCCESS, PEER);
	lower_session_gets(l, IPC_SES_WINDOW);
	assert_int_equal(l->message.u.SES_WINDOW.rows, 2);
	assert_true(ask(l, "signal", true, BYTES_LIT(N4 "TERM")));
	lower_session_gets(l, IPC_SES_SIGNAL);
	assert_true(bytes_is(l->message.u.SES_SIGNAL.name, "TERM"));
	lower_session_done(l, l->message.u.SES_SIGNAL.request, false, 0);
	SENT(l, SSH_MSG_CHANNEL_FAILURE, PEER);
	assert_true(ask(l, "break", true, BYTES_LIT(N5)));
	lower_session_gets(l, IPC_SES_BREAK);
	close(slave);
	lower_free(l);
}

static void
session_requests__x11_and_agents_reach_the_session(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	const struct ipc_SES_X11 *x11 = &l->message.u.SES_X11;

	(void)state;
	lower_open_session(l);
	assert_true(ask(l, "x11-req", true, BYTES_LIT("\1" N1 "p" N2 "ck"
	    N5)));
	lower_session_gets(l, IPC_SES_X11);
	assert_int_equal(x11->single, 1);
	assert_true(bytes_is(x11->protocol, "p"));
	assert_true(bytes_is(x11->cookie, "ck"));
	assert_int_equal(x11->screen, 5);
	lower_session_done(l, x11->request, true, 0);
	SENT(l, SSH_MSG_CHANNEL_SUCCESS, PEER);
	assert_true(ask(l, "agent-req", true, (struct bytes){ 0 }));
	lower_session_gets(l, IPC_SES_AGENT);
	assert_int_equal(l->message.u.SES_AGENT.is_ietf, 1);
	lower_session_done(l, l->message.u.SES_AGENT.request, false, 0);
	SENT(l, SSH_MSG_CHANNEL_FAILURE, PEER);
	assert_true(ask(l, "auth-agent-req@openssh.com", false,
	    (struct bytes){ 0 }));
	lower_session_gets(l, IPC_SES_AGENT);
	assert_int_equal(l->message.u.SES_AGENT.is_ietf, 0);
	SENT_NOTHING(l);
	lower_free(l);
}

static void
session_requests__values_too_long_are_refused_but_torn_ones_end_it(
    void **state)
{
	struct lower *l = lower_new_logged_in(1);
	static uint8_t command[4 + COMMAND_MAX + 1];

	(void)state;
	lower_open_session(l);
	put_u32(command, COMMAND_MAX + 1);
	assert_true(ask(l, "exec", true, bytes_of(command, sizeof(command))));
	SENT(l, SSH_MSG_CHANNEL_FAILURE, PEER);
	assert_true(lower_session_gets_nothing(l));
	assert_false(ask(l, "exec", true, BYTES_LIT(N4 "tru")));
	assert_false(ask(l, "shell", true, BYTES_LIT("x")));
	lower_free(l);
}

static void
session_requests__the_table_is_sorted_and_whole(void **state)
{
	const struct session_request_row *row, *before = NULL;

	(void)state;
	for (size_t i = 0; (row = session_request_row(i)) != NULL; i++) {
		assert_non_null(row->run);
		if (before != NULL)
			assert_true(strcmp(before->name, row->name) < 0);
		before = row;
	}
}

/* ---- global requests -------------------------------------------------- */

static void
global_requests__useless_or_impossible_forwards_are_refused(void **state)
{
	static const struct {
		const char *name;
		bool want_reply;
		struct bytes fields;
	} cases[] = {
		/* port 0 and no reply that would tell which */
		{ "tcpip-forward", false, BYTES_LIT(N1 "*" N0) },
		{ "tcpip-forward", true, BYTES_LIT(N1 "*" "\0\1\0\0") },
		{ "tcpip-forward", true, BYTES_LIT(N3 "a\0b" N5) },
		{ "cancel-tcpip-forward", true,
		    BYTES_LIT(N1 "*" "\0\1\0\0") },
		{ "streamlocal-forward@openssh.com", true,
		    BYTES_LIT(N3 "/\0b") },
		{ "keepalive@openssh.com", true, { 0 } },
		{ "hostkeys-prove-00@openssh.com", true, { 0 } },
		{ "hostkeys-prove-00@openssh.com", true,
		    BYTES_LIT(N3 "who") },
	};
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(ask_globally(l, cases[i].name,
		    cases[i].want_reply, cases[i].fields));
		if (cases[i].want_reply)
			SENT(l, SSH_MSG_REQUEST_FAILURE, "");
		SENT_NOTHING(l);
		assert_true(lower_session_gets_nothing(l));
	}
	lower_free(l);
}

static void
global_requests__streams_and_cancels_reach_the_session(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	assert_true(ask_globally(l, "streamlocal-forward@openssh.com", true,
	    BYTES_LIT(N2 "/s")));
	lower_session_gets(l, IPC_LISTEN_STREAM);
	assert_true(bytes_is(l->message.u.LISTEN_STREAM.path, "/s"));
	lower_session_done(l, l->message.u.LISTEN_STREAM.request, true, 0);
	SENT(l, SSH_MSG_REQUEST_SUCCESS, "");
	assert_true(ask_globally(l, "cancel-streamlocal-forward@openssh.com",
	    true, BYTES_LIT(N2 "/s")));
	lower_session_gets(l, IPC_CANCEL_STREAM);
	assert_true(ask_globally(l, "cancel-tcpip-forward", false,
	    BYTES_LIT(N1 "h" N5)));
	lower_session_gets(l, IPC_CANCEL_TCP);
	assert_int_equal(l->message.u.CANCEL_TCP.port, 5);
	lower_free(l);
}

static void
global_requests__host_keys_are_told_and_each_is_proved_once(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	struct ipc_message answer = { .id = IPC_HOSTKEY_PROOF_REPLY };

	(void)state;
	l->conn.setup.prove_keys = BYTES_LIT(N2 "k1" N2 "k2");
	l->conn.transport.kex.first_host_key_algorithm =
	    BYTES_LIT("rsa-sha2-256-cert-v01@openssh.com");
	assert_true(global_send_host_keys(&l->conn, &l->err));
	SENT(l, SSH_MSG_GLOBAL_REQUEST, "\0\0\0\27"
	    "hostkeys-00@openssh.com\0" N2 "k1" N2 "k2");
	answer.u.HOSTKEY_PROOF_REPLY.signature = BYTES_LIT("sig");
	l->answer = answer;
	l->expected = IPC_HOSTKEY_PROOF_REPLY;
	assert_true(ask_globally(l, "hostkeys-prove-00@openssh.com", true,
	    BYTES_LIT(N2 "k2" N2 "k1")));
	assert_int_equal(l->questions, 2);
	/* the last question: which key, and how an RSA key would sign */
	assert_memory_equal(l->question_bytes + 1,
	    N2 "k1" "\0\0\0\14" "rsa-sha2-256", l->question_len - 1);
	SENT(l, SSH_MSG_REQUEST_SUCCESS, N3 "sig" N3 "sig");
	assert_false(ask_globally(l, "hostkeys-prove-00@openssh.com", true,
	    BYTES_LIT(N2 "k2")));
	assert_string_equal(l->err.what, "host key to be proved again");
	lower_free(l);
}

static void
global_requests__the_table_is_sorted_and_whole(void **state)
{
	const struct global_request_row *row, *before = NULL;

	(void)state;
	for (size_t i = 0; (row = global_request_row(i)) != NULL; i++) {
		assert_non_null(row->run);
		if (before != NULL)
			assert_true(strcmp(before->name, row->name) < 0);
		before = row;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(requests__replies_of_a_channel_keep_the_order_of_its_requests),
		TEST(requests__global_replies_keep_their_order_and_carry_the_port),
		TEST(requests__channels_do_not_wait_for_each_other),
		TEST(requests__one_that_wants_no_reply_gets_none),
		TEST(requests__answers_for_a_channel_that_has_gone_are_nobodys),
		TEST(requests__a_session_process_that_answers_nothing_asked_ends_the_connection),
		TEST(requests__a_remark_is_told_and_what_is_none_ends_the_connection),
		TEST(requests__the_end_of_the_session_process_ends_the_connection),
		TEST(requests__unanswered_ones_are_bounded),
		TEST(requests__connects_are_bounded_politely),
		TEST(requests__the_environment_is_bounded),
		TEST(requests__a_session_process_that_is_stuck_makes_them_fail),
		TEST(session_requests__what_belongs_before_the_start_is_refused_after_it),
		TEST(session_requests__a_start_that_failed_may_be_tried_again),
		TEST(session_requests__a_second_pty_disconnects_but_not_after_a_refusal),
		TEST(session_requests__window_signal_and_break_reach_the_session),
		TEST(session_requests__x11_and_agents_reach_the_session),
		TEST(session_requests__values_too_long_are_refused_but_torn_ones_end_it),
		TEST(session_requests__the_table_is_sorted_and_whole),
		TEST(global_requests__useless_or_impossible_forwards_are_refused),
		TEST(global_requests__streams_and_cancels_reach_the_session),
		TEST(global_requests__host_keys_are_told_and_each_is_proved_once),
		TEST(global_requests__the_table_is_sorted_and_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
