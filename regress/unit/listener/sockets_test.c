/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"
#include "sshd/listener/sockets.h"

#define LINES_MAX	8

struct lines {
	char v[LINES_MAX][LOG_LINE_MAX];
	size_t count;
};

static void
capture(void *arg, enum log_level level, const char *line)
{
	struct lines *lines = arg;

	(void)level;
	if (lines->count < LINES_MAX)
		snprintf(lines->v[lines->count++], LOG_LINE_MAX, "%s", line);
}

static struct conf_listen
listen_on(const char *address, uint16_t port)
{
	struct conf_listen l = { .address_len = sizeof(struct sockaddr_in) };
	struct sockaddr_in in = { .sin_family = AF_INET,
	    .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, address, &in.sin_addr), 1);
	memcpy(&l.address, &in, sizeof(in));
	return l;
}

/* A port that nobody has at the moment. */
static uint16_t
free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&in, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	close(fd);
	return ntohs(in.sin_port);
}

static bool
change(struct sockets *sockets, struct conf_listen *v, size_t count)
{
	const struct conf_listens wanted = { v, count };

	return sockets_change(sockets, NULL, &wanted);
}

static void
sockets__an_address_that_stays_keeps_its_socket(void **state)
{
	struct conf_listen v[2] = { listen_on("127.0.0.1", free_port()),
	    listen_on("127.0.0.2", free_port()) };
	struct sockets sockets = { .count = 0 };
	struct lines lines = { .count = 0 };
	char want[128];
	int fd;

	(void)state;
	log_open(capture, &lines, LOG_LEVEL_INFO);
	assert_true(change(&sockets, v, 1));
	fd = sockets.v[0]->fd;
	snprintf(want, sizeof(want),
	    "Server listening on 127.0.0.1 port %d.",
	    ntohs(((struct sockaddr_in *)(void *)&v[0].address)->sin_port));
	assert_string_equal(lines.v[0], want);
	assert_true(change(&sockets, v, 2));
	assert_int_equal(sockets.count, 2);
	assert_int_equal(sockets.v[0]->fd, fd);
	assert_int_equal(lines.count, 2);	/* only the new one is news */
	assert_true(change(&sockets, v + 1, 1));
	assert_int_equal(sockets.count, 1);
	sockets_clear(&sockets, NULL);
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
}

static void
sockets__one_address_may_give_way_to_a_narrower_one(void **state)
{
	uint16_t port = free_port();
	struct conf_listen any = listen_on("0.0.0.0", port);
	struct conf_listen local = listen_on("127.0.0.1", port);
	struct sockets sockets = { .count = 0 };
	struct lines lines = { .count = 0 };

	(void)state;
	assert_true(change(&sockets, &any, 1));
	log_open(capture, &lines, LOG_LEVEL_ERROR);
	assert_true(change(&sockets, &local, 1));
	assert_int_equal(sockets.count, 1);
	assert_int_equal(lines.count, 0);
	sockets_clear(&sockets, NULL);
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
}

static void
sockets__when_no_new_address_can_be_had_the_old_ones_stand(void **state)
{
	uint16_t taken = free_port();
	struct conf_listen mine = listen_on("127.0.0.1", free_port());
	struct conf_listen other = listen_on("127.0.0.1", taken);
	struct sockets sockets = { .count = 0 }, rival = { .count = 0 };
	struct lines lines = { .count = 0 };
	char want[128];

	(void)state;
	assert_true(change(&rival, &other, 1));
	assert_true(change(&sockets, &mine, 1));
	log_open(capture, &lines, LOG_LEVEL_ERROR);
	assert_false(change(&sockets, &other, 1));
	snprintf(want, sizeof(want), "Bind to port %u on 127.0.0.1 failed: "
	    "Address already in use.", taken);
	assert_int_equal(lines.count, 1);
	assert_string_equal(lines.v[0], want);
	assert_int_equal(sockets.count, 1);
	assert_memory_equal(&sockets.v[0]->address, &mine.address,
	    mine.address_len);
	sockets_clear(&sockets, NULL);
	sockets_clear(&rival, NULL);
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
}

static void
sockets__an_address_in_use_is_no_reason_to_miss_the_others(void **state)
{
	uint16_t taken = free_port();
	struct conf_listen v[2] = { listen_on("127.0.0.1", taken),
	    listen_on("127.0.0.1", free_port()) };
	struct sockets sockets = { .count = 0 }, rival = { .count = 0 };

	(void)state;
	assert_true(change(&rival, v, 1));
	assert_true(change(&sockets, v, 2));
	assert_int_equal(sockets.count, 1);
	sockets_clear(&sockets, NULL);
	sockets_clear(&rival, NULL);
}

static void
sockets__an_address_that_no_interface_has_is_bound_and_said(void **state)
{
	struct conf_listen later = listen_on("192.0.2.99", free_port());
	struct sockets sockets = { .count = 0 };
	struct lines lines = { .count = 0 };

	(void)state;
	log_open(capture, &lines, LOG_LEVEL_INFO);
	assert_true(change(&sockets, &later, 1));
	assert_string_equal(lines.v[0], "Address 192.0.2.99 does not exist "
	    "yet; listening on it anyway.");
	sockets_clear(&sockets, NULL);
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
}

static void
sockets__one_too_many_is_refused(void **state)
{
	struct conf_listen v[SOCKETS_MAX + 1];
	struct sockets sockets = { .count = 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		v[i] = listen_on("127.0.0.1", 0);
	assert_false(change(&sockets, v, SOCKETS_MAX + 1));
	assert_int_equal(sockets.count, 0);
	assert_true(change(&sockets, v, SOCKETS_MAX));
	sockets_clear(&sockets, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sockets__an_address_that_stays_keeps_its_socket),
		TEST(sockets__one_address_may_give_way_to_a_narrower_one),
		TEST(sockets__when_no_new_address_can_be_had_the_old_ones_stand),
		TEST(sockets__an_address_in_use_is_no_reason_to_miss_the_others),
		TEST(sockets__an_address_that_no_interface_has_is_bound_and_said),
		TEST(sockets__one_too_many_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
