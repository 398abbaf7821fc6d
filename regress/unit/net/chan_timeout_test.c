/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <unistd.h>

#include "lib/wire/transport.h"
#include "sshd/net/chan_timeout.h"
#include "unit/net/lower.h"

static struct lower *
logged_in(const char *pattern, uint32_t seconds, const char *pattern2,
    uint32_t seconds2)
{
	struct lower *l = lower_new_logged_in(10);
	uint8_t buf[256];
	struct writer w = wr_init(buf, sizeof(buf));

	wr_cstring(&w, pattern);
	wr_u32(&w, seconds);
	if (pattern2 != NULL) {
		wr_cstring(&w, pattern2);
		wr_u32(&w, seconds2);
	}
	assert_true(chan_timeout_start(&l->conn, wr_view(&w), 0, &l->err));
	return l;
}

static void
seconds_pass(struct lower *l, int s)
{
	l->now_ms += s * 1000;
	lower_round(l);
}

static void
chan_timeout__data_either_way_keeps_a_channel_open(void **state)
{
	struct lower *l = logged_in("direct-*", 10, NULL, 0);
	char byte;
	int fd = lower_open_direct(l);

	(void)state;
	seconds_pass(l, 9);
	assert_true(lower_recv_data(l, 0, 1, 'x'));
	assert_int_equal(read(fd, &byte, 1), 1);
	seconds_pass(l, 9);
	SENT_NOTHING(l);
	assert_int_equal(write(fd, "y", 1), 1);
	lower_wait(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N1 "y");
	seconds_pass(l, 9);
	SENT_NOTHING(l);
	seconds_pass(l, 2);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	assert_int_equal(read(fd, &byte, 1), 0);
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	assert_int_equal(l->conn.channels.channel_count, 0);
	seconds_pass(l, 100);
	SENT_NOTHING(l);
	close(fd);
	lower_free(l);
}

static void
chan_timeout__the_first_rule_that_fits_counts(void **state)
{
	struct lower *l = logged_in("direct-tcpip", 0, "*", 5);
	int fd = lower_open_direct(l);

	(void)state;
	seconds_pass(l, 1000);
	SENT_NOTHING(l);
	close(fd);
	lower_free(l);
}

static void
chan_timeout__a_session_is_called_by_what_runs_in_it(void **state)
{
	struct lower *l = logged_in("session:shell", 20, "session", 5);
	int ends[3];

	(void)state;
	lower_open_session(l);
	lower_start_program(l, ends);
	seconds_pass(l, 19);
	SENT_NOTHING(l);
	seconds_pass(l, 2);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	lower_session_gets(l, IPC_SES_CLOSE);
	lower_free(l);
	l = logged_in("session:shell", 20, "session", 5);
	lower_open_session(l);
	seconds_pass(l, 6);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	lower_free(l);
}

static void
chan_timeout__global_closes_all_once_nothing_moves_anywhere(void **state)
{
	struct lower *l = logged_in("global", 10, "x11*", 1);
	int one = lower_open_direct(l);
	int two = lower_open_direct_as(l, 1, 2097152, 32768);

	(void)state;
	for (int i = 0; i < 5; i++) {
		seconds_pass(l, 8);
		assert_true(lower_recv_data(l, 1, 1, 'x'));
	}
	SENT_NOTHING(l);
	seconds_pass(l, 11);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, "\0\0\0\53");
	close(one);
	close(two);
	lower_free(l);
	/* the word is no type, and no pattern fits it */
	l = logged_in("glob*", 10, NULL, 0);
	one = lower_open_direct(l);
	seconds_pass(l, 1000);
	SENT_NOTHING(l);
	close(one);
	lower_free(l);
}

static void
chan_timeout__a_connection_without_channels_ends(void **state)
{
	struct lower *l = lower_new_logged_in(10);
	struct bytes none = { 0 };
	int fd;

	(void)state;
	assert_true(chan_timeout_start(&l->conn, none, 60, &l->err));
	seconds_pass(l, 59);
	fd = lower_open_direct(l);
	seconds_pass(l, 10000);
	assert_false(l->disconnected);
	assert_true(RECV(l, SSH_MSG_CHANNEL_CLOSE, N0));
	seconds_pass(l, 59);
	assert_false(l->disconnected);
	seconds_pass(l, 1);
	assert_true(l->disconnected);
	assert_int_equal(l->reason, SSH_DISCONNECT_BY_APPLICATION);
	close(fd);
	lower_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chan_timeout__data_either_way_keeps_a_channel_open),
		TEST(chan_timeout__the_first_rule_that_fits_counts),
		TEST(chan_timeout__a_session_is_called_by_what_runs_in_it),
		TEST(chan_timeout__global_closes_all_once_nothing_moves_anywhere),
		TEST(chan_timeout__a_connection_without_channels_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
