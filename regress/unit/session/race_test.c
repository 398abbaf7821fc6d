/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "sshd/session/race.h"

struct fixture {
	struct loop loop;
	struct clock clock;
	int64_t now_ms;
	struct race race;
	int good, full, filler;		/* listeners, and what fills one */
	uint16_t good_port, full_port, closed_port;
	int done_count, fd, why;
};

static int64_t
now(const struct clock *clock)
{
	const struct fixture *f = (const void *)((const char *)clock -
	    offsetof(struct fixture, clock));

	return f->now_ms;
}

static int
listener(int backlog, uint16_t *port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&in, len), 0);
	if (backlog >= 0)
		assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	*port = ntohs(in.sin_port);
	return fd;
}

static struct sockaddr_storage *
next_address(struct fixture *f)
{
	struct sockaddr_storage *address;

	assert_true(race_reserve(&f->race, f->race.address_count + 1));
	address = &f->race.addresses[f->race.address_count++];
	memset(address, 0, sizeof(*address));
	return address;
}

static void
add(struct fixture *f, uint16_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)next_address(f);

	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in->sin_port = htons(port);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct err err;

	assert_non_null(f);
	f->now_ms = 1000;
	f->clock = (struct clock){ now };
	assert_true(loop_init(&f->loop, &f->clock, &err));
	f->good = listener(8, &f->good_port);
	close(listener(-1, &f->closed_port));
	/* one connection in its queue: those that follow get no answer */
	f->full = listener(0, &f->full_port);
	f->filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	in.sin_port = htons(f->full_port);
	assert_int_equal(connect(f->filler, (struct sockaddr *)&in,
	    sizeof(in)), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	race_clear(&f->race);
	if (f->fd > 0)
		close(f->fd);
	close(f->good);
	close(f->full);
	close(f->filler);
	loop_clear(&f->loop);
	free(f);
	return 0;
}

static void
done(void *arg, int fd, int why)
{
	struct fixture *f = arg;

	f->done_count++;
	f->fd = fd;
	f->why = why;
}

static void
start(struct fixture *f)
{
	race_start(&f->race, &f->loop, done, f);
}

static void
until_done(struct fixture *f)
{
	struct err err;

	while (f->done_count == 0)
		assert_true(loop_step(&f->loop, -1, &err));
	assert_int_equal(f->done_count, 1);
}

static uint16_t
peer_port(int fd)
{
	struct sockaddr_in in;
	socklen_t len = sizeof(in);

	assert_int_equal(getpeername(fd, (struct sockaddr *)&in, &len), 0);
	return ntohs(in.sin_port);
}

static void
race__a_refusal_leads_to_the_next_address_at_once(void **state)
{
	struct fixture *f = *state;

	add(f, f->closed_port);
	add(f, f->good_port);
	start(f);
	until_done(f);
	assert_int_equal(peer_port(f->fd), f->good_port);
}

static void
race__silence_leads_to_the_next_address_after_a_moment(void **state)
{
	struct fixture *f = *state;
	struct err err;

	add(f, f->full_port);
	add(f, f->good_port);
	start(f);
	assert_true(loop_step(&f->loop, 0, &err));
	assert_int_equal(f->race.tried, 1);
	f->now_ms += RACE_DELAY_MS - 1;
	assert_true(loop_step(&f->loop, 0, &err));
	assert_int_equal(f->race.tried, 1);
	f->now_ms++;
	until_done(f);
	assert_int_equal(peer_port(f->fd), f->good_port);
	/* the one that is still silent is given up */
	assert_int_equal(f->race.running, 0);
}

static void
race__nobody_answers_for_the_reason_of_the_last(void **state)
{
	struct fixture *f = *state;

	add(f, f->closed_port);
	add(f, f->closed_port);
	start(f);
	until_done(f);
	assert_int_equal(f->fd, -1);
	assert_int_equal(f->why, ECONNREFUSED);
}

static void
race__an_address_of_no_use_is_passed_over(void **state)
{
	struct fixture *f = *state;

	next_address(f)->ss_family = AF_UNIX;
	add(f, f->good_port);
	start(f);
	until_done(f);
	assert_int_equal(peer_port(f->fd), f->good_port);
}

static void
race__no_address_at_all_is_a_failure(void **state)
{
	struct fixture *f = *state;

	start(f);
	assert_int_equal(f->done_count, 1);
	assert_int_equal(f->fd, -1);
	assert_int_not_equal(f->why, 0);
}

static void
race_order__families_take_turns(void **state)
{
	static const struct { const char *given, *want; } rows[] = {
		{ "", "" }, { "6", "6" }, { "66", "66" }, { "64", "64" },
		{ "6644", "6464" }, { "4666", "4666" }, { "66644", "64646" },
		{ "44466", "46464" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sockaddr_storage v[8] = { 0 };
		size_t count = strlen(rows[i].given);
		uint16_t last[7] = { 0 };

		for (size_t n = 0; n < count; n++) {
			v[n].ss_family = rows[i].given[n] == '6' ? AF_INET6 :
			    AF_INET;
			((struct sockaddr_in *)&v[n])->sin_port =
			    (uint16_t)(n + 1);
		}
		race_order(v, count);
		for (size_t n = 0; n < count; n++) {
			unsigned family = (unsigned)(rows[i].want[n] - '0');
			uint16_t port = ((struct sockaddr_in *)&v[n])->sin_port;

			assert_int_equal(v[n].ss_family, family == 6 ?
			    AF_INET6 : AF_INET);
			/* within a family the order stays */
			assert_true(port > last[family]);
			last[family] = port;
		}
	}
}

#define ROW(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		ROW(race__a_refusal_leads_to_the_next_address_at_once),
		ROW(race__silence_leads_to_the_next_address_after_a_moment),
		ROW(race__nobody_answers_for_the_reason_of_the_last),
		ROW(race__an_address_of_no_use_is_passed_over),
		ROW(race__no_address_at_all_is_a_failure),
		TEST(race_order__families_take_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
