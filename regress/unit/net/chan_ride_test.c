/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <unistd.h>

#include "sshd/net/chan_ride.h"
#include "unit/net/lower.h"

#define ANSWER	PEER N2 "ok"

struct fixture {
	struct lower *l;
	int program[3];			/* our ends of its pipes */
};

/* A program, whose input comes in bulk. */
static void
begin(struct fixture *f)
{
	*f = (struct fixture){ .l = lower_new_logged_in(1) };
	lower_open_session(f->l);
	lower_start_program(f->l, f->program);
	f->l->conn.transport.wakeups.few = true;
}

static void
end(struct fixture *f)
{
	for (int i = 0; i < 3; i++) {
		if (f->program[i] != -1)
			close(f->program[i]);
	}
	lower_free(f->l);
}

static void
input_comes(struct fixture *f)
{
	assert_true(lower_recv_data(f->l, 0, 1000, 0));
	lower_round(f->l);
	lower_forget_sent(f->l);
}

static void
program_answers(struct fixture *f)
{
	assert_int_equal(write(f->program[STDOUT_FILENO], "ok", 2), 2);
	lower_round(f->l);
}

static void
no_more_comes(struct fixture *f)
{
	struct err err;

	f->l->conn.transport.wakeups.few = false;
	assert_true(chan_ride_end(&f->l->conn, &err));
	lower_round(f->l);
}

static void
chan_ride__answers_leave_when_more_input_comes(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	input_comes(&f);
	for (int i = 0; i < 3; i++) {
		program_answers(&f);
		SENT_NOTHING(f.l);
		chan_ride_along(&f.l->conn);
		lower_round(f.l);
		SENT(f.l, SSH_MSG_CHANNEL_DATA, ANSWER);
	}
	end(&f);
}

static void
chan_ride__answers_leave_when_no_more_comes(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	input_comes(&f);
	program_answers(&f);
	SENT_NOTHING(f.l);
	no_more_comes(&f);
	SENT(f.l, SSH_MSG_CHANNEL_DATA, ANSWER);
	/* and from now on at once */
	program_answers(&f);
	SENT(f.l, SSH_MSG_CHANNEL_DATA, ANSWER);
	end(&f);
}

static void
chan_ride__little_input_holds_nothing_up(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.l->conn.transport.wakeups.few = false;
	input_comes(&f);
	program_answers(&f);
	SENT(f.l, SSH_MSG_CHANNEL_DATA, ANSWER);
	end(&f);
}

/* Its errors, and what others say, do not wait for its input. */
static void
chan_ride__only_the_output_of_one_channel_waits(void **state)
{
	struct fixture f;
	int far;

	(void)state;
	begin(&f);
	input_comes(&f);
	far = lower_open_direct_as(f.l, 1, 100, 100);
	assert_true(lower_recv_data(f.l, 1, 1000, 0));
	lower_round(f.l);
	lower_forget_sent(f.l);
	assert_int_equal(write(far, "here", 4), 4);
	lower_round(f.l);
	SENT(f.l, SSH_MSG_CHANNEL_DATA, "\0\0\0\53" N4 "here");
	assert_int_equal(write(f.program[STDERR_FILENO], "bad", 3), 3);
	lower_round(f.l);
	SENT(f.l, SSH_MSG_CHANNEL_EXTENDED_DATA, PEER N1 N3 "bad");
	program_answers(&f);
	SENT_NOTHING(f.l);
	close(far);
	end(&f);
}

static void
chan_ride__the_end_of_the_output_is_seen(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	input_comes(&f);
	program_answers(&f);
	for (int i = STDOUT_FILENO; i <= STDERR_FILENO; i++) {
		close(f.program[i]);
		f.program[i] = -1;
	}
	lower_round(f.l);
	SENT_NOTHING(f.l);
	chan_ride_along(&f.l->conn);
	lower_round(f.l);
	SENT(f.l, SSH_MSG_CHANNEL_DATA, ANSWER);
	chan_ride_along(&f.l->conn);
	lower_round(f.l);
	SENT(f.l, SSH_MSG_CHANNEL_EOF, PEER);
	no_more_comes(&f);
	SENT_NOTHING(f.l);
	end(&f);
}

static void
chan_ride__without_a_window_nothing_leaves(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	input_comes(&f);
	f.l->conn.channels.slots[0].channel->send_window = 0;
	program_answers(&f);
	chan_ride_along(&f.l->conn);
	lower_round(f.l);
	SENT_NOTHING(f.l);
	assert_true(RECV(f.l, SSH_MSG_CHANNEL_WINDOW_ADJUST, N0 N5));
	chan_ride_along(&f.l->conn);
	lower_round(f.l);
	SENT(f.l, SSH_MSG_CHANNEL_DATA, ANSWER);
	end(&f);
}

static void
chan_ride__a_channel_that_goes_is_forgotten(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	input_comes(&f);
	assert_non_null(f.l->conn.channels.riding);
	channel_free(f.l->conn.channels.slots[0].channel);
	chan_ride_along(&f.l->conn);
	no_more_comes(&f);
	assert_null(f.l->conn.channels.riding);
	end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chan_ride__answers_leave_when_more_input_comes),
		cmocka_unit_test(chan_ride__answers_leave_when_no_more_comes),
		cmocka_unit_test(chan_ride__little_input_holds_nothing_up),
		cmocka_unit_test(chan_ride__only_the_output_of_one_channel_waits),
		cmocka_unit_test(chan_ride__the_end_of_the_output_is_seen),
		cmocka_unit_test(chan_ride__without_a_window_nothing_leaves),
		cmocka_unit_test(chan_ride__a_channel_that_goes_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
