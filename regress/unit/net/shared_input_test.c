/* SPDX-License-Identifier: ISC */
/* Input of a program that shares memory with net. */
#include "unit/test.h"

#include <sys/socket.h>
#include <unistd.h>

#include "unit/net/lower.h"

#define PIECE	30000

struct fixture {
	struct lower *l;
	struct channel *ch;
	struct shared_pipe input;	/* the program's side */
	int output;
	size_t taken;
};

static void
begin(struct fixture *f)
{
	*f = (struct fixture){ .l = lower_new_logged_in(1) };
	f->l->quirks = PEER_EOW;
	lower_open_session(f->l);
	lower_start_shared(f->l, &f->input, &f->output);
	f->ch = f->l->conn.channels.slots[0].channel;
}

static void
hang_up(struct fixture *f)
{
	if (f->input.bell != -1)
		close(f->input.bell);
	shared_pipe_unmap_reader(&f->input);
}

static void
end(struct fixture *f)
{
	hang_up(f);
	close(f->output);
	lower_free(f->l);
}

/* The next of them is the piece's number, which is that of its bytes. */
static void
take(struct fixture *f, size_t max)
{
	struct bytes there;
	struct err err;

	assert_true(shared_pipe_look(&f->input, &there, &err));
	there.len = MIN(there.len, max);
	for (size_t i = 0; i < there.len; i++, f->taken++)
		assert_int_equal(there.p[i], (uint8_t)(f->taken / PIECE));
	shared_pipe_take(&f->input, there.len);
}

static void
shared_input__keeps_its_order_however_long_it_waits(void **state)
{
	const size_t pieces = 3 * SHARED_PIPE_SIZE / 4000;
	struct fixture f;
	size_t sent = 0, longest = 0;

	(void)state;
	begin(&f);
	while (f.taken < pieces * PIECE) {
		if (sent < pieces)
			assert_true(lower_recv_data(f.l, 0, PIECE,
			    (uint8_t)sent++));
		longest = MAX(longest, f.ch->backlog.len);
		take(&f, sent < pieces ? PIECE - 2000 : SIZE_MAX);
		(void)shared_pipe_await(&f.input, 1);
		lower_round(f.l);
		lower_forget_sent(f.l);
	}
	assert_true(longest > 0);
	assert_int_equal(f.ch->backlog.len, 0);
	end(&f);
}

static void
shared_input__ends_behind_what_still_waits(void **state)
{
	const size_t pieces = (SHARED_PIPE_SIZE + CHANNEL_WINDOW / 2) / PIECE;
	struct fixture f;
	char byte;

	(void)state;
	begin(&f);
	for (size_t i = 0; i < pieces; i++)
		assert_true(lower_recv_data(f.l, 0, PIECE, (uint8_t)i));
	assert_true(RECV(f.l, SSH_MSG_CHANNEL_EOF, N0));
	while (f.taken < pieces * PIECE) {
		take(&f, SIZE_MAX);
		(void)shared_pipe_await(&f.input, 1);
		lower_round(f.l);
	}
	while (shared_pipe_hush(&f.input))
		;
	assert_int_equal(recv(f.input.bell, &byte, 1, 0), 0);
	assert_null(f.ch->shared_input.head);
	end(&f);
}

/* The hang-up of a socket would be reported for ever. */
static void
shared_input__whose_reader_has_gone_is_closed_and_the_client_told(
    void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	hang_up(&f);
	lower_round(f.l);
	SENT(f.l, SSH_MSG_CHANNEL_REQUEST,
	    PEER "\0\0\0\17" "eow@openssh.com\0");
	assert_int_equal(f.ch->ends[END_IN].fd, -1);
	assert_null(f.ch->shared_input.head);
	end(&f);
}

static void
shared_input__of_a_reader_that_took_more_than_there_was_ends(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	shared_pipe_take(&f.input, 1);
	assert_true(lower_recv_data(f.l, 0, 5, 0));
	lower_round(f.l);
	SENT(f.l, SSH_MSG_CHANNEL_REQUEST,
	    PEER "\0\0\0\17" "eow@openssh.com\0");
	assert_null(f.ch->shared_input.head);
	assert_false(f.l->failed);
	end(&f);
}

static void
shared_input__memory_goes_back_a_second_after_its_use(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	assert_true(lower_recv_data(f.l, 0, PIECE, 7));
	f.taken = 7 * PIECE;
	lower_round(f.l);
	f.l->now_ms += 1000;
	lower_round(f.l);
	take(&f, SIZE_MAX);
	assert_int_equal(f.taken, 8 * PIECE);
	assert_int_equal(f.input.p[0], 7);
	assert_true(lower_recv_data(f.l, 0, 1, 8));
	take(&f, SIZE_MAX);
	lower_round(f.l);
	f.l->now_ms += 1000;
	lower_round(f.l);
	assert_int_equal(f.input.p[0], 0);
	end(&f);
}

static void
shared_input__comes_with_its_memory_or_ends_the_connection(void **state)
{
	(void)state;
	for (unsigned count = 1; count < 3; count++) {
		struct lower *l = lower_new_logged_in(1);
		struct ipc_SES_STARTED started = { .input_is_shared = 1 };
		int fds[2];

		lower_open_session(l);
		assert_true(RECV(l, SSH_MSG_CHANNEL_REQUEST,
		    N0 N5 "shell\1"));
		lower_session_gets(l, IPC_SES_START);
		started.request = l->message.u.SES_START.request;
		assert_int_equal(pipe(fds), 0);
		lower_session_says(l, IPC_SES_STARTED, &started, fds, count);
		assert_true(l->failed);
		close(fds[0]);
		close(fds[1]);
		lower_free(l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shared_input__keeps_its_order_however_long_it_waits),
		TEST(shared_input__ends_behind_what_still_waits),
		TEST(shared_input__whose_reader_has_gone_is_closed_and_the_client_told),
		TEST(shared_input__of_a_reader_that_took_more_than_there_was_ends),
		TEST(shared_input__memory_goes_back_a_second_after_its_use),
		TEST(shared_input__comes_with_its_memory_or_ends_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
