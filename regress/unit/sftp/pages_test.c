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

static size_t
read_away_some(int fd)
{
	uint8_t buf[65536];
	ssize_t n = read(fd, buf, sizeof(buf));

	return n < 0 ? 0 : (size_t)n;
}

/* All that stands in line, until the pipe is full. */
static size_t
send_all(struct way *way)
{
	size_t sent = 0;
	ssize_t n;

	while (way->pages.len != 0 && (n = pages_send(&way->pages)) != -1) {
		assert_int_not_equal(n, 0);
		sent += (size_t)n;
	}
	if (way->pages.len != 0)
		assert_int_equal(errno, EAGAIN);
	return sent;
}

/* So many bytes of the file, with nothing before them. */
static size_t
join(struct way *way, off_t offset, size_t len)
{
	assert_true(pages_fit(&way->pages, 0, len));
	return pages_join(&way->pages, (struct bytes){ 0 }, way->file_fd,
	    offset, len);
}

static void
pages__follow_the_bytes_that_announce_them(void **state)
{
	char head[HEAD_LEN];
	uint8_t data[10000];
	struct way way;

	(void)state;
	way_init(&way, 262144);
	for (int i = 0; i < 3; i++) {
		assert_true(pages_has_room(&way.pages));
		assert_true(pages_fit(&way.pages, HEAD_LEN, sizeof(data)));
		assert_int_equal(pages_join(&way.pages, bytes_str(HEAD),
		    way.file_fd, 100 + i, sizeof(data)),
		    HEAD_LEN + sizeof(data));
	}
	assert_int_equal(way.pages.len, 3 * (HEAD_LEN + sizeof(data)));
	assert_int_equal(send_all(&way), 3 * (HEAD_LEN + sizeof(data)));
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(read(way.read_fd, head, HEAD_LEN), HEAD_LEN);
		assert_memory_equal(head, HEAD, HEAD_LEN);
		assert_int_equal(read(way.read_fd, data, sizeof(data)),
		    sizeof(data));
		for (size_t at = 0; at < sizeof(data); at++)
			assert_int_equal(data[at], content(100 + i + at));
	}
	assert_int_equal(way.pages.slots, 0);
	way_clear(&way);
}

static void
pages__a_small_pipe_takes_them_piece_by_piece(void **state)
{
	struct way way;
	size_t at = 0, n;
	unsigned pieces = 0;

	(void)state;
	way_init(&way, 4096);
	assert_int_equal(join(&way, 0, 50000), 50000);
	while (way.pages.len != 0) {
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

/* errno 0, as read(2) returns 0. */
static void
pages__there_are_none_behind_the_end(void **state)
{
	struct way way;

	(void)state;
	way_init(&way, 262144);
	assert_int_equal(join(&way, FILE_LEN - 5000, 32768), 5000);
	assert_int_equal(errno, 0);
	assert_int_equal(send_all(&way), 5000);
	assert_int_equal(read_content(way.read_fd, FILE_LEN - 5000), 5000);
	errno = EIO;
	assert_int_equal(join(&way, FILE_LEN, 32768), 0);
	assert_int_equal(errno, 0);
	assert_int_equal(join(&way, FILE_LEN + 70000, 32768), 0);
	assert_int_equal(way.pages.len, 0);
	way_clear(&way);
}

/* What was announced is then mended where it can be. */
static void
pages__the_line_can_be_taken_back(void **state)
{
	uint8_t all[2 * HEAD_LEN + 5000 + 3000];
	struct way way;

	(void)state;
	way_init(&way, 262144);
	assert_true(pages_fit(&way.pages, HEAD_LEN, 5000));
	assert_int_equal(pages_join(&way.pages, bytes_str(HEAD), way.file_fd,
	    0, 5000), HEAD_LEN + 5000);
	assert_true(pages_fit(&way.pages, HEAD_LEN, 5000));
	assert_int_equal(pages_join(&way.pages, bytes_str(HEAD), way.file_fd,
	    FILE_LEN - 3000, 5000), HEAD_LEN + 3000);
	assert_int_equal(way.pages.len, sizeof(all));
	assert_true(pages_take_back(&way.pages, all));
	assert_memory_equal(all, HEAD, HEAD_LEN);
	assert_memory_equal(all + HEAD_LEN + 5000, HEAD, HEAD_LEN);
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(all[HEAD_LEN + i], content(i));
	for (size_t i = 0; i < 3000; i++)
		assert_int_equal(all[2 * HEAD_LEN + 5000 + i],
		    content(FILE_LEN - 3000 + i));
	assert_int_equal(way.pages.len, 0);
	assert_int_equal(way.pages.slots, 0);
	assert_int_equal(send_all(&way), 0);
	way_clear(&way);
}

/* The length was told already: as many bytes must come. */
static void
pages__a_file_that_shrinks_meanwhile_still_gives_what_was_taken(void **state)
{
	struct way way;
	size_t sent, got = 0;
	uint8_t buf[4096];
	ssize_t n;

	(void)state;
	way_init(&way, 4096);
	assert_int_equal(join(&way, 0, 50000), 50000);
	sent = send_all(&way);
	assert_true(sent != 0 && sent < 50000);
	assert_int_equal(ftruncate(way.file_fd, 100), 0);
	while (got < 50000) {
		n = read(way.read_fd, buf, sizeof(buf));
		assert_true(n > 0);
		got += (size_t)n;
		sent += send_all(&way);
	}
	assert_int_equal(sent, 50000);
	assert_int_equal(join(&way, 100, 100), 0);
	way_clear(&way);
}

/* The caller sends what there is, or copies, and may ask again. */
static void
pages__no_more_join_than_there_are_slots(void **state)
{
	struct way way;
	unsigned joined = 0;

	(void)state;
	way_init(&way, 262144);
	while (pages_has_room(&way.pages)) {
		assert_int_equal(join(&way, 1, 50000), 50000);
		assert_true(++joined < 100);
	}
	assert_true(joined > 1);
	while (pages_fit(&way.pages, 0, 16384)) {
		assert_int_equal(join(&way, 1, 16384), 16384);
		assert_true(++joined < 100);
	}
	assert_false(pages_has_room(&way.pages));
	while (way.pages.len != 0) {
		assert_int_not_equal(send_all(&way), 0);
		assert_true(read_away_some(way.read_fd) != 0);
	}
	assert_int_equal(join(&way, 0, 16384), 16384);
	way_clear(&way);
}

static void
pages__what_is_too_long_is_copied(void **state)
{
	struct way way;

	(void)state;
	way_init(&way, 4096);
	assert_false(pages_fit(&way.pages, 0, 8 << 20));
	assert_false(pages_fit(&way.pages, PAGES_BEFORE_MAX + 1, 16384));
	assert_true(pages_fit(&way.pages, PAGES_BEFORE_MAX, 16384));
	assert_true(pages_has_room(&way.pages));
	way_clear(&way);
}

/* A socket, as inetd and some sshd give one: everything is copied. */
static void
pages__only_a_pipe_gets_them(void **state)
{
	struct pages pages;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    fds), 0);
	pages_init(&pages, fds[0]);
	assert_false(pages_fit(&pages, 0, 16384));
	assert_int_equal(pages.fds[0], -1);
	assert_true(pages_has_room(&pages));
	pages_settle(&pages);
	pages_close(&pages);
	close(fds[0]);
	close(fds[1]);
}

/* EINVAL: it is not worth asking again. */
static void
pages__what_has_none_says_so_for_good(void **state)
{
	struct way way;
	int dir_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint8_t head[HEAD_LEN];

	(void)state;
	assert_int_not_equal(dir_fd, -1);
	way_init(&way, 262144);
	assert_true(pages_fit(&way.pages, HEAD_LEN, 16384));
	assert_int_equal(pages_join(&way.pages, bytes_str(HEAD), dir_fd, 0,
	    16384), HEAD_LEN);
	assert_int_equal(errno, EINVAL);
	assert_true(pages_take_back(&way.pages, head));
	assert_memory_equal(head, HEAD, HEAD_LEN);
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
	assert_int_equal(join(&way, 0, 10000), 10000);
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
	assert_int_equal(join(&way, 0, 10000), 10000);
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
		assert_int_equal(join(&way, 0, 5000), 5000);
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
		cmocka_unit_test(pages__the_line_can_be_taken_back),
		cmocka_unit_test(
		    pages__a_file_that_shrinks_meanwhile_still_gives_what_was_taken),
		cmocka_unit_test(pages__no_more_join_than_there_are_slots),
		cmocka_unit_test(pages__what_is_too_long_is_copied),
		cmocka_unit_test(pages__only_a_pipe_gets_them),
		cmocka_unit_test(pages__what_has_none_says_so_for_good),
		cmocka_unit_test(pages__are_settled_when_the_reader_has_them),
		cmocka_unit_test(pages__are_settled_when_the_reader_has_gone),
		cmocka_unit_test(
		    pages__the_pipe_is_given_back_and_comes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
