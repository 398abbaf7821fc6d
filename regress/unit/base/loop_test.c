/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <sys/socket.h>

#include "lib/base/loop.h"

static int64_t test_now_ms;

static int64_t
now_ms(const struct clock *clock)
{
	(void)clock;
	return test_now_ms;
}

static const struct clock test_clock = { now_ms };

struct fixture {
	struct loop loop;
	struct watch watches[2];
	int pairs[2][2];
	struct timer timer;
	int fired;
};

static void
setup_fixture(struct fixture *f)
{
	struct err err;

	*f = (struct fixture){ 0 };
	test_now_ms = 1000;
	assert_true(loop_init(&f->loop, &test_clock, &err));
	for (int i = 0; i < 2; i++)
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0,
		    f->pairs[i]), 0);
}

static void
clear_fixture(struct fixture *f)
{
	for (int i = 0; i < 2; i++) {
		close(f->pairs[i][0]);
		close(f->pairs[i][1]);
	}
	loop_clear(&f->loop);
}

static void
count(void *arg)
{
	struct fixture *f = arg;

	f->fired++;
}

static void
unwatch_both(void *arg, uint32_t events)
{
	struct fixture *f = arg;

	(void)events;
	f->fired++;
	loop_unwatch(&f->loop, &f->watches[0]);
	loop_unwatch(&f->loop, &f->watches[1]);
}

static void
loop_unwatch__stops_events_already_taken(void **state)
{
	struct fixture f;
	struct err err;

	(void)state;
	setup_fixture(&f);
	for (int i = 0; i < 2; i++) {
		assert_true(loop_watch(&f.loop, &f.watches[i], f.pairs[i][0],
		    EPOLLIN, unwatch_both, &f, &err));
		assert_int_equal(write(f.pairs[i][1], "x", 1), 1);
	}
	assert_true(loop_step(&f.loop, 0, &err));
	assert_int_equal(f.fired, 1);
	clear_fixture(&f);
}

static void
loop_timer__fires_once_when_its_time_has_come(void **state)
{
	struct fixture f;
	struct err err;

	(void)state;
	setup_fixture(&f);
	loop_timer_set(&f.loop, &f.timer, 50, count, &f);
	test_now_ms += 49;
	assert_true(loop_step(&f.loop, 0, &err));
	assert_int_equal(f.fired, 0);
	test_now_ms += 1;
	assert_true(loop_step(&f.loop, 0, &err));
	assert_true(loop_step(&f.loop, 0, &err));
	assert_int_equal(f.fired, 1);
	clear_fixture(&f);
}

static void
rearm(void *arg)
{
	struct fixture *f = arg;

	f->fired++;
	loop_timer_set(&f->loop, &f->timer, 10, rearm, f);
}

static void
loop_timer__may_be_set_again_by_its_own_callback(void **state)
{
	struct fixture f;
	struct err err;

	(void)state;
	setup_fixture(&f);
	loop_timer_set(&f.loop, &f.timer, 10, rearm, &f);
	for (int i = 1; i <= 3; i++) {
		test_now_ms += 10;
		assert_true(loop_step(&f.loop, 0, &err));
		assert_int_equal(f.fired, i);
	}
	loop_timer_stop(&f.loop, &f.timer);
	test_now_ms += 100;
	assert_true(loop_step(&f.loop, 0, &err));
	assert_int_equal(f.fired, 3);
	clear_fixture(&f);
}

static void
set_at_once(void *arg)
{
	struct fixture *f = arg;

	f->fired++;
	loop_timer_set(&f->loop, &f->timer, 0, set_at_once, f);
}

static void
loop_timer__set_without_delay_leaves_descriptors_their_turn(void **state)
{
	struct fixture f;
	struct err err;

	(void)state;
	setup_fixture(&f);
	loop_timer_set(&f.loop, &f.timer, 0, set_at_once, &f);
	for (int i = 1; i <= 3; i++) {
		assert_true(loop_step(&f.loop, -1, &err));
		assert_int_equal(f.fired, i);
	}
	clear_fixture(&f);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(loop_unwatch__stops_events_already_taken),
		TEST(loop_timer__fires_once_when_its_time_has_come),
		TEST(loop_timer__may_be_set_again_by_its_own_callback),
		TEST(loop_timer__set_without_delay_leaves_descriptors_their_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
