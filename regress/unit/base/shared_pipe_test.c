/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/shared_pipe.h"

#define STREAM_LEN	(5 * SHARED_PIPE_SIZE + 12345)

struct both {
	struct shared_pipe reader, writer;
	int memory, bells[2];
};

static void
make(struct both *both)
{
	struct err err;

	assert_true(shared_pipe_make(&both->memory, &err));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, both->bells), 0);
	assert_true(shared_pipe_map_reader(&both->reader, both->memory,
	    both->bells[0], &err));
	assert_true(shared_pipe_map_writer(&both->writer, both->memory,
	    both->bells[1], &err));
}

static void
clear(struct both *both)
{
	shared_pipe_unmap_reader(&both->reader);
	shared_pipe_unmap_writer(&both->writer);
	close(both->memory);
	close(both->bells[0]);
	close(both->bells[1]);
}

static ssize_t
put(struct both *both, const void *p, size_t len)
{
	const struct iovec iov = { (void *)(uintptr_t)p, len };

	return shared_pipe_write(&both->writer, &iov, 1);
}

static struct bytes
look(struct both *both)
{
	struct bytes there;
	struct err err;

	assert_true(shared_pipe_look(&both->reader, &there, &err));
	return there;
}

static bool
rings(const struct shared_pipe *pipe)
{
	struct pollfd fd = { .fd = pipe->bell, .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

static void
await_bell(const struct shared_pipe *pipe)
{
	struct pollfd fd = { .fd = pipe->bell, .events = POLLIN };

	assert_int_equal(poll(&fd, 1, -1), 1);
	assert_true(shared_pipe_hush(pipe));
}

static uint8_t
byte_at(size_t at)
{
	return (uint8_t)(at * 2654435761u >> 13);
}

static void *
write_stream(void *arg)
{
	struct shared_pipe *pipe = arg;
	static uint8_t bytes[STREAM_LEN];
	size_t done = 0, piece = 1;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = byte_at(i);
	while (done < sizeof(bytes)) {
		size_t len = MIN(piece, sizeof(bytes) - done);
		const struct iovec iov[3] = {
			{ bytes + done, len / 3 }, { bytes, 0 },
			{ bytes + done + len / 3, len - len / 3 },
		};
		ssize_t n = shared_pipe_write(pipe, iov, 3);

		if (n > 0)
			done += (size_t)n;
		if (n == -1 || (size_t)n < len)
			await_bell(pipe);
		piece = piece * 3 % 300007;
	}
	return NULL;
}

static void
shared_pipe__hands_on_each_byte_in_its_place(void **state)
{
	struct both both;
	pthread_t writer;
	size_t done = 0, want = 1;

	(void)state;
	make(&both);
	assert_int_equal(pthread_create(&writer, NULL, write_stream,
	    &both.writer), 0);
	while (done < STREAM_LEN) {
		size_t wanted = MIN(want, STREAM_LEN - done);
		struct bytes there = look(&both);

		if (there.len < wanted) {
			if (shared_pipe_await(&both.reader, wanted))
				await_bell(&both.reader);
			continue;
		}
		for (size_t i = 0; i < wanted; i++) {
			if (there.p[i] != byte_at(done + i))
				fail_msg("byte %zu", done + i);
		}
		shared_pipe_take(&both.reader, wanted);
		done += wanted;
		want = want * 5 % 262147;
	}
	assert_int_equal(pthread_join(writer, NULL), 0);
	assert_int_equal(look(&both).len, 0);
	clear(&both);
}

static void
shared_pipe__rings_for_what_is_wanted_and_for_no_less(void **state)
{
	struct both both;

	(void)state;
	make(&both);
	assert_int_equal(put(&both, "ab", 2), 2);
	assert_false(rings(&both.reader));
	assert_false(shared_pipe_await(&both.reader, 2));
	assert_true(shared_pipe_await(&both.reader, 4));
	assert_int_equal(put(&both, "c", 1), 1);
	assert_false(rings(&both.reader));
	assert_int_equal(put(&both, "d", 1), 1);
	assert_true(rings(&both.reader));
	assert_true(shared_pipe_hush(&both.reader));
	assert_false(rings(&both.reader));
	assert_int_equal(put(&both, "e", 1), 1);
	assert_false(rings(&both.reader));
	assert_memory_equal(look(&both).p, "abcde", 5);
	clear(&both);
}

static void
shared_pipe__that_is_full_takes_no_more_and_rings_when_it_does(void **state)
{
	uint8_t *much = calloc(1, SHARED_PIPE_SIZE + 1);
	struct both both;

	(void)state;
	make(&both);
	assert_int_equal(put(&both, much, SHARED_PIPE_SIZE + 1),
	    SHARED_PIPE_SIZE);
	assert_int_equal(put(&both, much, 1), -1);
	assert_int_equal(errno, EAGAIN);
	shared_pipe_take(&both.reader, SHARED_PIPE_SIZE / 2 - 1);
	assert_false(rings(&both.writer));
	shared_pipe_take(&both.reader, 1);
	assert_true(rings(&both.writer));
	assert_true(shared_pipe_hush(&both.writer));
	assert_int_equal(put(&both, much, SHARED_PIPE_SIZE),
	    SHARED_PIPE_SIZE / 2);
	/* one that is about to sleep never leaves the writer asleep */
	shared_pipe_take(&both.reader, 1);
	assert_false(rings(&both.writer));
	assert_true(shared_pipe_await(&both.reader, SHARED_PIPE_SIZE));
	assert_true(rings(&both.writer));
	clear(&both);
	free(much);
}

/* What a hijacked process could write there. */
static void
shared_pipe__believes_no_position_that_can_not_be(void **state)
{
	struct both both;
	struct bytes there;
	struct err err;
	uint32_t *written, *taken;
	const uint32_t impossible[] = {
		0, SHARED_PIPE_SIZE + 2, 1u << 31, UINT32_MAX,
	};

	(void)state;
	make(&both);
	written = (uint32_t *)(void *)both.writer.head;
	taken = written + 16;
	assert_int_equal(put(&both, "abc", 3), 3);
	assert_int_equal(*written, 3);
	shared_pipe_take(&both.reader, 1);
	assert_int_equal(*taken, 1);
	for (size_t i = 0; i < ARRAY_LEN(impossible); i++) {
		*written = impossible[i];
		assert_false(shared_pipe_look(&both.reader, &there, &err));
		assert_int_equal(err.code, ERR_RANGE);
	}
	*taken = 4;
	assert_int_equal(put(&both, "x", 1), -1);
	assert_int_equal(errno, EPROTO);
	*taken = 3u - SHARED_PIPE_SIZE - 1;
	assert_int_equal(put(&both, "x", 1), -1);
	assert_int_equal(errno, EPROTO);
	clear(&both);
}

static void
shared_pipe__gives_back_only_memory_of_what_was_taken(void **state)
{
	struct both both;

	(void)state;
	make(&both);
	assert_int_equal(put(&both, "abc", 3), 3);
	shared_pipe_take(&both.reader, 1);
	shared_pipe_release(&both.writer);
	assert_memory_equal(look(&both).p, "bc", 2);
	shared_pipe_take(&both.reader, 2);
	shared_pipe_release(&both.writer);
	assert_int_equal(both.reader.p[0], 0);
	assert_int_equal(put(&both, "def", 3), 3);
	assert_memory_equal(look(&both).p, "def", 3);
	clear(&both);
}

static void
shared_pipe__ends_with_its_other_side(void **state)
{
	struct both both;

	(void)state;
	make(&both);
	assert_true(shared_pipe_hush(&both.reader));
	assert_int_equal(put(&both, "abc", 3), 3);
	assert_int_equal(shutdown(both.bells[1], SHUT_RDWR), 0);
	assert_false(shared_pipe_hush(&both.reader));
	assert_int_equal(look(&both).len, 3);
	assert_false(shared_pipe_hush(&both.writer));
	clear(&both);
}

static void
shared_pipe__has_memory_that_nobody_shrinks_or_grows(void **state)
{
	struct both both;

	(void)state;
	make(&both);
	assert_int_equal(ftruncate(both.memory, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(both.memory, 1 << 30), -1);
	assert_int_equal(errno, EPERM);
	clear(&both);
}

static void
shared_pipe__is_refused_where_files_must_be_small(void **state)
{
	struct rlimit old, small;
	struct err err;
	int memory;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){ 4096, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_false(shared_pipe_make(&memory, &err));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shared_pipe__hands_on_each_byte_in_its_place),
		TEST(shared_pipe__rings_for_what_is_wanted_and_for_no_less),
		TEST(shared_pipe__that_is_full_takes_no_more_and_rings_when_it_does),
		TEST(shared_pipe__believes_no_position_that_can_not_be),
		TEST(shared_pipe__gives_back_only_memory_of_what_was_taken),
		TEST(shared_pipe__ends_with_its_other_side),
		TEST(shared_pipe__has_memory_that_nobody_shrinks_or_grows),
		TEST(shared_pipe__is_refused_where_files_must_be_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
