/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <fcntl.h>

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

static void
chan_input__input_of_two_channels_in_one_read_keeps_its_order(void **state)
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
chan_input__more_packets_than_one_writev_takes_all_arrive(void **state)
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
chan_input__window_comes_back_only_as_the_program_takes_its_input(void **state)
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
	close(far);
	lower_free(l);
}

static void
chan_input__memory_of_a_large_backlog_goes_when_it_was_not_used_for_a_second(
    void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct(l);
	const struct chan_backlog *backlog =
	    &l->conn.channels.slots[0].channel->backlog;
	const uint8_t *before;

	(void)state;
	assert_true(lower_recv_data(l, 0, 1000000, 'x'));
	lower_round(l);
	for (int i = 0; i < 100 && backlog->len != 0; i++) {
		(void)read_all(far, 'x');
		lower_round(l);
	}
	assert_int_equal(backlog->len, 0);
	before = backlog->p;
	assert_non_null(before);
	/* what waits when the second is over stays */
	assert_true(lower_recv_data(l, 0, 500000, 'x'));
	l->now_ms += 1000;
	lower_round(l);
	assert_true(backlog->len != 0);
	assert_ptr_equal(backlog->p, before);
	for (int i = 0; i < 100 && backlog->len != 0; i++) {
		(void)read_all(far, 'x');
		lower_round(l);
	}
	assert_non_null(backlog->p);
	l->now_ms += 1000;
	lower_round(l);
	assert_null(backlog->p);
	close(far);
	lower_free(l);
}

/*
 * Pieces of 30,000 bytes, each of its own kind, while the program takes
 * 28,000 at a time; then all that is left.
 */
static void
chan_input__input_that_waits_keeps_its_order_however_long_it_goes_on(
    void **state)
{
	enum { PIECE = 30000, PART = 28000, PIECES = 200 };
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct(l);
	struct channel *ch = l->conn.channels.slots[0].channel;
	static uint8_t buf[PART];
	size_t sent = 0, taken = 0, longest = 0;
	ssize_t n;

	(void)state;
	nonblock(far);
	while (taken < (size_t)PIECES * PIECE) {
		if (sent < PIECES)
			assert_true(lower_recv_data(l, 0, PIECE,
			    (uint8_t)sent++));
		longest = MAX(longest, ch->backlog.len);
		n = read(far, buf, sizeof(buf));
		for (ssize_t i = 0; i < n; i++, taken++)
			assert_int_equal(buf[i], (uint8_t)(taken / PIECE));
		lower_round(l);
		lower_forget_sent(l);
	}
	assert_true(longest > PIECE && longest < taken / 10);
	close(far);
	lower_free(l);
}

static void
chan_input__window_is_given_back_in_large_steps(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = lower_open_direct(l);
	size_t total = 0;

	(void)state;
	for (int i = 0; i < CHANNEL_WINDOW / CHANNEL_STEP_PART / 32768; i++) {
		assert_true(lower_recv_data(l, 0, 32768, 'x'));
		total += read_all(far, 'x');
		SENT_NOTHING(l);
	}
	assert_true(lower_recv_data(l, 0, 1, 'x'));
	SENT(l, SSH_MSG_CHANNEL_WINDOW_ADJUST, PEER "\0\4\0\1");
	assert_int_equal(total, 262144);
	close(far);
	lower_free(l);
}

static void
chan_input__a_tenth_beyond_the_window_is_taken_and_not_a_byte_more(void **state)
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
chan_input__an_eof_stands_behind_input_that_still_waits(void **state)
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
chan_input__input_of_a_socket_survives_the_peers_close(void **state)
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
chan_input__input_nobody_takes_any_more_is_dropped_and_its_window_returned(
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
chan_input__windows_of_many_channels_together_are_bounded(void **state)
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chan_input__input_of_two_channels_in_one_read_keeps_its_order),
		TEST(chan_input__more_packets_than_one_writev_takes_all_arrive),
		TEST(chan_input__window_comes_back_only_as_the_program_takes_its_input),
		TEST(chan_input__memory_of_a_large_backlog_goes_when_it_was_not_used_for_a_second),
		TEST(chan_input__input_that_waits_keeps_its_order_however_long_it_goes_on),
		TEST(chan_input__window_is_given_back_in_large_steps),
		TEST(chan_input__a_tenth_beyond_the_window_is_taken_and_not_a_byte_more),
		TEST(chan_input__an_eof_stands_behind_input_that_still_waits),
		TEST(chan_input__input_of_a_socket_survives_the_peers_close),
		TEST(chan_input__input_nobody_takes_any_more_is_dropped_and_its_window_returned),
		TEST(chan_input__windows_of_many_channels_together_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
