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
chan_window__doubles_while_half_of_it_arrives_in_a_round_trip(void **state)
{
	int fd;
	struct lower *l = far_peer(200, &fd, GROWTH);
	struct channel *ch = channel_of(l, 0);

	(void)state;
	for (uint32_t window = CHANNEL_WINDOW; window < GROWTH; window *= 2) {
		fill_window(l, fd, 200);
		fill_window(l, fd, 200);
		assert_true(ch->recv_window_max >= 2 * window);
	}
	/* no further than the connection may */
	for (int i = 0; i < 4; i++)
		fill_window(l, fd, 200);
	assert_int_equal(ch->recv_window_max, CHANNEL_WINDOW + GROWTH);
	assert_int_equal(l->conn.channels.growth_total, GROWTH);
	/* and what one has grown by, another can't */
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	assert_int_equal(l->conn.channels.growth_total, 0);
	close(fd);
	lower_free(l);
}

static void
chan_window__stays_when_the_path_is_slow_or_short(void **state)
{
	/* 1 MiB in more than a round trip of 50 ms; and one of 0 ms */
	const int rtts_ms[] = { 50, 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rtts_ms); i++) {
		int fd;
		struct lower *l = far_peer(rtts_ms[i], &fd, GROWTH);

		for (int n = 0; n < 20; n++) {
			send_and_take(l, fd, 0, CHANNEL_WINDOW / 2);
			l->now_ms += rtts_ms[i];
		}
		assert_int_equal(channel_of(l, 0)->recv_window_max,
		    CHANNEL_WINDOW);
		close(fd);
		lower_free(l);
	}
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
	while (ch->recv_window >= 32768) {
		assert_true(lower_recv_data(l, 0, 32768, 'x'));
		l->now_ms += 10;
	}
	assert_true(ch->backlog.len <= grown);
	assert_int_equal(ch->recv_window_max, CHANNEL_WINDOW);
	assert_int_equal(l->conn.channels.growth_total, 0);
	/* it goes on: the window that comes back is the small one */
	do {
		take(fd);
		lower_round(l);
	} while (ch->backlog.len != 0);
	assert_true(ch->recv_window + ch->recv_consumed <= CHANNEL_WINDOW);
	assert_int_equal(ch->recv_withheld, 0);
	send_and_take(l, fd, 0, CHANNEL_WINDOW);
	close(fd);
	lower_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chan_window__doubles_while_half_of_it_arrives_in_a_round_trip),
		TEST(chan_window__stays_when_the_path_is_slow_or_short),
		TEST(chan_window__an_adjusted_window_measures_the_round_trip),
		TEST(chan_window__a_reader_that_keeps_up_with_bursts_is_not_slow),
		TEST(chan_window__a_slow_reader_loses_what_it_grew_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
