/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <fcntl.h>

#include "unit/net/lower.h"

static void
nonblock(int fd)
{
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
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

static void
chan_output__output_stays_within_the_peers_window_and_packet_size(void **state)
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
chan_output__a_packet_is_never_larger_than_ours(void **state)
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
chan_output__a_client_that_gives_no_window_stops_the_program(void **state)
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
chan_output__nothing_is_read_while_the_transport_is_full(void **state)
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
chan_output__a_keystroke_waits_for_one_packet_of_another_channel_at_most(
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
chan_output__a_keystroke_goes_before_any_number_of_bulk_channels(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int bulk[10], typed;
	struct err err;

	(void)state;
	l->shared = true;
	typed = lower_open_direct_as(l, 0, UINT32_MAX, 32768);
	for (uint32_t i = 0; i < 10; i++)
		bulk[i] = lower_open_direct_as(l, i + 1, UINT32_MAX, 32768);
	for (int key = 0; key < 100; key++) {
		for (int i = 0; i < 10; i++)
			fill(bulk[i], 'x');
		/* the first ones find the channels as fresh as the typed one */
		if (key >= 20) {
			lower_forget_sent(l);
			assert_int_equal(write(typed, "k", 1), 1);
			assert_true(loop_step(&l->conn.loop, 0, &err));
			assert_int_equal(sent_data(l, 42).len, 1);
		}
		assert_true(loop_step(&l->conn.loop, 0, &err));
	}
	for (int i = 0; i < 10; i++)
		close(bulk[i]);
	close(typed);
	lower_free(l);
}

static void
chan_output__one_round_sends_a_bounded_amount(void **state)
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

/* ---- terminals -------------------------------------------------------- */

static void
chan_output__a_terminal_is_read_out_though_somebody_still_holds_it(void **state)
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
chan_output__a_terminal_waits_for_the_window_before_it_reports_the_end(
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
chan_output__a_program_that_never_stops_writing_does_not_hold_a_terminal(
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
chan_output__the_peers_eof_does_nothing_to_a_terminal(void **state)
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

/* What one round sends of channel 0. */
static size_t
sent_in_a_round(struct lower *l)
{
	struct bytes data;
	size_t total = 0;
	struct err err;

	assert_true(loop_step(&l->conn.loop, 0, &err));
	while ((data = sent_data(l, 42)).len != 0)
		total += data.len;
	return total;
}

static void
chan_output__beside_others_each_round_sends_a_packet(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int fd = lower_open_direct_as(l, 0, UINT32_MAX, UINT32_MAX);

	(void)state;
	fill(fd, 'x');
	assert_true(sent_in_a_round(l) > CHANNEL_PACKET_MAX);
	l->shared = true;
	for (int i = 0; i < 10; i++) {
		fill(fd, 'x');
		assert_in_range(sent_in_a_round(l), 1,
		    CHANNEL_ROUND_SHARED + CHANNEL_PACKET_MAX);
	}
	close(fd);
	lower_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chan_output__output_stays_within_the_peers_window_and_packet_size),
		TEST(chan_output__a_packet_is_never_larger_than_ours),
		TEST(chan_output__a_client_that_gives_no_window_stops_the_program),
		TEST(chan_output__nothing_is_read_while_the_transport_is_full),
		TEST(chan_output__a_keystroke_waits_for_one_packet_of_another_channel_at_most),
		TEST(chan_output__a_keystroke_goes_before_any_number_of_bulk_channels),
		TEST(chan_output__one_round_sends_a_bounded_amount),
		TEST(chan_output__a_terminal_is_read_out_though_somebody_still_holds_it),
		TEST(chan_output__a_terminal_waits_for_the_window_before_it_reports_the_end),
		TEST(chan_output__a_program_that_never_stops_writing_does_not_hold_a_terminal),
		TEST(chan_output__the_peers_eof_does_nothing_to_a_terminal),
		TEST(chan_output__beside_others_each_round_sends_a_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
