/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "sshd/net/chan_data.h"
#include "unit/net/lower.h"

static void
nonblock(int fd)
{
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
}

/* Everything that fd has now. */
static size_t
read_all(int fd, uint8_t byte)
{
	static uint8_t buf[65536];
	size_t total = 0;
	ssize_t n;

	nonblock(fd);
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(buf[i], byte);
		total += (size_t)n;
	}
	return total;
}

/* As much as fd takes. */
static size_t
fill(int fd, uint8_t byte)
{
	static uint8_t buf[65536];
	size_t total = 0;
	ssize_t n;

	memset(buf, byte, sizeof(buf));
	nonblock(fd);
	while ((n = write(fd, buf, sizeof(buf))) > 0)
		total += (size_t)n;
	return total;
}

/* The data of the next message, which must be CHANNEL_DATA for `peer`. */
static struct bytes
sent_data(struct lower *l, uint32_t peer)
{
	struct bytes sent = lower_sent(l);
	struct channel_data m;
	struct reader r;
	struct err err;

	if (sent.len == 0)
		return sent;
	assert_int_equal(sent.p[0], SSH_MSG_CHANNEL_DATA);
	r = rd_init(bytes_of(sent.p + 1, sent.len - 1));
	assert_true(channel_data_parse(&r, &m, &err));
	assert_int_equal(m.recipient_channel, peer);
	return m.data;
}

/* How much window was given back by all messages sent so far. */
static uint32_t
window_given(struct lower *l)
{
	uint32_t total = 0;
	struct bytes sent;

	while ((sent = lower_sent(l)).len != 0) {
		struct reader r = rd_init(bytes_of(sent.p + 1, sent.len - 1));
		uint32_t id, n;
		struct err err;

		assert_int_equal(sent.p[0], SSH_MSG_CHANNEL_WINDOW_ADJUST);
		assert_true(window_adjust_parse(&r, &id, &n, &err));
		total += n;
	}
	return total;
}

/* ---- from the descriptor to the peer ----------------------------------------- */

static void
chan_data__output_stays_within_the_peers_window_and_packet_size(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct_as(l, 0, 5, 3);

	(void)state;
	assert_int_equal(write(far, "abcdefgh", 8), 8);
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N3 "abc");
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N2 "de");
	SENT_NOTHING(l);
	assert_true(RECV(l, SSH_MSG_CHANNEL_WINDOW_ADJUST, N0 N1));
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N1 "f");
	SENT_NOTHING(l);
	/* the end of the stream needs no window, but stands behind the data */
	close(far);
	lower_round(l);
	SENT_NOTHING(l);
	assert_true(RECV(l, SSH_MSG_CHANNEL_WINDOW_ADJUST, N0 N5));
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N2 "gh");
	SENT(l, SSH_MSG_CHANNEL_EOF, PEER);
	lower_free(l);
}

static void
chan_data__a_packet_is_never_larger_than_ours(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct_as(l, 0, UINT32_MAX, UINT32_MAX);
	size_t total = fill(far, 'x'), got = 0;
	struct bytes data;

	(void)state;
	while (got < total) {
		lower_round(l);
		while ((data = sent_data(l, 42)).len != 0) {
			assert_true(data.len <= CHANNEL_PACKET_MAX);
			got += data.len;
		}
	}
	close(far);
	lower_free(l);
}

static void
chan_data__a_client_that_gives_no_window_stops_the_program(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct_as(l, 0, 100, 32768);

	(void)state;
	fill(far, 'x');
	lower_round(l);
	assert_int_equal(sent_data(l, 42).len, 100);
	SENT_NOTHING(l);
	/* the kernel's buffer stays full: nothing is taken ahead */
	assert_int_equal(fill(far, 'x'), 0);
	/* and the loop has nothing to do with it */
	assert_false(l->conn.channels.slots[0].channel->ends[0].watch.active);
	close(far);
	lower_free(l);
}

static void
chan_data__nothing_is_read_while_the_transport_is_full(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct(l);

	(void)state;
	l->no_data = true;
	assert_int_equal(write(far, "abc", 3), 3);
	lower_round(l);
	SENT_NOTHING(l);
	assert_false(l->conn.channels.slots[0].channel->ends[0].watch.active);
	l->no_data = false;
	channels_output_ready(&l->conn);
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N3 "abc");
	/* and it is watched again */
	assert_int_equal(write(far, "d", 1), 1);
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N1 "d");
	close(far);
	lower_free(l);
}

static void
chan_data__a_keystroke_waits_for_one_packet_of_another_channel_at_most(
    void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int bulk = lower_open_direct_as(l, 0, UINT32_MAX, 32768);
	int typed = lower_open_direct_as(l, 1, UINT32_MAX, 32768);
	struct bytes first, second;
	struct err err;

	(void)state;
	fill(bulk, 'x');
	assert_int_equal(write(typed, "k", 1), 1);
	assert_true(loop_step(&l->conn.loop, 0, &err));
	first = lower_sent(l);
	second = lower_sent(l);
	assert_true(first.len != 0 && second.len != 0);
	/* 42 + 1 is the peer's number of the second channel */
	assert_true(first.p[4] == 43 || second.p[4] == 43);
	close(bulk);
	close(typed);
	lower_free(l);
}

static void
chan_data__one_round_sends_a_bounded_amount(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int ends[3];
	struct err err;

	(void)state;
	lower_open_session(l);
	lower_start_program(l, ends);
	fcntl(ends[1], F_SETPIPE_SZ, 1048576);
	if (fill(ends[1], 'x') >= 2 * CHANNEL_ROUND_BYTES) {
		assert_true(loop_step(&l->conn.loop, 0, &err));
		assert_in_range(l->sent_count, 1,
		    CHANNEL_ROUND_BYTES / CHANNEL_PACKET_MAX);
	}
	for (int i = 0; i < 3; i++)
		close(ends[i]);
	lower_free(l);
}

/* ---- from the peer to the descriptor ----------------------------------------- */

static void
chan_data__input_of_two_channels_in_one_read_keeps_its_order(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int a = lower_open_direct_as(l, 0, 100, 100);
	int b = lower_open_direct_as(l, 1, 100, 100);
	char buf[16] = "";

	(void)state;
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N1 "1"));
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N1 "2"));
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N1 N1 "a"));
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N1 "3"));
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N1 N1 "b"));
	assert_true(RECV(l, SSH_MSG_CHANNEL_EOF, N1));
	lower_round(l);
	assert_int_equal(read(a, buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "123", 3);
	assert_int_equal(read(b, buf, sizeof(buf)), 2);
	assert_memory_equal(buf, "ab", 2);
	assert_int_equal(read(b, buf, sizeof(buf)), 0);
	close(a);
	close(b);
	lower_free(l);
}

static void
chan_data__more_packets_than_one_writev_takes_all_arrive(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct(l);

	(void)state;
	for (int i = 0; i < 3 * CHANNEL_GATHER_MAX + 1; i++)
		assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N2 "zz"));
	lower_round(l);
	assert_int_equal(read_all(far, 'z'), 2 * (3 * CHANNEL_GATHER_MAX + 1));
	close(far);
	lower_free(l);
}

static void
chan_data__window_comes_back_only_as_the_program_takes_its_input(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct(l);
	size_t sent = 0, taken = 0, in_kernel;
	uint32_t given;

	(void)state;
	while (sent + 32768 <= CHANNEL_WINDOW) {
		assert_true(lower_recv_data(l, 0, 32768, 'x'));
		sent += 32768;
	}
	lower_round(l);
	/* what the kernel took is all that was given back */
	given = window_given(l);
	in_kernel = sent - l->conn.channels.slots[0].channel->backlog.len;
	assert_true(given <= in_kernel);
	assert_true(in_kernel < sent / 2);
	while (taken < sent) {
		taken += read_all(far, 'x');
		lower_round(l);
		given += window_given(l);
		assert_true(given <= taken + in_kernel);
	}
	assert_true(given > CHANNEL_WINDOW / 2);
	assert_null(l->conn.channels.slots[0].channel->backlog.p);
	close(far);
	lower_free(l);
}

static void
chan_data__window_is_given_back_in_large_steps(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct(l);
	size_t total = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(lower_recv_data(l, 0, 32768, 'x'));
		total += read_all(far, 'x');
		SENT_NOTHING(l);
	}
	assert_true(lower_recv_data(l, 0, 1, 'x'));
	SENT(l, SSH_MSG_CHANNEL_WINDOW_ADJUST, PEER "\0\1\200\1");
	assert_int_equal(total, 3 * 32768);
	close(far);
	lower_free(l);
}

static void
chan_data__a_tenth_beyond_the_window_is_taken_and_not_a_byte_more(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct(l);
	struct channel *ch = l->conn.channels.slots[0].channel;
	size_t sent = 0, limit;

	(void)state;
	/* stuff the kernel, then what is left of the window */
	while (ch->backlog.len == 0) {
		assert_true(lower_recv_data(l, 0, 32768, 'x'));
		sent += 32768;
	}
	limit = ch->recv_window + CHANNEL_WINDOW / CHANNEL_OVERRUN_PART;
	assert_true(lower_recv_data(l, 0, limit, 'x'));
	sent += limit;
	assert_int_equal(ch->recv_window, 0);
	assert_false(lower_recv_data(l, 0, 1, 'x'));
	assert_string_equal(l->err.what, "channel window exceeded");
	/* no byte was lost, and what was too much is not given back */
	lower_forget_sent(l);
	for (size_t taken = 0; taken < sent; lower_round(l))
		taken += read_all(far, 'x');
	assert_true(ch->recv_window + ch->recv_consumed <= CHANNEL_WINDOW);
	close(far);
	lower_free(l);
}

static void
chan_data__an_eof_stands_behind_input_that_still_waits(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct(l);
	size_t taken = 0;
	char byte;

	(void)state;
	assert_true(lower_recv_data(l, 0, 1000000, 'x'));
	assert_true(RECV(l, SSH_MSG_CHANNEL_EOF, N0));
	for (int i = 0; i < 100 && taken < 1000000; i++) {
		taken += read_all(far, 'x');
		lower_round(l);
	}
	assert_int_equal(taken, 1000000);
	assert_int_equal(read(far, &byte, 1), 0);
	close(far);
	lower_free(l);
}

static void
chan_data__input_of_a_socket_survives_the_peers_close(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct(l);
	size_t taken = 0;
	char byte;

	(void)state;
	assert_true(lower_recv_data(l, 0, 1000000, 'x'));
	lower_forget_sent(l);
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	lower_round(l);
	SENT_NOTHING(l);
	for (int i = 0; i < 100 && taken < 1000000; i++) {
		taken += read_all(far, 'x');
		lower_round(l);
	}
	assert_int_equal(taken, 1000000);
	assert_int_equal(read(far, &byte, 1), 0);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	assert_int_equal(l->conn.channels.channel_count, 0);
	close(far);
	lower_free(l);
}

static void
chan_data__input_nobody_takes_any_more_is_dropped_and_its_window_returned(
    void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct(l);
	struct channel *ch = l->conn.channels.slots[0].channel;
	struct bytes adjust;

	(void)state;
	assert_true(lower_recv_data(l, 0, 2000000, 'x'));
	lower_forget_sent(l);
	close(far);
	lower_round(l);
	assert_int_equal(ch->backlog.cap, 0);
	assert_int_equal(ch->recv_window, CHANNEL_WINDOW);
	adjust = lower_sent(l);
	assert_int_equal(adjust.len, 9);
	assert_int_equal(adjust.p[0], SSH_MSG_CHANNEL_WINDOW_ADJUST);
	/* both directions have ended: nothing keeps the channel */
	SENT(l, SSH_MSG_CHANNEL_EOF, PEER);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	lower_free(l);
}

static void
chan_data__windows_of_many_channels_together_are_bounded(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	uint32_t count = CHANNEL_WINDOWS_TOTAL / CHANNEL_WINDOW;
	int far[CHANNEL_WINDOWS_TOTAL / CHANNEL_WINDOW + 1];
	const uint32_t too_much = CHANNEL_WINDOW_SMALL +
	    CHANNEL_WINDOW_SMALL / CHANNEL_OVERRUN_PART + 1;
	uint8_t message[8 + 2 * CHANNEL_WINDOW_SMALL] = { 0 };

	(void)state;
	for (uint32_t i = 0; i <= count; i++)
		far[i] = lower_open_direct_as(l, i, 100, 100);
	assert_int_equal(l->conn.channels.slots[count - 1].channel->
	    recv_window, CHANNEL_WINDOW);
	assert_int_equal(l->conn.channels.slots[count].channel->recv_window,
	    CHANNEL_WINDOW_SMALL);
	/* a small one overruns early too */
	put_u32(message, count);
	put_u32(message + 4, too_much);
	assert_false(lower_recv(l, SSH_MSG_CHANNEL_DATA,
	    bytes_of(message, 8 + too_much)));
	for (uint32_t i = 0; i <= count; i++)
		close(far[i]);
	lower_free(l);
}

/* ---- terminals ------------------------------------------------------------------ */

static void
chan_data__a_terminal_is_read_out_though_somebody_still_holds_it(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	struct ipc_SES_EXITED m = { .status = 0 };
	int slave;

	(void)state;
	lower_open_session(l);
	lower_start_pty(l, &slave);
	assert_int_equal(write(slave, "bye", 3), 3);
	lower_session_says(l, IPC_SES_EXITED, &m, NULL, 0);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N3 "bye");
	SENT(l, SSH_MSG_CHANNEL_REQUEST,
	    PEER "\0\0\0\13" "exit-status\0" N0);
	SENT(l, SSH_MSG_CHANNEL_EOF, PEER);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	close(slave);
	lower_free(l);
}

static void
chan_data__a_terminal_waits_for_the_window_before_it_reports_the_end(
    void **state)
{
	struct lower *l = lower_new_logged_in(1);
	struct ipc_SES_EXITED m = { .status = 3 };
	int slave;

	(void)state;
	lower_open_session(l);
	lower_start_pty(l, &slave);
	l->conn.channels.slots[0].channel->send_window = 2;
	assert_int_equal(write(slave, "bye", 3), 3);
	lower_session_says(l, IPC_SES_EXITED, &m, NULL, 0);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N2 "by");
	SENT_NOTHING(l);
	assert_true(RECV(l, SSH_MSG_CHANNEL_WINDOW_ADJUST, N0 N5));
	lower_round(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N1 "e");
	SENT(l, SSH_MSG_CHANNEL_REQUEST,
	    PEER "\0\0\0\13" "exit-status\0" N3);
	close(slave);
	lower_free(l);
}

static void
chan_data__a_program_that_never_stops_writing_does_not_hold_a_terminal(
    void **state)
{
	struct lower *l = lower_new_logged_in(1);
	struct ipc_SES_EXITED m = { .status = 0 };
	struct channel *ch;
	int slave;
	struct err err;

	(void)state;
	lower_open_session(l);
	lower_start_pty(l, &slave);
	nonblock(slave);
	ch = l->conn.channels.slots[0].channel;
	assert_true(ipc_send(&l->session, IPC_SES_EXITED, &m, &err));
	/* before each read there is something again */
	for (int i = 0; i < 1000 && (ch->flags & CHANNEL_SENT_CLOSE) == 0;
	    i++) {
		fill(slave, 'y');
		assert_true(loop_step(&l->conn.loop, 0, &err));
		lower_forget_sent(l);
	}
	assert_true((ch->flags & CHANNEL_SENT_CLOSE) != 0);
	close(slave);
	lower_free(l);
}

static void
chan_data__the_peers_eof_does_nothing_to_a_terminal(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	char buf[8];
	int slave;

	(void)state;
	lower_open_session(l);
	lower_start_pty(l, &slave);
	assert_true(RECV(l, SSH_MSG_CHANNEL_DATA, N0 N2 "hi"));
	assert_true(RECV(l, SSH_MSG_CHANNEL_EOF, N0));
	assert_int_equal(read(slave, buf, sizeof(buf)), 2);
	assert_int_equal(write(slave, "yes", 3), 3);
	lower_wait(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N3 "yes");
	SENT_NOTHING(l);
	close(slave);
	lower_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chan_data__output_stays_within_the_peers_window_and_packet_size),
		TEST(chan_data__a_packet_is_never_larger_than_ours),
		TEST(chan_data__a_client_that_gives_no_window_stops_the_program),
		TEST(chan_data__nothing_is_read_while_the_transport_is_full),
		TEST(chan_data__a_keystroke_waits_for_one_packet_of_another_channel_at_most),
		TEST(chan_data__one_round_sends_a_bounded_amount),
		TEST(chan_data__input_of_two_channels_in_one_read_keeps_its_order),
		TEST(chan_data__more_packets_than_one_writev_takes_all_arrive),
		TEST(chan_data__window_comes_back_only_as_the_program_takes_its_input),
		TEST(chan_data__window_is_given_back_in_large_steps),
		TEST(chan_data__a_tenth_beyond_the_window_is_taken_and_not_a_byte_more),
		TEST(chan_data__an_eof_stands_behind_input_that_still_waits),
		TEST(chan_data__input_of_a_socket_survives_the_peers_close),
		TEST(chan_data__input_nobody_takes_any_more_is_dropped_and_its_window_returned),
		TEST(chan_data__windows_of_many_channels_together_are_bounded),
		TEST(chan_data__a_terminal_is_read_out_though_somebody_still_holds_it),
		TEST(chan_data__a_terminal_waits_for_the_window_before_it_reports_the_end),
		TEST(chan_data__a_program_that_never_stops_writing_does_not_hold_a_terminal),
		TEST(chan_data__the_peers_eof_does_nothing_to_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
