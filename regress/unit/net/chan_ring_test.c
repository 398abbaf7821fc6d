/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include "sshd/net/channels.h"

#define ENDS	4

struct fixture {
	struct chan_ring ring;
	struct chan_end ends[ENDS];
	size_t pieces[ENDS];		/* at a time; 0: all it may */
	size_t sent[ENDS];
};

/* The turn of the next one; returns which. */
static int
serve(struct fixture *f)
{
	size_t bytes;
	struct chan_end *end = chan_ring_pop(&f->ring, &bytes);
	int i = (int)(end - f->ends);

	if (f->pieces[i] != 0)
		bytes = MIN(bytes, f->pieces[i]);
	chan_ring_spend(end, bytes);
	f->sent[i] += bytes;
	return i;
}

static void
push(struct fixture *f, int i)
{
	chan_ring_push(&f->ring, &f->ends[i]);
}

/* The same; it has more. */
static int
serve_bulk(struct fixture *f)
{
	int i = serve(f);

	push(f, i);
	return i;
}

static void
chan_ring__bulk_is_served_in_turn(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	for (int i = 0; i < ENDS; i++)
		push(&f, i);
	for (int n = 0; n < 1000 * ENDS; n++)
		assert_int_equal(serve_bulk(&f), n % ENDS);
	for (int i = 1; i < ENDS; i++)
		assert_int_equal(f.sent[i], f.sent[0]);
}

static void
chan_ring__little_goes_first(void **state)
{
	struct fixture f = { .pieces[0] = 5 };

	(void)state;
	for (int i = 1; i < ENDS; i++) {
		push(&f, i);
		(void)serve_bulk(&f);
	}
	for (int n = 0; n < 1000; n++) {
		push(&f, 0);
		assert_int_equal(serve(&f), 0);
		assert_int_not_equal(serve_bulk(&f), 0);
	}
}

static void
chan_ring__bulk_that_pauses_does_not_go_before_little(void **state)
{
	struct fixture f = { .pieces[0] = 5 };

	(void)state;
	for (int n = 0; n < 1000; n++) {
		for (int i = 1; i < ENDS; i++)
			push(&f, i);
		push(&f, 0);
		/* each is new once */
		for (int i = 1; n == 0 && i < ENDS; i++)
			(void)serve_bulk(&f);
		assert_int_equal(serve(&f), 0);
		for (int i = 1; i < ENDS; i++)
			assert_int_equal(serve(&f), i);
	}
}

static void
chan_ring__a_new_one_is_believed_to_have_little(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	push(&f, 0);
	for (int i = 0; i < 10; i++)
		(void)serve_bulk(&f);
	push(&f, 1);
	assert_int_equal(serve_bulk(&f), 1);
	assert_int_equal(f.sent[1], CHAN_RING_NEW);
	assert_int_equal(serve_bulk(&f), 0);
	assert_int_equal(serve_bulk(&f), 1);
}

static void
chan_ring__who_sent_much_long_ago_goes_first_again(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	push(&f, 0);
	push(&f, 1);
	for (int i = 0; i < 10; i++)
		(void)serve_bulk(&f);
	chan_ring_remove(&f.ring, &f.ends[0]);
	for (int i = 0; i < 2 * CHAN_RING_MEMORY; i++)
		assert_int_equal(serve_bulk(&f), 1);
	push(&f, 0);
	assert_int_equal(serve(&f), 0);
}

static void
chan_ring__much_in_little_pieces_takes_no_more_than_its_part(void **state)
{
	struct fixture f = { .pieces[0] = 512 };

	(void)state;
	for (int i = 0; i < ENDS; i++)
		push(&f, i);
	for (int n = 0; n < 100000; n++)
		(void)serve_bulk(&f);
	for (int i = 1; i < ENDS; i++)
		assert_in_range(f.sent[i], 1000000 + f.sent[0], SIZE_MAX);
}

static void
chan_ring__who_leaves_is_not_served(void **state)
{
	struct fixture f = { 0 };
	struct chan_end *end = NULL;
	int count = 0;

	(void)state;
	push(&f, 1);
	(void)serve_bulk(&f);		/* among those who have sent more */
	for (int i = 0; i < ENDS; i++)
		push(&f, i);
	push(&f, 2);			/* is there already */
	while ((end = chan_ring_next(&f.ring, end)) != NULL)
		count++;
	assert_int_equal(count, ENDS);
	for (int i = 0; i < ENDS - 1; i++)
		chan_ring_remove(&f.ring, &f.ends[i]);
	chan_ring_remove(&f.ring, &f.ends[0]);	/* is not there any more */
	assert_int_equal(serve(&f), ENDS - 1);
	assert_true(chan_ring_is_empty(&f.ring));
	assert_null(chan_ring_next(&f.ring, NULL));
	push(&f, 0);
	push(&f, 3);
	(void)serve(&f);
	(void)serve(&f);
	assert_true(chan_ring_is_empty(&f.ring));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chan_ring__bulk_is_served_in_turn),
		TEST(chan_ring__little_goes_first),
		TEST(chan_ring__bulk_that_pauses_does_not_go_before_little),
		TEST(chan_ring__a_new_one_is_believed_to_have_little),
		TEST(chan_ring__who_sent_much_long_ago_goes_first_again),
		TEST(chan_ring__much_in_little_pieces_takes_no_more_than_its_part),
		TEST(chan_ring__who_leaves_is_not_served),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
