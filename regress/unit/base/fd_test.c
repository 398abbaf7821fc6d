/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/fd.h"

#define CONTENT_LEN	(1024 * 1024)	/* more than a pipe takes at once */

struct drain {
	int fd;
	uint8_t *got;
	size_t len;
};

static void *
drain_pipe(void *arg)
{
	struct drain *drain = arg;
	ssize_t n;

	while (drain->len < CONTENT_LEN && (n = read(drain->fd,
	    drain->got + drain->len, CONTENT_LEN - drain->len)) > 0)
		drain->len += (size_t)n;
	return NULL;
}

static void
fd_write_all__goes_on_after_a_part(void **state)
{
	uint8_t *content = malloc(CONTENT_LEN);
	struct drain drain = { .got = malloc(CONTENT_LEN) };
	struct err err;
	pthread_t reader;
	int fds[2];

	(void)state;
	assert_non_null(content);
	assert_non_null(drain.got);
	for (size_t i = 0; i < CONTENT_LEN; i++)
		content[i] = (uint8_t)(i % 251);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	drain.fd = fds[0];
	assert_int_equal(pthread_create(&reader, NULL, drain_pipe, &drain),
	    0);
	assert_true(fd_write_all(fds[1], bytes_of(content, CONTENT_LEN),
	    &err));
	assert_int_equal(pthread_join(reader, NULL), 0);
	assert_int_equal(drain.len, CONTENT_LEN);
	assert_memory_equal(drain.got, content, CONTENT_LEN);
	close(fds[0]);
	close(fds[1]);
	free(drain.got);
	free(content);
}

static void
fd_write_all__tells_why_it_failed(void **state)
{
	struct err err;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_return_code(fd, errno);
	assert_true(fd_write_all(fd, bytes_str(""), &err));
	assert_false(fd_write_all(fd, bytes_str("x"), &err));
	assert_int_equal(err.code, ERR_SYS);
	assert_int_equal(err.sys, ENOSPC);
	close(fd);
}

static void
fd_read_file__takes_the_null_device_for_an_empty_file(void **state)
{
	struct err err;
	uint8_t *text = NULL;
	size_t len = 1;
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int zero_fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd_read_file(null_fd, CONTENT_LEN, &text, &len, &err));
	assert_int_equal(len, 0);
	assert_string_equal((const char *)text, "");
	free(text);
	assert_false(fd_read_file(zero_fd, CONTENT_LEN, &text, &len, &err));
	assert_int_equal(err.code, ERR_FORMAT);
	close(null_fd);
	close(zero_fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fd_write_all__goes_on_after_a_part),
		TEST(fd_write_all__tells_why_it_failed),
		TEST(fd_read_file__takes_the_null_device_for_an_empty_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
