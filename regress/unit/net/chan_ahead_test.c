/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <fcntl.h>

#include "unit/net/lower.h"

#define STEP		"\0\1\200\0"	/* 96 KiB */
#define STEP_BYTES	98304u
#define WIDE_BYTES	1048576u
#define HALF_BYTES	"\0\10\0\0"	/* 512 KiB */

/* A channel whose program always has more. */
static int
open_bulk(struct lower *l)
{
	int far = lower_open_direct_as(l, 0, WIDE_BYTES, CHANNEL_PACKET_MAX);

	assert_int_equal(fcntl(far, F_SETFL, O_NONBLOCK), 0);
	return far;
}

/* How much of channel 0 leaves until it stops. */
static size_t
sent(struct lower *l, int far)
{
	static const uint8_t data[65536];
	size_t total = 0, before;
	struct bytes message;

	do {
		before = total;
		while (write(far, data, sizeof(data)) > 0)
			;
		lower_round(l);
		while ((message = lower_sent(l)).len != 0) {
			assert_int_equal(message.p[0], SSH_MSG_CHANNEL_DATA);
			total += message.len - CHANNEL_DATA_HEAD;
		}
	} while (total != before);
	return total;
}

static bool
is_watched(const struct lower *l)
{
	return l->conn.channels.slots[0].channel->ends[END_OUT].watch.active;
}

static bool
adjust(struct lower *l)
{
	return RECV(l, SSH_MSG_CHANNEL_WINDOW_ADJUST, N0 STEP);
}

/* Returns how far the channel is ahead of the peer when it is held. */
static size_t
hold(struct lower *l, int far)
{
	size_t ahead = sent(l, far);

	/* how the peer adjusts is not known at first: it gets it all */
	assert_int_equal(ahead, WIDE_BYTES);
	for (int i = 0; i < 9; i++) {
		assert_true(adjust(l));
		ahead -= STEP_BYTES;
	}
	return ahead + sent(l, far);
}

static void
chan_ahead__beside_others_a_channel_is_little_ahead_of_the_peer(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = open_bulk(l);

	(void)state;
	l->shared = true;
	l->conn.qos.terminal_count = 1;
	assert_in_range(hold(l, far), STEP_BYTES + CHANNEL_PACKET_MAX,
	    2 * STEP_BYTES);
	assert_false(is_watched(l));
	for (int i = 0; i < 5; i++) {
		assert_true(adjust(l));
		assert_in_range(sent(l, far), STEP_BYTES / 2,
		    2 * STEP_BYTES);
	}
	close(far);
	lower_free(l);
}

static void
chan_ahead__a_channel_alone_uses_its_whole_window(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = open_bulk(l);

	(void)state;
	assert_int_equal(hold(l, far), WIDE_BYTES);
	close(far);
	lower_free(l);
}

static void
chan_ahead__a_peer_with_long_steps_is_not_waited_for(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = open_bulk(l);
	size_t ahead;

	(void)state;
	l->shared = true;
	l->conn.qos.terminal_count = 1;
	ahead = sent(l, far);
	assert_int_equal(ahead, WIDE_BYTES);
	/* it adjusts when more than half of its window is used */
	for (int i = 0; i < 5; i++) {
		while (ahead > WIDE_BYTES / 2) {
			assert_true(RECV(l, SSH_MSG_CHANNEL_WINDOW_ADJUST,
			    N0 HALF_BYTES));
			ahead -= WIDE_BYTES / 2;
		}
		ahead += sent(l, far);
		assert_in_range(ahead, WIDE_BYTES / 2 + 1, WIDE_BYTES);
	}
	close(far);
	lower_free(l);
}

static void
chan_ahead__a_peer_whose_steps_grew_gets_more_after_a_while(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = open_bulk(l);
	size_t ahead, more;

	(void)state;
	l->shared = true;
	l->conn.qos.terminal_count = 1;
	ahead = hold(l, far);
	while (ahead < WIDE_BYTES - STEP_BYTES) {
		/* marked, then let go */
		l->now_ms += 100;
		assert_int_equal(sent(l, far), 0);
		l->now_ms += 100;
		more = sent(l, far);
		assert_true(more > 0);
		ahead += more;
	}
	close(far);
	lower_free(l);
}

static void
chan_ahead__a_channel_that_is_held_can_end(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int far = open_bulk(l);

	(void)state;
	l->shared = true;
	l->conn.qos.terminal_count = 1;
	(void)hold(l, far);
	close(far);
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	/* its timer finds nobody */
	l->now_ms += 100;
	lower_round(l);
	SENT_NOTHING(l);
	lower_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chan_ahead__beside_others_a_channel_is_little_ahead_of_the_peer),
		TEST(chan_ahead__a_channel_alone_uses_its_whole_window),
		TEST(chan_ahead__a_peer_with_long_steps_is_not_waited_for),
		TEST(chan_ahead__a_peer_whose_steps_grew_gets_more_after_a_while),
		TEST(chan_ahead__a_channel_that_is_held_can_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
