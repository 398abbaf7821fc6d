/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <unistd.h>

#include "lib/wire/transport.h"
#include "sshd/net/session_limits.h"
#include "unit/net/lower.h"

static void
seconds_pass(struct lower *l, int s)
{
	l->now_ms += s * 1000;
	lower_round(l);
}

static void
says(struct lower *l, const char *words)
{
	struct bytes sent = lower_sent(l);

	assert_true(sent.len > 9);
	assert_int_equal(sent.p[0], SSH_MSG_CHANNEL_DATA);
	assert_non_null(memmem(sent.p, sent.len, words, strlen(words)));
}

static struct lower *
at_terminal(uint32_t idle_s, uint32_t duration_s, int *slave)
{
	struct lower *l = lower_new_logged_in(2);

	session_limits_start(&l->conn, idle_s, duration_s);
	lower_open_session(l);
	lower_start_pty(l, slave);
	return l;
}

static void
session_limits__a_terminal_without_input_is_told_and_closed(void **state)
{
	int slave;
	struct lower *l = at_terminal(600, 0, &slave);

	(void)state;
	seconds_pass(l, 539);
	SENT_NOTHING(l);
	/* output is no input */
	assert_int_equal(write(slave, "z", 1), 1);
	lower_wait(l);
	SENT(l, SSH_MSG_CHANNEL_DATA, PEER N1 "z");
	seconds_pass(l, 1);
	says(l, "ends in a minute if nothing is typed");
	seconds_pass(l, 59);
	SENT_NOTHING(l);
	seconds_pass(l, 2);
	says(l, "nothing was typed for too long");
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	lower_session_gets(l, IPC_SES_CLOSE);
	assert_false(l->disconnected);
	close(slave);
	lower_free(l);
}

static void
session_limits__input_starts_the_time_over_and_the_notice_too(void **state)
{
	int slave;
	struct lower *l = at_terminal(600, 0, &slave);

	(void)state;
	for (int i = 0; i < 3; i++) {
		seconds_pass(l, 541);
		says(l, "ends in a minute");
		assert_true(lower_recv_data(l, 0, 1, 'x'));
		lower_round(l);
		seconds_pass(l, 100);
		assert_true(lower_recv_data(l, 0, 1, 'x'));
		lower_round(l);
	}
	SENT_NOTHING(l);
	close(slave);
	lower_free(l);
}

static void
session_limits__programs_without_a_terminal_are_not_meant(void **state)
{
	struct lower *l = lower_new_logged_in(1);
	int ends[3];

	(void)state;
	session_limits_start(&l->conn, 10, 0);
	lower_open_session(l);
	lower_start_program(l, ends);
	seconds_pass(l, 1000);
	SENT_NOTHING(l);
	lower_free(l);
}

static void
session_limits__a_connection_lasts_no_longer_whatever_it_does(void **state)
{
	int slave;
	struct lower *l = at_terminal(0, 600, &slave);

	(void)state;
	for (int s = 0; s < 530; s += 10) {
		assert_true(lower_recv_data(l, 0, 1, 'x'));
		seconds_pass(l, 10);
	}
	SENT_NOTHING(l);
	seconds_pass(l, 11);
	says(l, "ends in a minute");
	assert_false(l->disconnected);
	seconds_pass(l, 60);
	assert_true(l->disconnected);
	assert_int_equal(l->reason, SSH_DISCONNECT_BY_APPLICATION);
	close(slave);
	lower_free(l);
}

static void
session_limits__a_notice_waits_for_nothing(void **state)
{
	int slave;
	struct lower *l = at_terminal(100, 0, &slave);

	(void)state;
	l->conn.channels.slots[0].channel->send_window = 3;
	seconds_pass(l, 60);
	SENT_NOTHING(l);
	seconds_pass(l, 41);
	SENT(l, SSH_MSG_CHANNEL_CLOSE, PEER);
	close(slave);
	lower_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(session_limits__a_terminal_without_input_is_told_and_closed),
		TEST(session_limits__input_starts_the_time_over_and_the_notice_too),
		TEST(session_limits__programs_without_a_terminal_are_not_meant),
		TEST(session_limits__a_connection_lasts_no_longer_whatever_it_does),
		TEST(session_limits__a_notice_waits_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
