/* SPDX-License-Identifier: ISC */
/* Pages of a file on their way into a pipe. */
#include "unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/compiler.h"
#include "sftp-server/pages.h"

#define FILE_LEN	200000	/* no whole number of pages */
#define HEAD		"head"
#define HEAD_LEN	4

struct way {
	struct pages pages;
	int file_fd;
	int read_fd, write_fd;
};

static uint8_t
content(size_t at)
{
	return (uint8_t)(at * 31 + at / 251);
}

static int
new_file(size_t len)
{
	char path[] = "/tmp/pages_test.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);
	uint8_t *p = malloc(len);

	assert_int_not_equal(fd, -1);
	assert_int_equal(unlink(path), 0);
	assert_non_null(p);
	for (size_t i = 0; i < len; i++)
		p[i] = content(i);
	assert_int_equal(write(fd, p, len), len);
	free(p);
	return fd;
}

/* A pipe of the given size to the client, and a file. */
static void
way_init(struct way *way, int pipe_size)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	assert_true(fcntl(fds[1], F_SETPIPE_SZ, pipe_size) >= pipe_size);
	way->read_fd = fds[0];
	way->write_fd = fds[1];
	way->file_fd = new_file(FILE_LEN);
	pages_init(&way->pages, way->write_fd);
}

static void
way_clear(struct way *way)
{
	pages_close(&way->pages);
	close(way->file_fd);
	close(way->read_fd);
	close(way->write_fd);
}

/* What lies in the pipe is the file's content from `at` on: so many bytes. */
static size_t
read_content(int fd, size_t at)
{
	uint8_t buf[4096];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(buf[i], content(at + len + (size_t)i));
		len += (size_t)n;
	}
	return len;
}

/* Sends as the queue's owner does, until the pipe is full: bytes of pages. */
static size_t
send_all(struct way *way)
{
	size_t before, sent = 0;
	ssize_t n;

	while (pages_next(&way->pages, &before)) {
		if (before != 0) {
			n = write(way->write_fd, HEAD, before);
			if (n == -1)
				break;
			pages_wrote(&way->pages, (size_t)n);
			continue;
		}
		n = pages_send(&way->pages);
		if (n == -1)
			break;
		assert_int_not_equal(n, 0);
		sent += (size_t)n;
	}
	if (pages_next(&way->pages, &before))
		assert_int_equal(errno, EAGAIN);
	return sent;
}

static void
pages__follow_the_bytes_that_announce_them(void **state)
{
	char head[HEAD_LEN];
	struct way way;
	size_t before;

	(void)state;
	way_init(&way, 262144);
	assert_false(pages_next(&way.pages, &before));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pages_take(&way.pages, way.file_fd, 100 + i,
		    10000), 10000);
		pages_follow(&way.pages, (size_t)(i + 1) * HEAD_LEN);
	}
	assert_int_equal(way.pages.len, 30000);
	assert_true(pages_next(&way.pages, &before));
	assert_int_equal(before, HEAD_LEN);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(write(way.write_fd, HEAD, HEAD_LEN), HEAD_LEN);
		pages_wrote(&way.pages, HEAD_LEN);
		assert_int_equal(pages_send(&way.pages), 10000);
		assert_int_equal(read(way.read_fd, head, HEAD_LEN), HEAD_LEN);
		assert_memory_equal(head, HEAD, HEAD_LEN);
		assert_int_equal(read_content(way.read_fd, 100 + (size_t)i),
		    10000);
	}
	assert_false(pages_next(&way.pages, &before));
	assert_int_equal(way.pages.len, 0);
	way_clear(&way);
}

static void
pages__a_small_pipe_takes_them_piece_by_piece(void **state)
{
	struct way way;
	size_t before, at = 0, n;
	unsigned pieces = 0;

	(void)state;
	way_init(&way, 4096);
	assert_int_equal(pages_take(&way.pages, way.file_fd, 0, 50000), 50000);
	pages_follow(&way.pages, 0);
	while (pages_next(&way.pages, &before)) {
		n = send_all(&way);
		assert_int_not_equal(n, 0);
		assert_int_equal(read_content(way.read_fd, at), n);
		at += n;
		pieces++;
	}
	assert_int_equal(at, 50000);
	assert_true(pieces > 1);
	way_clear(&way);
}

static void
pages__there_are_none_behind_the_end(void **state)
{
	struct way way;
	size_t before;

	(void)state;
	way_init(&way, 262144);
	assert_int_equal(pages_take(&way.pages, way.file_fd, FILE_LEN - 5000,
	    32768), 5000);
	pages_follow(&way.pages, 0);
	assert_int_equal(send_all(&way), 5000);
	assert_int_equal(read_content(way.read_fd, FILE_LEN - 5000), 5000);
	assert_int_equal(pages_take(&way.pages, way.file_fd, FILE_LEN, 32768),
	    0);
	assert_int_equal(pages_take(&way.pages, way.file_fd, FILE_LEN + 70000,
	    32768), 0);
	assert_false(pages_next(&way.pages, &before));
	assert_int_equal(way.pages.len, 0);
	assert_int_equal(way.pages.slots, 0);
	way_clear(&way);
}

/* The length was told already: as many bytes must come. */
static void
pages__a_file_that_shrinks_meanwhile_still_gives_what_was_taken(void **state)
{
	struct way way;
	size_t before, sent, got = 0;
	uint8_t buf[4096];
	ssize_t n;

	(void)state;
	way_init(&way, 4096);
	assert_int_equal(pages_take(&way.pages, way.file_fd, 0, 50000), 50000);
	pages_follow(&way.pages, 0);
	sent = send_all(&way);
	assert_true(sent != 0 && sent < 50000);
	assert_int_equal(ftruncate(way.file_fd, 100), 0);
	while (got < 50000) {
		n = read(way.read_fd, buf, sizeof(buf));
		assert_true(n > 0);
		got += (size_t)n;
		sent += send_all(&way);
	}
	assert_int_equal(got, 50000);
	assert_int_equal(sent, 50000);
	assert_false(pages_next(&way.pages, &before));
	assert_int_equal(pages_take(&way.pages, way.file_fd, 100, 100), 0);
	way_clear(&way);
}

static void
pages__a_queue_that_is_not_written_stays_in_front(void **state)
{
	struct way way;
	size_t before;

	(void)state;
	way_init(&way, 262144);
	assert_int_equal(pages_take(&way.pages, way.file_fd, 0, 100), 100);
	pages_follow(&way.pages, 10);
	assert_int_equal(pages_take(&way.pages, way.file_fd, 0, 100), 100);
	pages_follow(&way.pages, 25);
	pages_wrote(&way.pages, 4);
	assert_true(pages_next(&way.pages, &before));
	assert_int_equal(before, 6);
	pages_wrote(&way.pages, 6);
	assert_int_equal(pages_send(&way.pages), 100);
	assert_true(pages_next(&way.pages, &before));
	assert_int_equal(before, 15);
	way_clear(&way);
}

/* -1 with EAGAIN: the caller copies, and may ask again. */
static void
pages__no_more_are_taken_than_wait(void **state)
{
	struct way way;
	unsigned taken = 0;
	ssize_t n;

	(void)state;
	way_init(&way, 262144);
	while ((n = pages_take(&way.pages, way.file_fd, 0, 16384)) == 16384) {
		pages_follow(&way.pages, 0);
		assert_true(++taken <= PAGES_PARTS_MAX);
	}
	assert_int_equal(n, -1);
	assert_int_equal(errno, EAGAIN);
	assert_true(taken > 1);
	assert_int_not_equal(send_all(&way), 0);
	assert_int_equal(pages_take(&way.pages, way.file_fd, 0, 16384), 16384);
	way_clear(&way);
}

static void
pages__longer_than_our_pipe_are_copied(void **state)
{
	struct way way;

	(void)state;
	way_init(&way, 4096);
	assert_int_equal(pages_take(&way.pages, way.file_fd, 0, 8 << 20), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(way.pages.count, 0);
	way_clear(&way);
}

/* A socket, as inetd and some sshd give one: everything is copied. */
static void
pages__only_a_pipe_gets_them(void **state)
{
	struct pages pages;
	int fds[2], file_fd = new_file(20000);
	size_t before;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    fds), 0);
	pages_init(&pages, fds[0]);
	assert_int_equal(pages_take(&pages, file_fd, 0, 16384), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(pages.fds[0], -1);
	assert_false(pages_next(&pages, &before));
	pages_settle(&pages);
	pages_close(&pages);
	close(file_fd);
	close(fds[0]);
	close(fds[1]);
}

/* EINVAL: it is not worth asking again. */
static void
pages__what_has_none_says_so_for_good(void **state)
{
	struct way way;
	int dir_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_not_equal(dir_fd, -1);
	way_init(&way, 262144);
	assert_int_equal(pages_take(&way.pages, dir_fd, 0, 16384), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(way.pages.slots, 0);
	way_clear(&way);
	close(dir_fd);
}

static void *
read_away(void *arg)
{
	struct way *way = arg;
	uint8_t buf[10000];
	size_t got = 0;
	ssize_t n;

	while (got < sizeof(buf) &&
	    (n = read(way->read_fd, buf, sizeof(buf) - got)) > 0)
		got += (size_t)n;
	return way;
}

/* Whoever changes the file after that changes no reply. */
static void
pages__are_settled_when_the_reader_has_them(void **state)
{
	struct way way;
	pthread_t thread;
	uint8_t byte;

	(void)state;
	way_init(&way, 262144);
	pages_settle(&way.pages);
	assert_int_equal(pages_take(&way.pages, way.file_fd, 0, 10000), 10000);
	pages_follow(&way.pages, 0);
	assert_int_equal(send_all(&way), 10000);
	assert_int_equal(pthread_create(&thread, NULL, read_away, &way), 0);
	pages_settle(&way.pages);
	assert_int_equal(read(way.read_fd, &byte, 1), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(pthread_join(thread, NULL), 0);
	way_clear(&way);
}

static void
pages__are_settled_when_the_reader_has_gone(void **state)
{
	struct way way;

	(void)state;
	way_init(&way, 262144);
	assert_int_equal(pages_take(&way.pages, way.file_fd, 0, 10000), 10000);
	pages_follow(&way.pages, 0);
	assert_int_equal(send_all(&way), 10000);
	close(way.read_fd);
	pages_settle(&way.pages);
	assert_false(way.pages.unread);
	way.read_fd = -1;
	way_clear(&way);
}

/* An idle session has no second pipe. */
static void
pages__the_pipe_is_given_back_and_comes_again(void **state)
{
	struct way way;

	(void)state;
	way_init(&way, 262144);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(way.pages.fds[0], -1);
		assert_int_equal(pages_take(&way.pages, way.file_fd, 0, 5000),
		    5000);
		pages_follow(&way.pages, 0);
		assert_int_not_equal(way.pages.fds[0], -1);
		assert_int_equal(send_all(&way), 5000);
		assert_int_equal(read_content(way.read_fd, 0), 5000);
		pages_close(&way.pages);
	}
	way_clear(&way);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages__follow_the_bytes_that_announce_them),
		cmocka_unit_test(pages__a_small_pipe_takes_them_piece_by_piece),
		cmocka_unit_test(pages__there_are_none_behind_the_end),
		cmocka_unit_test(
		    pages__a_file_that_shrinks_meanwhile_still_gives_what_was_taken),
		cmocka_unit_test(
		    pages__a_queue_that_is_not_written_stays_in_front),
		cmocka_unit_test(pages__no_more_are_taken_than_wait),
		cmocka_unit_test(pages__longer_than_our_pipe_are_copied),
		cmocka_unit_test(pages__only_a_pipe_gets_them),
		cmocka_unit_test(pages__what_has_none_says_so_for_good),
		cmocka_unit_test(pages__are_settled_when_the_reader_has_them),
		cmocka_unit_test(pages__are_settled_when_the_reader_has_gone),
		cmocka_unit_test(
		    pages__the_pipe_is_given_back_and_comes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
