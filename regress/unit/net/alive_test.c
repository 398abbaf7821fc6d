/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <unistd.h>

#include "sshd/net/alive.h"
#include "unit/net/lower.h"

#define NAME	"\0\0\0\25" "keepalive@openssh.com\1"

static void
seconds_pass(struct lower *l, int s)
{
	l->now_ms += s * 1000;
	lower_round(l);
}

static void
alive__a_silent_client_is_asked_and_then_given_up(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	alive_start(&l->conn, 15, 2);
	seconds_pass(l, 14);
	SENT_NOTHING(l);
	seconds_pass(l, 1);
	SENT(l, SSH_MSG_GLOBAL_REQUEST, NAME);
	seconds_pass(l, 15);
	SENT(l, SSH_MSG_GLOBAL_REQUEST, NAME);
	assert_false(l->ended);
	seconds_pass(l, 15);
	assert_true(l->ended);
	SENT_NOTHING(l);
	lower_free(l);
}

static void
alive__anything_received_starts_the_count_over(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	alive_start(&l->conn, 15, 1);
	for (int i = 0; i < 5; i++) {
		seconds_pass(l, 15);
		SENT(l, SSH_MSG_GLOBAL_REQUEST, NAME);
		assert_true(RECV(l, SSH_MSG_REQUEST_FAILURE, ""));
		l->conn.transport.in.total_bytes += 1;
		/* heard of: not asked at the end of this interval */
		seconds_pass(l, 15);
		SENT_NOTHING(l);
	}
	assert_false(l->ended);
	lower_free(l);
}

/* A client that only listens; the peer's host acknowledges what it is sent. */
static void
alive__output_that_is_taken_is_a_sign_of_life(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	l->conn.transport.out_fd = -1;
	alive_start(&l->conn, 15, 1);
	for (int i = 0; i < 100; i++) {
		l->conn.transport.out.total_written += 100;
		seconds_pass(l, 15);
		SENT_NOTHING(l);
	}
	seconds_pass(l, 15);
	SENT(l, SSH_MSG_GLOBAL_REQUEST, NAME);
	seconds_pass(l, 15);
	assert_true(l->ended);
	lower_free(l);
}

static void
alive__a_probe_that_is_taken_is_none(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	l->conn.transport.out_fd = -1;
	l->probe_len = 64;
	alive_start(&l->conn, 15, 3);
	for (int i = 0; i < 3; i++) {
		seconds_pass(l, 15);
		SENT(l, SSH_MSG_GLOBAL_REQUEST, NAME);
		l->conn.transport.out.total_written += 64;
	}
	assert_false(l->ended);
	seconds_pass(l, 15);
	assert_true(l->ended);
	lower_free(l);
}

/* A dropped link: the answers to all questions come with the return. */
static void
alive__one_silent_for_10_minutes_goes_on_when_it_comes_back(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int fd = lower_open_direct(l);
	char byte;

	(void)state;
	l->conn.transport.out_fd = -1;
	alive_start(&l->conn, 240, 3);
	for (int s = 0; s < 600; s += 10)
		seconds_pass(l, 10);
	assert_false(l->ended);
	SENT(l, SSH_MSG_CHANNEL_REQUEST, PEER NAME);
	SENT(l, SSH_MSG_CHANNEL_REQUEST, PEER NAME);
	l->conn.transport.in.total_bytes += 100;
	assert_true(RECV(l, SSH_MSG_CHANNEL_FAILURE, N0));
	assert_true(RECV(l, SSH_MSG_CHANNEL_FAILURE, N0));
	assert_true(lower_recv_data(l, 0, 1, 'x'));
	assert_int_equal(read(fd, &byte, 1), 1);
	for (int s = 0; s < 800; s += 10)
		seconds_pass(l, 10);
	assert_false(l->ended);
	close(fd);
	lower_free(l);
}

static void
alive__count_0_asks_for_ever_and_interval_0_never(void **state)
{
	struct lower *l = lower_new_logged_in(1);

	(void)state;
	alive_start(&l->conn, 0, 3);
	seconds_pass(l, 100000);
	SENT_NOTHING(l);
	alive_start(&l->conn, 10, 0);
	for (int i = 0; i < 20; i++) {
		seconds_pass(l, 10);
		SENT(l, SSH_MSG_GLOBAL_REQUEST, NAME);
	}
	assert_false(l->ended);
	lower_free(l);
}

static void
alive__an_open_channel_is_preferred_and_its_replies_are_counted(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	struct channel *chan;

	(void)state;
	lower_open_session(l);
	chan = channel_find(&l->conn, 0);
	alive_start(&l->conn, 10, 3);
	/* nobody asked yet */
	assert_true(RECV(l, SSH_MSG_CHANNEL_FAILURE, N0));
	assert_true(RECV(l, SSH_MSG_REQUEST_FAILURE, ""));
	seconds_pass(l, 10);
	SENT(l, SSH_MSG_CHANNEL_REQUEST, PEER NAME);
	assert_int_equal(chan->probe_count, 1);
	assert_true(RECV(l, SSH_MSG_CHANNEL_FAILURE, N0));
	assert_int_equal(chan->probe_count, 0);
	/* one too many is passed over */
	assert_true(RECV(l, SSH_MSG_CHANNEL_SUCCESS, N0));
	assert_int_equal(chan->probe_count, 0);
	lower_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(alive__a_silent_client_is_asked_and_then_given_up),
		TEST(alive__anything_received_starts_the_count_over),
		TEST(alive__output_that_is_taken_is_a_sign_of_life),
		TEST(alive__a_probe_that_is_taken_is_none),
		TEST(alive__one_silent_for_10_minutes_goes_on_when_it_comes_back),
		TEST(alive__count_0_asks_for_ever_and_interval_0_never),
		TEST(alive__an_open_channel_is_preferred_and_its_replies_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
