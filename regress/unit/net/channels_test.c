/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <fcntl.h>
#include <sys/socket.h>

#include "unit/net/lower.h"

static void
exited(struct lower *l, uint32_t status)
{
	struct ipc_SES_EXITED m = { .status = status };

	lower_session_says(l, IPC_SES_EXITED, &m, NULL, 0);
}

static void
close_all(int ends[3])
{
	for (int i = 0; i < 3; i++) {
		if (ends[i] != -1)
			close(ends[i]);
		ends[i] = -1;
	}
}

/* ---- opening ---------------------------------------------------------- */

static void
channels__sessions_above_the_limit_are_refused_and_the_rest_live(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	lower_open_session(l);
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN,
	    N7 "session" N5 WINDOW PACKET));
	SENT(l, SSH_MSG_CHANNEL_OPEN_FAILURE,
	    N5 N2 "\0\0\0\13" "open failed" N0);
	assert_true(lower_session_gets_nothing(l));
	/* closing one makes room at once, even in the same segment */
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN,
	    N7 "session" N5 WINDOW PACKET));
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	SENT(l, SSH_MSG_CHANNEL_OPEN_CONFIRMATION, N5 N0 N0 PACKET);
	lower_session_gets(l, IPC_SES_CLOSE);
	lower_session_gets(l, IPC_SES_OPEN);
	lower_free(l);
}

static void
channels__unknown_types_are_refused_by_any_name(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN, N3 "x11" N5 WINDOW PACKET));
	SENT(l, SSH_MSG_CHANNEL_OPEN_FAILURE,
	    N5 N2 "\0\0\0\13" "open failed" N0);
	/* only we open these; a NUL does not end a name */
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN, "\0\0\0\17"
	    "forwarded-tcpip" N5 WINDOW PACKET));
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN,
	    "\0\0\0\10" "session\0" N5 WINDOW PACKET));
	assert_int_equal(l->sent_count, 2);
	assert_true(lower_session_gets_nothing(l));
	lower_free(l);
}

static void
channels__after_no_more_sessions_another_one_disconnects(void **state)
{
	struct lower *l = lower_new_logged_in(10);

	(void)state;
	assert_true(RECV(l, SSH_MSG_GLOBAL_REQUEST, "\0\0\0\34"
	    "no-more-sessions@openssh.com\0"));
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN,
	    N7 "session" N5 WINDOW PACKET));
	assert_true(l->disconnected);
	assert_string_equal(l->text, "Possible attack: attempt to open a "
	    "session after additional sessions disabled");
	lower_free(l);
}

static void
channels__ports_above_65535_and_embedded_nuls_never_reach_the_session(
    void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN, "\0\0\0\14" "direct-tcpip"
	    PEER WINDOW PACKET N1 "h" "\0\1\0\26" N1 "o" N1));
	SENT(l, SSH_MSG_CHANNEL_OPEN_FAILURE,
	    PEER N1 "\0\0\0\13" "open failed" N0);
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN, "\0\0\0\14" "direct-tcpip"
	    PEER WINDOW PACKET N3 "h\0x" "\0\0\0\26" N1 "o" N1));
	SENT(l, SSH_MSG_CHANNEL_OPEN_FAILURE,
	    PEER N1 "\0\0\0\13" "open failed" N0);
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN, "\0\0\0\36"
	    "direct-streamlocal@openssh.com" PEER WINDOW PACKET
	    N4 "/a\0b" N0 N0));
	SENT(l, SSH_MSG_CHANNEL_OPEN_FAILURE,
	    PEER N2 "\0\0\0\13" "open failed" N0);
	assert_true(lower_session_gets_nothing(l));
	lower_free(l);
}

static void
channels__a_failed_connect_is_told_with_reason_and_text(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	struct ipc_CONNECT_FAILED failed = { .reason = 2,
	    .text = BYTES_LIT("Connection refused") };

	(void)state;
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN, "\0\0\0\14" "direct-tcpip"
	    PEER WINDOW PACKET N1 "h" "\0\0\0\120" N1 "o" N1));
	lower_session_gets(l, IPC_CONNECT_TCP);
	SENT_NOTHING(l);
	/* not known to the peer yet: its number is nobody's */
	assert_false(RECV(l, SSH_MSG_CHANNEL_EOF, N0));
	failed.request = l->message.u.CONNECT_TCP.request;
	lower_session_says(l, IPC_CONNECT_FAILED, &failed, NULL, 0);
	SENT(l, SSH_MSG_CHANNEL_OPEN_FAILURE,
	    PEER N2 "\0\0\0\22" "Connection refused" N0);
	assert_int_equal(l->conn.channels.channel_count, 0);
	lower_free(l);
}

static void
channels__a_forwarded_connection_is_offered_and_works_once_confirmed(
    void **state)
{
	struct lower *l = lower_new_logged_in(1);
	struct ipc_ACCEPTED accepted = {
		.address = BYTES_LIT("*"), .port = 80,
		.originator = BYTES_LIT("::1"), .originator_port = 1,
	};
	char buf[8];
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(write(fds[1], "hello", 5), 5);
	lower_session_says(l, IPC_ACCEPTED, &accepted, fds, 1);
	close(fds[0]);
	SENT(l, SSH_MSG_CHANNEL_OPEN, "\0\0\0\17" "forwarded-tcpip" N0 WINDOW
	    PACKET N1 "*" "\0\0\0\120" N3 "::1" N1);
	lower_round(l);
	SENT_NOTHING(l);
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN_CONFIRMATION,
	    N0 PEER N3 PACKET));
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N3 "hel");
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N2 "ok"));
	lower_round(l);
	assert_int_equal(read(fds[1], buf, sizeof(buf)), 2);
	/* nobody asked for a second answer */
	assert_false(RECV(l, SSH_MSG_CHANNEL_OPEN_CONFIRMATION,
	    N0 PEER N3 PACKET));
	close(fds[1]);
	lower_free(l);
}

static void
channels__a_refused_forwarded_connection_is_closed(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	struct ipc_ACCEPTED accepted = { .kind = ACCEPTED_STREAM,
	    .address = BYTES_LIT("/s") };
	char byte;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	lower_session_says(l, IPC_ACCEPTED, &accepted, fds, 1);
	close(fds[0]);
	SENT(l, SSH_MSG_CHANNEL_OPEN, "\0\0\0\41"
	    "forwarded-streamlocal@openssh.com" N0 WINDOW PACKET
	    N2 "/s" N0);
	assert_true(RECV(l, SSH_MSG_CHANNEL_OPEN_FAILURE, N0 N1 N0 N0));
	assert_int_equal(read(fds[1], &byte, 1), 0);
	assert_int_equal(l->conn.channels.channel_count, 0);
	close(fds[1]);
	lower_free(l);
}

static void
channels__displays_and_agents_are_offered_by_their_own_names(void **state)
{
	static const struct {
		enum accepted_kind kind;
		struct bytes want;
	} cases[] = {
		{ ACCEPTED_X11, BYTES_LIT(N3 "x11" N0 WINDOW PACKET N3 "::1"
		    N5) },
		{ ACCEPTED_AGENT, BYTES_LIT("\0\0\0\26"
		    "auth-agent@openssh.com" N0 WINDOW PACKET) },
		{ ACCEPTED_AGENT_IETF, BYTES_LIT("\0\0\0\15"
		    "agent-connect" N0 WINDOW PACKET) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct lower *l = lower_new_logged_in(1);
		struct ipc_ACCEPTED accepted = {
			.kind = (uint8_t)cases[i].kind,
			.originator = BYTES_LIT("::1"), .originator_port = 5,
		};
		struct bytes sent;
		int fds[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
		lower_session_says(l, IPC_ACCEPTED, &accepted, fds, 1);
		close(fds[0]);
		close(fds[1]);
		sent = lower_sent(l);
		assert_int_equal(sent.p[0], SSH_MSG_CHANNEL_OPEN);
		assert_true(bytes_equal(bytes_of(sent.p + 1, sent.len - 1),
		    cases[i].want));
		lower_free(l);
	}
}

static void
channels__numbers_are_used_again_and_their_count_is_bounded(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	const struct chan_type *none = NULL;
	struct channel *ch;

	(void)state;
	for (uint32_t i = 0; i < CHANNELS_MAX; i++) {
		ch = channel_new(&l->conn, none);
		assert_non_null(ch);
		assert_int_equal(ch->id, i);
	}
	assert_null(channel_new(&l->conn, none));
	channel_free(l->conn.channels.slots[7].channel);
	ch = channel_new(&l->conn, none);
	assert_int_equal(ch->id, 7);
	lower_free(l);
}

/* ---- what breaks the protocol ----------------------------------------- */

static void
channels__messages_for_numbers_that_are_not_open_are_errors(void **state)
{
	static const struct bytes numbers[] = {
		BYTES_LIT(N1), BYTES_LIT("\0\0\100\0"),
		BYTES_LIT("\177\377\377\377"), BYTES_LIT("\377\377\377\377"),
	};
	static const struct {
		uint8_t message;
		struct bytes rest;
		bool may_be_late;
	} messages[] = {
		{ SSH_MSG_CHANNEL_OPEN_CONFIRMATION,
		    BYTES_LIT(PEER WINDOW PACKET), false },
		{ SSH_MSG_CHANNEL_OPEN_FAILURE, BYTES_LIT(N1 N0 N0), false },
		{ SSH_MSG_CHANNEL_WINDOW_ADJUST, BYTES_LIT(N1), true },
		{ SSH_MSG_CHANNEL_DATA, BYTES_LIT(N1 "x"), false },
		{ SSH_MSG_CHANNEL_EXTENDED_DATA, BYTES_LIT(N1 N1 "x"),
		    false },
		{ SSH_MSG_CHANNEL_EOF, { 0 }, false },
		{ SSH_MSG_CHANNEL_CLOSE, { 0 }, false },
		{ SSH_MSG_CHANNEL_REQUEST, BYTES_LIT(N5 "shell\1"), false },
		{ SSH_MSG_CHANNEL_SUCCESS, { 0 }, true },
		{ SSH_MSG_CHANNEL_FAILURE, { 0 }, true },
	};
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	lower_open_session(l);
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		for (size_t j = 0; j < ARRAY_LEN(numbers); j++) {
			uint8_t buf[64];
			struct writer w = wr_init(buf, sizeof(buf));

			wr_bytes(&w, numbers[j].p, numbers[j].len);
			wr_bytes(&w, messages[i].rest.p,
			    messages[i].rest.len);
			assert_int_equal(lower_recv(l, messages[i].message,
			    wr_view(&w)), messages[i].may_be_late);
			if (!messages[i].may_be_late)
				assert_int_equal(l->err.code, ERR_UNEXPECTED);
		}
	}
	SENT_NOTHING(l);
	lower_free(l);
}

static void
channels__nothing_after_the_peers_eof_or_close_has_an_effect(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct(l);
	uint32_t window;

	(void)state;
	/* data that waits keeps the channel after CLOSE */
	assert_true(lower_recv_data(l, 0, 1000000, 'x'));
	assert_true(RECV(l, SSH_MSG_CHANNEL_EOF, N0));
	window = channel_find(&l->conn, 0)->recv_window;
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N1 "x"));
	assert_int_equal(channel_find(&l->conn, 0)->recv_window, window - 1);
	assert_false(RECV(l, SSH_MSG_CHANNEL_EXTENDED_DATA, N0 N1 N1 "x"));
	assert_string_equal(l->err.what, "extended data after EOF");
	assert_true(RECV(l, SSH_MSG_CHANNEL_EOF, N0));
	assert_true(RECV(l, SSH_MSG_CHANNEL_WINDOW_ADJUST, N0 N1));
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	assert_int_equal(l->conn.channels.channel_count, 1);
	assert_true(RECV(l, SSH_MSG_CHANNEL_WINDOW_ADJUST, N0 N1));
	assert_false(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	assert_string_equal(l->err.what, "message for a closed channel");
	close(far);
	lower_free(l);
}

static void
channels__a_window_never_grows_beyond_32_bits(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	lower_open_session(l);
	assert_true(RECV(l, SSH_MSG_CHANNEL_WINDOW_ADJUST,
	    N0 "\377\337\377\377"));
	assert_false(RECV(l, SSH_MSG_CHANNEL_WINDOW_ADJUST, N0 N1));
	assert_string_equal(l->err.what, "window adjustment");
	lower_free(l);
}

static void
channels__data_for_a_session_that_has_no_program_is_an_overrun(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	lower_open_session(l);
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N0));
	assert_false(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N1 "x"));
	assert_string_equal(l->err.what, "channel window exceeded");
	lower_free(l);
}

/* ---- how channels end ------------------------------------------------- */

static void
channels__a_program_ends_with_output_status_eof_close_in_this_order(
    void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int ends[3];

	(void)state;
	lower_open_session(l);
	lower_start_program(l, ends);
	/* all of it comes before the loop runs again */
	assert_int_equal(write(ends[1], "out", 3), 3);
	assert_int_equal(write(ends[2], "err", 3), 3);
	close_all(ends);
	exited(l, 7);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N3 "out");
	SENT(l, SSH_MSG_CHANNEL_EXTENDED_DATA, PEER N1 N3 "err");
	SENT(l, SSH_MSG_CHANNEL_REQUEST,
	    PEER "\0\0\0\13" "exit-status\0" N7);
	SENT(l, SSH_MSG_CHANNEL_EOF, PEER);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	SENT_NOTHING(l);
	lower_session_gets(l, IPC_SES_CLOSE);
	/* what crosses our CLOSE on the wire is legal and ignored */
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N1 "x"));
	assert_true(RECV(l, SSH_MSG_CHANNEL_WINDOW_ADJUST, N0 N1));
	assert_true(RECV(l, SSH_MSG_CHANNEL_REQUEST, N0 N6 "signal\1"
	    N3 "HUP"));
	assert_true(RECV(l, SSH_MSG_CHANNEL_EOF, N0));
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	SENT_NOTHING(l);
	assert_true(lower_session_gets_nothing(l));
	assert_int_equal(l->conn.channels.channel_count, 0);
	lower_free(l);
}

static void
channels__a_status_waits_for_who_still_holds_the_pipe(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int ends[3];

	(void)state;
	lower_open_session(l);
	lower_start_program(l, ends);
	exited(l, 0);
	SENT_NOTHING(l);
	assert_int_equal(write(ends[1], "late", 4), 4);
	close_all(ends);
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N4 "late");
	SENT(l, SSH_MSG_CHANNEL_REQUEST,
	    PEER "\0\0\0\13" "exit-status\0" N0);
	SENT(l, SSH_MSG_CHANNEL_EOF, PEER);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	lower_free(l);
}

static void
channels__a_signal_is_reported_by_name_and_core(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	struct ipc_SES_EXITED m = { .by_signal = 1, .core_dumped = 1,
	    .status = 11, .signal = BYTES_LIT("SEGV") };
	int ends[3];

	(void)state;
	lower_open_session(l);
	lower_start_program(l, ends);
	close_all(ends);
	lower_session_says(l, IPC_SES_EXITED, &m, NULL, 0);
	SENT(l, SSH_MSG_CHANNEL_REQUEST, PEER "\0\0\0\13" "exit-signal\0"
	    N4 "SEGV\1" N0 N0);
	lower_free(l);
}

static void
channels__output_that_ends_early_is_an_eof_and_input_goes_on(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int ends[3];
	char buf[8];

	(void)state;
	lower_open_session(l);
	lower_start_program(l, ends);
	close(ends[1]);
	lower_round(l);
	SENT_NOTHING(l);		/* stderr may still come */
	close(ends[2]);
	ends[1] = ends[2] = -1;
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_EOF, PEER);
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N2 "in"));
	lower_round(l);
	assert_int_equal(read(ends[0], buf, sizeof(buf)), 2);
	assert_true(RECV(l, SSH_MSG_CHANNEL_EOF, N0));
	lower_round(l);
	assert_int_equal(read(ends[0], buf, sizeof(buf)), 0);
	close_all(ends);
	exited(l, 1);
	SENT(l, SSH_MSG_CHANNEL_REQUEST,
	    PEER "\0\0\0\13" "exit-status\0" N1);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	lower_free(l);
}

static void
channels__an_openssh_client_learns_that_stdin_was_closed(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int ends[3];

	(void)state;
	l->quirks = PEER_EOW;
	lower_open_session(l);
	lower_start_program(l, ends);
	close(ends[0]);
	ends[0] = -1;
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_REQUEST,
	    PEER "\0\0\0\17" "eow@openssh.com\0");
	/* data on its way is thrown away, its window given back */
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N2 "in"));
	lower_round(l);
	SENT_NOTHING(l);
	close_all(ends);
	lower_free(l);
}

static void
channels__a_peer_that_wants_no_more_output_stops_the_program(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int ends[3];

	(void)state;
	lower_open_session(l);
	lower_start_program(l, ends);
	assert_true(RECV(l, SSH_MSG_CHANNEL_REQUEST,
	    N0 "\0\0\0\17" "eow@openssh.com\0"));
	lower_round(l);
	assert_int_equal(write(ends[1], "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(write(ends[2], "still", 5), 5);
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_EXTENDED_DATA, PEER N1 N5 "still");
	close_all(ends);
	lower_free(l);
}

static void
channels__the_peers_close_hangs_up_the_program(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int ends[3];

	(void)state;
	lower_open_session(l);
	lower_start_program(l, ends);
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	lower_session_gets(l, IPC_SES_CLOSE);
	assert_int_equal(write(ends[1], "x", 1), -1);
	assert_int_equal(l->conn.channels.channel_count, 0);
	/* its status comes too late, and means no later session */
	lower_open_session(l);
	exited(l, 0);
	SENT_NOTHING(l);
	assert_false(l->failed);
	close_all(ends);
	lower_free(l);
}

static void
channels__a_close_between_our_eof_and_the_exit_waits_for_the_status(
    void **state)
{
	struct lower *l = lower_new_logged_in(1);
	char buf[8];
	int ends[3];

	(void)state;
	lower_open_session(l);
	lower_start_program(l, ends);
	close(ends[1]);
	close(ends[2]);
	ends[1] = ends[2] = -1;
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_EOF, PEER);
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N2 "in"));
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	lower_round(l);
	SENT_NOTHING(l);
	/* it has its input, and the end of it */
	assert_int_equal(read(ends[0], buf, sizeof(buf)), 2);
	assert_int_equal(read(ends[0], buf, sizeof(buf)), 0);
	exited(l, 5);
	SENT(l, SSH_MSG_CHANNEL_REQUEST,
	    PEER "\0\0\0\13" "exit-status\0" N5);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	lower_session_gets(l, IPC_SES_CLOSE);
	assert_int_equal(l->conn.channels.channel_count, 0);
	close_all(ends);
	lower_free(l);
}

static void
channels__a_start_answered_after_the_close_leaves_nothing_open(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	struct ipc_SES_STARTED started = { 0 };
	int out[2], in[2], fds[2];

	(void)state;
	lower_open_session(l);
	assert_true(RECV(l, SSH_MSG_CHANNEL_REQUEST, N0 N5 "shell\1"));
	lower_session_gets(l, IPC_SES_START);
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	assert_int_equal(pipe(out), 0);
	assert_int_equal(pipe(in), 0);
	fds[0] = in[1];
	fds[1] = out[0];
	started.request = l->message.u.SES_START.request;
	lower_session_says(l, IPC_SES_STARTED, &started, fds, 2);
	close(in[1]);
	close(out[0]);
	assert_int_equal(write(out[1], "x", 1), -1);
	SENT_NOTHING(l);
	assert_false(l->failed);
	close(out[1]);
	close(in[0]);
	lower_free(l);
}

static void
channels__sockets_end_one_direction_at_a_time(void **state)
{
	char buf[8];

	(void)state;
	for (int peer_first = 0; peer_first < 2; peer_first++) {
		struct lower *l = lower_new_logged_in(1);
		int far = lower_open_direct(l);

		if (peer_first) {
			assert_true(RECV(l, SSH_MSG_CHANNEL_EOF, N0));
			lower_round(l);
			assert_int_equal(read(far, buf, sizeof(buf)), 0);
			SENT_NOTHING(l);
			assert_int_equal(write(far, "bye", 3), 3);
			close(far);
			lower_round(l);
			SENT(l, SSH_MSG_CHANNEL_DATA, PEER N3 "bye");
		} else {
			assert_int_equal(shutdown(far, SHUT_WR), 0);
			lower_round(l);
		}
		SENT(l, SSH_MSG_CHANNEL_EOF, PEER);
		if (!peer_first) {
			assert_true(RECV(l, SSH_MSG_CHANNEL_DATA,
			    N0 N2 "ok"));
			assert_true(RECV(l, SSH_MSG_CHANNEL_EOF, N0));
			lower_round(l);
			assert_int_equal(read(far, buf, sizeof(buf)), 2);
			assert_int_equal(read(far, buf, sizeof(buf)), 0);
			close(far);
		}
		SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
		assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
		assert_int_equal(l->conn.channels.channel_count, 0);
		SENT_NOTHING(l);
		lower_free(l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(channels__sessions_above_the_limit_are_refused_and_the_rest_live),
		TEST(channels__unknown_types_are_refused_by_any_name),
		TEST(channels__after_no_more_sessions_another_one_disconnects),
		TEST(channels__ports_above_65535_and_embedded_nuls_never_reach_the_session),
		TEST(channels__a_failed_connect_is_told_with_reason_and_text),
		TEST(channels__a_forwarded_connection_is_offered_and_works_once_confirmed),
		TEST(channels__a_refused_forwarded_connection_is_closed),
		TEST(channels__displays_and_agents_are_offered_by_their_own_names),
		TEST(channels__numbers_are_used_again_and_their_count_is_bounded),
		TEST(channels__messages_for_numbers_that_are_not_open_are_errors),
		TEST(channels__nothing_after_the_peers_eof_or_close_has_an_effect),
		TEST(channels__a_window_never_grows_beyond_32_bits),
		TEST(channels__data_for_a_session_that_has_no_program_is_an_overrun),
		TEST(channels__a_program_ends_with_output_status_eof_close_in_this_order),
		TEST(channels__a_status_waits_for_who_still_holds_the_pipe),
		TEST(channels__a_signal_is_reported_by_name_and_core),
		TEST(channels__output_that_ends_early_is_an_eof_and_input_goes_on),
		TEST(channels__an_openssh_client_learns_that_stdin_was_closed),
		TEST(channels__a_peer_that_wants_no_more_output_stops_the_program),
		TEST(channels__the_peers_close_hangs_up_the_program),
		TEST(channels__a_close_between_our_eof_and_the_exit_waits_for_the_status),
		TEST(channels__a_start_answered_after_the_close_leaves_nothing_open),
		TEST(channels__sockets_end_one_direction_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
