/* SPDX-License-Identifier: ISC */
#include "signer/fork_log.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/confine.h"
#include "lib/base/log.h"
#include "sshd/listener/signer_filter.h"
#include "unit/test.h"

#define SAID_MAX	4096

struct fixture {
	struct signer signer;
	char said[SAID_MAX];		/* "LEVEL LINE\n" of each line */
	unsigned hijacked_count;
};

static void
keep_line(void *arg, enum log_level level, const char *line)
{
	struct fixture *f = arg;
	size_t len = strlen(f->said);

	snprintf(f->said + len, SAID_MAX - len, "%d %s\n", (int)level, line);
}

/* signer is the first member. */
static void
count_hijacked(struct signer *signer)
{
	((struct fixture *)signer)->hijacked_count++;
}

static void
set_up(struct fixture *f)
{
	struct err err;

	*f = (struct fixture){
		.signer.loop.epoll_fd = -1, .signer.lines.fd = -1,
		.signer.to_parent.fd = -1,
	};
	log_open(keep_line, f, LOG_LEVEL_VERBOSE);
	assert_true(loop_init(&f->signer.loop, &clock_system, &err));
	assert_true(fork_log_open(&f->signer, count_hijacked, &err));
}

static void
tear_down(struct fixture *f)
{
	ipc_clear(&f->signer.lines);
	ipc_clear(&f->signer.to_parent);
	loop_clear(&f->signer.loop);
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
}

static void
step(struct fixture *f, int wait_ms)
{
	struct err err;

	assert_true(loop_step(&f->signer.loop, wait_ms, &err));
}

/* A fork under the filter that says so, and ends when the pipe does. */
static pid_t
start_fork(struct fixture *f, int wait_fd)
{
	uint8_t *filter;
	size_t len;
	struct err err;
	char c;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid != 0)
		return pid;
	fork_log_use(&f->signer);
	if (!signer_filter_compile(&filter, &len, &err) ||
	    !confine_calls(bytes_of(filter, len), &err))
		_exit(99);
	log_error("what\ta fork says");
	log_debug("not of this level");
	_exit(wait_fd == -1 || read(wait_fd, &c, 1) == 0 ? 0 : 98);
}

static void
reap(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
fork_log__lines_of_a_confined_fork_are_the_parents(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	reap(start_fork(&f, -1));
	step(&f, 0);
	assert_string_equal(f.said, "2 what\\ta fork says\n");
	assert_false(f.signer.loop.stop);
	assert_int_equal(f.hijacked_count, 0);
	tear_down(&f);
}

static void
fork_log__the_loop_ends_with_the_last_fork(void **state)
{
	struct fixture f;
	int fds[2];
	pid_t pid;

	(void)state;
	set_up(&f);
	assert_int_equal(pipe(fds), 0);
	if ((pid = fork()) == 0) {
		close(fds[1]);
		_exit(waitpid(start_fork(&f, fds[0]), NULL, 0) > 0 ? 0 : 97);
	}
	close(fds[0]);
	fork_log_end(&f.signer);
	while (f.said[0] == '\0')
		step(&f, -1);
	step(&f, 0);
	assert_false(f.signer.loop.stop);
	close(fds[1]);
	reap(pid);
	step(&f, 0);
	assert_true(f.signer.loop.stop);
	assert_int_equal(f.hijacked_count, 0);
	assert_string_equal(f.said, "2 what\\ta fork says\n");
	tear_down(&f);
}

static void
fork_log__a_level_that_is_none_is_an_attack(void **state)
{
	static const uint8_t levels[] = { 0, LOG_LEVEL_DEBUG3 + 1, 255 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		const struct ipc_FORK_LOG m = {
			.level = levels[i], .line = BYTES_LIT("line"),
		};
		struct fixture f;
		struct err err;

		set_up(&f);
		assert_true(ipc_send(&f.signer.to_parent, IPC_FORK_LOG, &m,
		    &err));
		step(&f, 0);
		assert_int_equal(f.hijacked_count, 1);
		assert_int_equal(f.signer.lines.fd, -1);
		assert_non_null(strstr(f.said, "2 attack: a process of the "
		    "signer sent it what it must not: level of a log line"));
		assert_false(f.signer.loop.stop);
		fork_log_end(&f.signer);
		assert_true(f.signer.loop.stop);
		tear_down(&f);
	}
}

static void
fork_log__no_other_message_is_taken(void **state)
{
	(void)state;
	for (unsigned id = 0; id < IPC_COUNT; id++) {
		const uint8_t datagram = (uint8_t)id;
		struct fixture f;

		set_up(&f);
		assert_int_equal(write(f.signer.to_parent.fd, &datagram, 1), 1);
		step(&f, 0);
		assert_int_equal(f.hijacked_count, 1);
		assert_null(strstr(f.said, "\n2"));
		tear_down(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fork_log__lines_of_a_confined_fork_are_the_parents),
		TEST(fork_log__the_loop_ends_with_the_last_fork),
		TEST(fork_log__a_level_that_is_none_is_an_attack),
		TEST(fork_log__no_other_message_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
