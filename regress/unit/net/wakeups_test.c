/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshd/net/wakeups.h"

/* A peer, and who reads from it, as the transport does. */
struct fixture {
	struct clock clock;		/* first: fake_now() */
	int64_t now_ms;
	struct wakeups wakeups;
	struct loop loop;
	struct watch watch;
	int peer, ours;
	size_t got;			/* in all */
};

static int64_t
fake_now(const struct clock *clock)
{
	return ((const struct fixture *)clock)->now_ms;
}

static void
waited(void *arg)
{
	struct fixture *f = arg;

	wakeups_many(&f->wakeups, &f->loop, f->ours, true);
	loop_look_again(&f->loop, &f->watch);
}

static void
readable(void *arg, uint32_t events)
{
	static char room[2 * WAKE_BYTES];
	struct fixture *f = arg;
	ssize_t n = read(f->ours, room, sizeof(room));

	assert_int_equal(events, EPOLLIN);
	assert_true(n > 0);
	f->got += (size_t)n;
	wakeups_read(&f->wakeups, &f->loop, f->ours, (size_t)n, waited, f);
}

static void
connect_pair(struct fixture *f)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	f->peer = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address,
	    &len), 0);
	assert_int_equal(connect(f->peer, (struct sockaddr *)&address, len),
	    0);
	f->ours = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	assert_true(f->ours != -1);
	close(listener);
}

static void
begin(struct fixture *f)
{
	struct err err;

	*f = (struct fixture){ .clock.now_ms = fake_now, .now_ms = 1000 };
	connect_pair(f);
	assert_true(loop_init(&f->loop, &f->clock, &err));
	assert_true(loop_watch(&f->loop, &f->watch, f->ours, EPOLLIN,
	    readable, f, &err));
}

static void
end(struct fixture *f)
{
	loop_clear(&f->loop);
	close(f->peer);
	close(f->ours);
}

/* What arrives on the loopback is there when write(2) returns. */
static void
peer_sends(struct fixture *f, size_t len)
{
	static const char bytes[WAKE_BYTES];
	struct err err;

	assert_true(len <= sizeof(bytes));
	assert_int_equal(write(f->peer, bytes, len), len);
	assert_true(loop_step(&f->loop, 0, &err));
}

static void
time_passes(struct fixture *f, int64_t ms)
{
	struct err err;

	f->now_ms += ms;
	assert_true(loop_step(&f->loop, 0, &err));	/* the timer */
	assert_true(loop_step(&f->loop, 0, &err));	/* what it found */
}

static void
peer_is_fast(struct fixture *f)
{
	wakeups_read(&f->wakeups, &f->loop, f->ours, WAKE_BUSY_BYTES, waited,
	    f);
}

static void
wakeups__every_byte_wakes(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	peer_sends(&f, 1);
	assert_int_equal(f.got, 1);
	for (int i = 0; i < 100; i++) {
		f.now_ms += WAKE_BUSY_MS;
		wakeups_read(&f.wakeups, &f.loop, f.ours, WAKE_BUSY_BYTES - 1,
		    waited, &f);
	}
	peer_sends(&f, 1);
	assert_int_equal(f.got, 2);
	end(&f);
}

static void
wakeups__fast_peer_wakes_with_much(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	peer_is_fast(&f);
	peer_sends(&f, WAKE_BYTES / 2);
	assert_int_equal(f.got, 0);
	peer_sends(&f, WAKE_BYTES / 2);
	assert_int_equal(f.got, WAKE_BYTES);
	/* and again */
	peer_sends(&f, 1);
	assert_int_equal(f.got, WAKE_BYTES);
	end(&f);
}

static void
wakeups__less_is_read_after_a_moment(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	peer_is_fast(&f);
	peer_sends(&f, 1);
	assert_int_equal(f.got, 0);
	time_passes(&f, WAKE_WAIT_MS);
	assert_int_equal(f.got, 1);
	peer_sends(&f, 1);
	assert_int_equal(f.got, 2);
	end(&f);
}

static void
wakeups__end_of_stream_wakes(void **state)
{
	struct fixture f;
	struct epoll_event event;

	(void)state;
	begin(&f);
	peer_is_fast(&f);
	assert_int_equal(shutdown(f.peer, SHUT_WR), 0);
	assert_int_equal(epoll_wait(f.loop.epoll_fd, &event, 1, 0), 1);
	end(&f);
}

/* Fast again after `ms`: does it wake with much only? */
static bool
is_few_after(struct fixture *f, int64_t ms)
{
	size_t before;
	bool few;

	f->now_ms += ms;
	peer_is_fast(f);
	before = f->got;
	peer_sends(f, 1);
	few = f->got == before;
	time_passes(f, WAKE_WAIT_MS);
	assert_int_equal(f->got, before + 1);
	return few;
}

static void
wakeups__in_vain_rests_longer_each_time(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	assert_true(is_few_after(&f, 0));
	for (int64_t rest_ms = WAKE_REST_MS; rest_ms < WAKE_REST_MAX_MS;
	    rest_ms *= 2) {
		/* counted from when it began; each look waits, too */
		assert_false(is_few_after(&f, rest_ms - 2 * WAKE_WAIT_MS - 1));
		assert_true(is_few_after(&f, 1));
	}
	assert_false(is_few_after(&f, WAKE_REST_MAX_MS - 2 * WAKE_WAIT_MS - 1));
	assert_true(is_few_after(&f, 1));
	end(&f);
}

static void
wakeups__what_lasted_rests_shortly(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	assert_true(is_few_after(&f, 0));
	f.now_ms += WAKE_REST_MS;
	for (int i = 0; i < WAKE_LASTED; i++)
		peer_is_fast(&f);
	peer_sends(&f, 1);
	time_passes(&f, WAKE_WAIT_MS);
	assert_int_equal(f.got, 2);
	assert_true(is_few_after(&f, WAKE_REST_MS - WAKE_WAIT_MS));
	end(&f);
}

static void
wakeups__what_lasted_longer_than_a_rest_has_none(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (int i = 0; i < WAKE_LASTED; i++)
		peer_is_fast(&f);
	f.now_ms += WAKE_REST_MS;
	time_passes(&f, WAKE_WAIT_MS);
	assert_true(is_few_after(&f, 0));
	end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wakeups__every_byte_wakes),
		cmocka_unit_test(wakeups__fast_peer_wakes_with_much),
		cmocka_unit_test(wakeups__less_is_read_after_a_moment),
		cmocka_unit_test(wakeups__end_of_stream_wakes),
		cmocka_unit_test(wakeups__in_vain_rests_longer_each_time),
		cmocka_unit_test(wakeups__what_lasted_rests_shortly),
		cmocka_unit_test(wakeups__what_lasted_longer_than_a_rest_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
