/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <fcntl.h>
#include <unistd.h>

#include "sshd/net/chan_window.h"
#include "unit/net/lower.h"

#define GROWTH	(8 * CHANNEL_WINDOW)

static struct channel *
channel_of(struct lower *l, uint32_t number)
{
	return l->conn.channels.slots[number].channel;
}

/* The far end takes all that there is. */
static void
take(int fd)
{
	static uint8_t buf[65536];

	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	while (read(fd, buf, sizeof(buf)) > 0)
		;
}

/* A peer that answers after rtt_ms and sends as much as it may. */
static struct lower *
far_peer(int rtt_ms, int *fd, uint32_t growth_max)
{
	struct lower *l = lower_new_logged_in(1);

	chan_window_start(&l->conn, growth_max);
	*fd = lower_open_direct(l);
	l->now_ms += rtt_ms;
	assert_true(lower_recv_data(l, 0, 1, 'x'));
	assert_int_equal(l->conn.channels.round_trip_ms, rtt_ms);
	return l;
}

static void
send_and_take(struct lower *l, int fd, uint32_t number, size_t len)
{
	for (; len >= 32768; len -= 32768) {
		assert_true(lower_recv_data(l, number, 32768, 'x'));
		lower_round(l);
		do {
			take(fd);
			lower_round(l);
		} while (channel_of(l, number)->backlog.len != 0);
		lower_forget_sent(l);
	}
}

/* All that the peer may send as far as it knows, and a round trip. */
static void
fill_window(struct lower *l, int fd, int rtt_ms)
{
	send_and_take(l, fd, 0, channel_of(l, 0)->recv_window);
	l->now_ms += rtt_ms;
}

static void
chan_window__quadruples_in_each_round_trip_that_it_bounds(void **state)
{
	const uint32_t growth = 31 * CHANNEL_WINDOW;
	int fd;
	struct lower *l = far_peer(200, &fd, growth);
	struct channel *ch = channel_of(l, 0);

	(void)state;
	for (uint32_t window = 4 * CHANNEL_WINDOW; window < growth;
	    window *= 4) {
		fill_window(l, fd, 200);
		assert_int_equal(ch->recv_window_max, window);
	}
	/* no further than the connection may */
	for (int i = 0; i < 4; i++)
		fill_window(l, fd, 200);
	assert_int_equal(ch->recv_window_max, CHANNEL_WINDOW + growth);
	assert_int_equal(l->conn.channels.growth_total, growth);
	/* and what one has grown by, another can't */
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	assert_int_equal(l->conn.channels.growth_total, 0);
	close(fd);
	lower_free(l);
}

/* So much at an even pace. */
static void
send_slowly(struct lower *l, int fd, size_t len, int duration_ms)
{
	for (int i = 0; i < 16; i++) {
		l->now_ms += duration_ms / 16;
		send_and_take(l, fd, 0, len / 16);
	}
}

static void
chan_window__doubles_while_half_of_it_takes_a_round_trip(void **state)
{
	int fd;
	struct lower *l = far_peer(200, &fd, GROWTH);

	(void)state;
	send_slowly(l, fd, CHANNEL_WINDOW / 2, 160);
	assert_int_equal(channel_of(l, 0)->recv_window_max,
	    2 * CHANNEL_WINDOW);
	/* that is enough for this pace */
	for (int i = 0; i < 20; i++)
		send_slowly(l, fd, CHANNEL_WINDOW / 2, 160);
	assert_int_equal(channel_of(l, 0)->recv_window_max,
	    2 * CHANNEL_WINDOW);
	close(fd);
	lower_free(l);
}

static void
chan_window__stays_when_the_path_is_slow_or_short(void **state)
{
	/* 1 MiB in more than a round trip of 200 ms; and one of 0 ms */
	const struct { int rtt_ms, duration_ms; } paths[] = {
		{ 200, 240 }, { 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		int fd;
		struct lower *l = far_peer(paths[i].rtt_ms, &fd, GROWTH);

		for (int n = 0; n < 20; n++)
			send_slowly(l, fd, CHANNEL_WINDOW / 2,
			    paths[i].duration_ms);
		assert_int_equal(channel_of(l, 0)->recv_window_max,
		    CHANNEL_WINDOW);
		close(fd);
		lower_free(l);
	}
}

/* Bursts that leave room in the window are not held up by it. */
static void
chan_window__stays_when_less_than_half_is_used(void **state)
{
	int fd;
	struct lower *l = far_peer(200, &fd, GROWTH);

	(void)state;
	for (int i = 0; i < 20; i++) {
		send_and_take(l, fd, 0, CHANNEL_WINDOW / 4);
		l->now_ms += 200;
	}
	assert_int_equal(channel_of(l, 0)->recv_window_max, CHANNEL_WINDOW);
	close(fd);
	lower_free(l);
}

/* A direct-tcpip channel is silent first: going beyond a window counts. */
static void
chan_window__an_adjusted_window_measures_the_round_trip(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	struct channel *ch;
	int fd;

	(void)state;
	chan_window_start(&l->conn, GROWTH);
	fd = lower_open_direct(l);
	ch = channel_of(l, 0);
	l->now_ms += 60000;
	send_and_take(l, fd, 0, CHANNEL_WINDOW);
	assert_int_equal(l->conn.channels.round_trip_ms, 60000);
	l->now_ms += 150;
	send_and_take(l, fd, 0, 32768 * 20);
	assert_int_equal(l->conn.channels.round_trip_ms, 150);
	assert_non_null(ch);
	close(fd);
	lower_free(l);
}

/* All of a window comes at once, and is read before the next one comes. */
static void
chan_window__a_reader_that_keeps_up_with_bursts_is_not_slow(void **state)
{
	int fd;
	struct lower *l = far_peer(200, &fd, GROWTH);
	struct channel *ch = channel_of(l, 0);

	(void)state;
	for (int i = 0; i < 10; i++) {
		while (ch->recv_window >= 32768)
			assert_true(lower_recv_data(l, 0, 32768, 'x'));
		assert_true(ch->backlog.len > CHANNEL_WINDOW / 2);
		do {
			take(fd);
			lower_round(l);
		} while (ch->backlog.len != 0);
		lower_forget_sent(l);
		l->now_ms += 200;
	}
	assert_int_equal(ch->recv_window_max, CHANNEL_WINDOW + GROWTH);
	close(fd);
	lower_free(l);
}

/* The reader sleeps; the peer sends what it was promised, at its pace. */
static void
send_to_sleeper(struct lower *l, uint32_t number)
{
	while (channel_of(l, number)->recv_window >= 32768) {
		assert_true(lower_recv_data(l, number, 32768, 'x'));
		l->now_ms += 20;
	}
}

static void
chan_window__a_slow_reader_loses_what_it_grew_by(void **state)
{
	int fd;
	struct lower *l = far_peer(200, &fd, GROWTH);
	struct channel *ch = channel_of(l, 0);
	uint32_t grown;

	(void)state;
	for (int i = 0; i < 5; i++)
		fill_window(l, fd, 200);
	grown = ch->recv_window_max;
	assert_true(grown > 4 * CHANNEL_WINDOW);
	/* it stops: what was promised is taken, no more than that */
	send_to_sleeper(l, 0);
	assert_true(ch->backlog.len <= grown);
	assert_int_equal(ch->recv_window_max, CHANNEL_WINDOW);
	/* memory that is in use is nobody else's */
	assert_true(l->conn.channels.growth_total >= ch->backlog.len -
	    CHANNEL_WINDOW);
	assert_true(l->conn.channels.growth_total <= GROWTH);
	/* it goes on: the window that comes back is the small one */
	do {
		take(fd);
		lower_round(l);
	} while (ch->backlog.len != 0);
	assert_true(ch->recv_window + ch->recv_consumed <= CHANNEL_WINDOW);
	assert_int_equal(ch->recv_withheld, 0);
	assert_int_equal(l->conn.channels.growth_total, 0);
	send_and_take(l, fd, 0, CHANNEL_WINDOW);
	close(fd);
	lower_free(l);
}

/* Room for growth is no reason to grow for a reader that is behind. */
static void
chan_window__what_shrank_stays_small_while_the_reader_is_behind(void **state)
{
	int fd;
	struct lower *l = far_peer(200, &fd, 31 * CHANNEL_WINDOW);
	struct channel *ch = channel_of(l, 0);
	uint32_t window;

	(void)state;
	for (int i = 0; i < 2; i++)
		fill_window(l, fd, 200);
	window = ch->recv_window_max;
	assert_int_equal(window, 16 * CHANNEL_WINDOW);
	while (ch->recv_window >= 32768) {
		assert_true(lower_recv_data(l, 0, 32768, 'x'));
		/* slowly until it shrinks, then the rest at once */
		if (window == 16 * CHANNEL_WINDOW)
			l->now_ms += 2;
		assert_true(ch->recv_window_max <= window);
		window = ch->recv_window_max;
	}
	assert_true(window < 16 * CHANNEL_WINDOW);
	close(fd);
	lower_free(l);
}

static void
chan_window__sleeping_readers_hold_no_more_than_the_bound(void **state)
{
	enum { COUNT = 4 };
	int fds[COUNT];
	struct lower *l = far_peer(200, &fds[0], GROWTH);
	size_t held = 0;

	(void)state;
	for (uint32_t n = 1; n < COUNT; n++)
		fds[n] = lower_open_direct_as(l, n, 2097152, 32768);
	for (uint32_t n = 0; n < COUNT; n++) {
		for (int i = 0; i < 4; i++) {
			send_and_take(l, fds[n], n,
			    channel_of(l, n)->recv_window);
			l->now_ms += 200;
		}
		send_to_sleeper(l, n);
		held += channel_of(l, n)->backlog.len;
		assert_true(l->conn.channels.growth_total <= GROWTH);
	}
	assert_true(held > CHANNEL_WINDOW * (COUNT - 1));
	assert_true(held <= GROWTH + CHANNEL_WINDOW * COUNT);
	/* all of it goes with the channels */
	for (uint32_t n = 0; n < COUNT; n++) {
		uint8_t number[4];

		put_u32(number, n);
		assert_true(lower_recv(l, SSH_MSG_CHANNEL_CLOSE,
		    bytes_of(number, sizeof(number))));
		close(fds[n]);
		lower_round(l);
	}
	assert_int_equal(l->conn.channels.growth_total, 0);
	lower_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chan_window__quadruples_in_each_round_trip_that_it_bounds),
		TEST(chan_window__doubles_while_half_of_it_takes_a_round_trip),
		TEST(chan_window__stays_when_the_path_is_slow_or_short),
		TEST(chan_window__stays_when_less_than_half_is_used),
		TEST(chan_window__an_adjusted_window_measures_the_round_trip),
		TEST(chan_window__a_reader_that_keeps_up_with_bursts_is_not_slow),
		TEST(chan_window__a_slow_reader_loses_what_it_grew_by),
		TEST(chan_window__what_shrank_stays_small_while_the_reader_is_behind),
		TEST(chan_window__sleeping_readers_hold_no_more_than_the_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
