/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "lib/base/log.h"
#include "regress/unit/listener/scripted_monitor.h"
#include "sshd/listener/monitors.h"

#define ROUNDS_MAX	1000	/* of the loop, each ends with an event */

/* A clock that stands still until a test moves it. */
struct test_clock {
	struct clock clock;	/* first: see now_ms() */
	int64_t ms;
};

struct fixture {
	struct listener listener;
	struct test_clock clock;
	char *argv[2];
	int signal_fd;
	char line[LOG_LINE_MAX];	/* the last one logged */
	bool another;			/* signer was started, says the log */
};

static int64_t
now_ms(const struct clock *clock)
{
	return ((const struct test_clock *)(const void *)clock)->ms;
}

static void
capture(void *arg, enum log_level level, const char *line)
{
	struct fixture *f = arg;

	f->another |= strcmp(line, "Started a new signer.") == 0;
	if (level <= LOG_LEVEL_INFO)
		snprintf(f->line, sizeof(f->line), "%s", line);
}

static void
child_signal(void *arg, uint32_t events)
{
	struct fixture *f = arg;
	struct signalfd_siginfo info;

	(void)events;
	while (read(f->signal_fd, &info, sizeof(info)) > 0)
		continue;
	monitors_reap(&f->listener);
}

static void
set_up(struct fixture *f, const char *script)
{
	struct err err;
	sigset_t set;

	*f = (struct fixture){ .clock = { { now_ms }, 1000 },
	    .argv = { (char *)"/sshd", NULL } };
	f->listener.argv = f->argv;
	f->listener.spawner.log_fd = STDERR_FILENO;
	assert_true(loop_init(&f->listener.loop, &f->clock.clock, &err));
	scripted_snapshot(&f->listener.snapshot, script);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	f->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	assert_true(loop_watch(&f->listener.loop, &f->listener.signal_watch,
	    f->signal_fd, EPOLLIN, child_signal, f, &err));
	log_open(capture, f, LOG_LEVEL_INFO);
}

static void
tear_down(struct fixture *f)
{
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
	children_clear(&f->listener.children);
	snapshot_clear(&f->listener.snapshot);
	loop_clear(&f->listener.loop);
	close(f->signal_fd);
}

static void
one_round(struct fixture *f)
{
	struct err err;

	assert_true(loop_step(&f->listener.loop, -1, &err));
}

static unsigned
in_state(const struct fixture *f, enum child_state child_state)
{
	return f->listener.children.in_state[child_state];
}

static void
wait_for_state(struct fixture *f, enum child_state child_state, unsigned count)
{
	for (int i = 0; i < ROUNDS_MAX; i++) {
		if (in_state(f, child_state) == count)
			return;
		one_round(f);
	}
	fail_msg("state %d never had %u children", (int)child_state, count);
}

static void
wait_until_gone(struct fixture *f, pid_t pid)
{
	for (int i = 0; i < ROUNDS_MAX; i++) {
		if (children_find(&f->listener.children, pid) == NULL)
			return;
		one_round(f);
	}
	fail_msg("process %d never ended", (int)pid);
}

/* Hands a connection over; returns the client's end. */
static int
connect_client(struct fixture *f, struct child *child)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    fds), 0);
	assert_true(monitors_connect(&f->listener, child, fds[0],
	    "192.0.2.1", 4242));
	close(fds[0]);
	strcpy(child->remote, "192.0.2.7");
	strcpy(child->local, "192.0.2.1");
	return fds[1];
}

static void
read_hello(int fd)
{
	char buf[16] = { 0 };

	assert_int_equal(read(fd, buf, sizeof(buf) - 1),
	    strlen(SCRIPTED_HELLO));
	assert_string_equal(buf, SCRIPTED_HELLO);
	close(fd);
}

static void
monitors__a_warm_one_serves_and_counts_until_login(void **state)
{
	struct fixture f;
	struct child *child;
	pid_t pid;
	int client;

	(void)state;
	set_up(&f, "ready");
	child = monitors_start(&f.listener);
	assert_non_null(child);
	pid = child->pid;
	wait_for_state(&f, CHILD_WARM, 1);
	assert_int_equal(children_startups(&f.listener.children), 0);
	client = connect_client(&f, child);
	assert_int_equal(children_startups(&f.listener.children), 1);
	wait_for_state(&f, CHILD_LOGGED_IN, 1);
	assert_int_equal(children_startups(&f.listener.children), 0);
	assert_int_equal(child->ipc.fd, -1);
	read_hello(client);
	wait_until_gone(&f, pid);
	assert_string_equal(f.line, "");
	tear_down(&f);
}

static void
monitors__a_connection_may_come_before_ready(void **state)
{
	struct fixture f;
	struct child *child;
	int client;

	(void)state;
	set_up(&f, "late");
	child = monitors_start(&f.listener);
	assert_non_null(child);
	client = connect_client(&f, child);
	wait_for_state(&f, CHILD_LOGGED_IN, 1);
	read_hello(client);
	wait_until_gone(&f, child->pid);
	assert_string_equal(f.line, "");
	tear_down(&f);
}

static void
monitors__one_that_speaks_out_of_turn_is_killed(void **state)
{
	struct fixture f;
	struct child *child;

	(void)state;
	set_up(&f, "impatient");
	child = monitors_start(&f.listener);
	assert_non_null(child);
	wait_until_gone(&f, child->pid);
	assert_non_null(strstr(f.line, "AUTHENTICATED"));
	tear_down(&f);
}

static void
monitors__the_grace_timer_ends_in_a_line_with_pid_and_addresses(void **state)
{
	struct fixture f;
	struct child *child;
	char want[128];
	pid_t pid;

	(void)state;
	set_up(&f, "grace");
	child = monitors_start(&f.listener);
	assert_non_null(child);
	pid = child->pid;
	read_hello(connect_client(&f, child));
	wait_until_gone(&f, pid);
	assert_int_equal(children_startups(&f.listener.children), 0);
	snprintf(want, sizeof(want), "Timeout before authentication for "
	    "connection from 192.0.2.7 to 192.0.2.1, pid = %d", (int)pid);
	assert_string_equal(f.line, want);
	tear_down(&f);
}

/* Until its timer runs, if it ever does. */
static void
wait_for_timer(struct fixture *f, const struct timer *timer)
{
	for (int i = 0; i < ROUNDS_MAX && timer->at_ms == 0; i++)
		one_round(f);
	assert_int_equal(timer->at_ms, f->clock.ms + CLIENT_LEFT_MS);
}

static void
monitors__one_that_is_blocked_ends_when_its_client_has_long_left(void **state)
{
	struct fixture f;
	struct child *child;
	char want[192];
	pid_t pid;

	(void)state;
	set_up(&f, "blocked");
	child = monitors_start(&f.listener);
	assert_non_null(child);
	pid = child->pid;
	read_hello(connect_client(&f, child));
	wait_for_timer(&f, &child->leaving.timer);
	assert_string_equal(f.line, "");
	f.clock.ms += CLIENT_LEFT_MS;
	wait_until_gone(&f, pid);
	snprintf(want, sizeof(want), "Ended a login that was still being "
	    "checked 10 s after the client had left: connection from "
	    "192.0.2.7 to 192.0.2.1, pid = %d", (int)pid);
	assert_string_equal(f.line, want);
	tear_down(&f);
}

static void
monitors__one_whose_check_ends_in_time_is_left_alone(void **state)
{
	struct fixture f;
	struct child *child;
	pid_t pid;

	(void)state;
	set_up(&f, "delayed");
	child = monitors_start(&f.listener);
	assert_non_null(child);
	pid = child->pid;
	read_hello(connect_client(&f, child));
	wait_for_state(&f, CHILD_LOGGED_IN, 1);
	assert_int_equal(child->leaving.timer.at_ms, 0);
	wait_until_gone(&f, pid);
	assert_string_equal(f.line, "");
	tear_down(&f);
}

static void
pool__is_filled_after_the_burst_and_used_first(void **state)
{
	struct fixture f;
	struct child *child;

	(void)state;
	set_up(&f, "ready");
	pool_wake(&f.listener);
	assert_int_equal(f.listener.pool.count, 0);
	f.clock.ms += POOL_REFILL_MS;
	wait_for_state(&f, CHILD_WARM, 1);
	assert_int_equal(f.listener.pool.count, 1);
	child = f.listener.pool.idle[0];
	assert_ptr_equal(pool_take(&f.listener), child);
	assert_int_equal(f.listener.pool.count, 0);
	/* with none left a new one is started at once */
	assert_ptr_not_equal(pool_take(&f.listener), child);
	tear_down(&f);
}

static void
pool__shrinks_when_it_becomes_quiet(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, "ready");
	for (int i = 0; i < 6; i++)
		assert_non_null(pool_take(&f.listener));
	f.clock.ms += POOL_REFILL_MS;
	/* nobody found one ready: the next six would */
	wait_for_state(&f, CHILD_WARM, 6 + 7);
	for (int i = 0; i < 7; i++) {
		f.clock.ms += POOL_DECAY_MS;
		one_round(&f);
	}
	wait_for_state(&f, CHILD_WARM, 6 + 1);
	assert_int_equal(f.listener.pool.count, 1);
	assert_false(f.listener.pool.decay.linked);
	tear_down(&f);
}

static void
pool__does_not_grow_while_every_arrival_finds_one_ready(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, "ready");
	pool_wake(&f.listener);
	for (unsigned i = 0; i < 4; i++) {
		f.clock.ms += POOL_REFILL_MS;
		wait_for_state(&f, CHILD_WARM, i + 1);
		assert_int_equal(f.listener.pool.count, 1);
		assert_non_null(pool_take(&f.listener));
	}
	assert_false(f.listener.pool.decay.linked);
	tear_down(&f);
}

static void
pool__a_flood_does_not_fill_it_beyond_its_bound(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, "ready");
	for (unsigned i = 0; i < 2 * POOL_MAX; i++)
		assert_non_null(pool_take(&f.listener));
	f.clock.ms += POOL_REFILL_MS;
	wait_for_state(&f, CHILD_WARM, 2 * POOL_MAX + POOL_MAX);
	assert_int_equal(f.listener.pool.count, POOL_MAX);
	tear_down(&f);
}

static void
pool__a_reload_sends_the_idle_ones_away(void **state)
{
	struct fixture f;
	pid_t pid;

	(void)state;
	set_up(&f, "ready");
	pool_wake(&f.listener);
	f.clock.ms += POOL_REFILL_MS;
	wait_for_state(&f, CHILD_WARM, 1);
	pid = f.listener.pool.idle[0]->pid;
	pool_discard(&f.listener);
	assert_int_equal(f.listener.pool.count, 0);
	wait_until_gone(&f, pid);
	assert_string_equal(f.line, "");
	tear_down(&f);
}

static void
pool__monitors_that_die_at_once_are_retried_ever_more_slowly(void **state)
{
	struct fixture f;
	int64_t last_ms = 0;

	(void)state;
	set_up(&f, "die-at-start");
	pool_wake(&f.listener);
	for (int i = 0; i < 8; i++) {
		f.clock.ms += last_ms + POOL_REFILL_MS;
		wait_for_state(&f, CHILD_STARTING, 1);
		wait_for_state(&f, CHILD_STARTING, 0);
		assert_true(f.listener.pool.retry_ms > last_ms ||
		    f.listener.pool.retry_ms == POOL_RETRY_MAX_MS);
		last_ms = f.listener.pool.retry_ms;
	}
	assert_int_equal(last_ms, POOL_RETRY_MAX_MS);
	tear_down(&f);
}

/* ---- the signer ---------------------------------------------------------- */

static pid_t
start_signer(struct fixture *f)
{
	struct signer *signer = &f->listener.snapshot.signer;
	uint32_t count;
	struct err err;

	signer_clear(signer);
	assert_true(signer_start(&f->listener.spawner, &f->listener.snapshot,
	    signer, &count, &err));
	assert_true(signer_watch(&f->listener, &err));
	strcpy(f->listener.start_dir, "/");
	return signer->pid;
}

static void
wait_until_due(struct fixture *f)
{
	for (int i = 0; i < ROUNDS_MAX && !f->listener.signer_due; i++)
		one_round(f);
	assert_true(f->listener.signer_due);
}

static void
wait_for_another(struct fixture *f)
{
	f->clock.ms += SIGNER_PAUSE_MS;
	for (int i = 0; i < ROUNDS_MAX && !f->another; i++)
		one_round(f);
	assert_true(f->another);
}

/* The monitors that wait would ask the old one. */
static void
signer__one_that_was_hurt_is_replaced_with_the_pool(void **state)
{
	struct fixture f;
	struct child *child;
	pid_t old;

	(void)state;
	set_up(&f, "signer-hurt");
	old = start_signer(&f);
	child = monitors_start(&f.listener);
	assert_non_null(child);
	f.listener.pool.idle[f.listener.pool.count++] = child;
	wait_until_due(&f);
	assert_true(child->discarded);
	assert_int_equal(f.listener.pool.count, 0);
	assert_int_equal(f.listener.snapshot.signer.pid, old);
	/* newcomers have the old one until the other has its keys */
	assert_non_null(monitors_start(&f.listener));
	assert_false(signer_is_awaited(&f.listener));
	wait_for_another(&f);
	assert_int_not_equal(f.listener.snapshot.signer.pid, old);
	tear_down(&f);
}

static void
signer__one_that_ends_is_replaced(void **state)
{
	struct fixture f;
	char want[64];
	pid_t old;

	(void)state;
	set_up(&f, "signer-dies");
	old = start_signer(&f);
	wait_until_due(&f);
	snprintf(want, sizeof(want), "signer process %d ended with status 1",
	    (int)old);
	assert_string_equal(f.line, want);
	assert_int_equal(f.listener.snapshot.signer.pid, 0);
	assert_null(monitors_start(&f.listener));
	assert_true(signer_is_awaited(&f.listener));
	wait_for_another(&f);
	tear_down(&f);
}

static void
no_matter(struct listener *listener, struct signer *signer,
    const struct err *why)
{
	(void)listener;
	(void)signer;
	(void)why;
	fail();
}

static void
signer__one_that_keeps_its_keys_too_long_is_killed(void **state)
{
	struct fixture f;
	char want[64];
	pid_t old;

	(void)state;
	set_up(&f, "signer-slow");
	old = fork();
	if (old == 0)
		_exit(0);
	f.listener.snapshot.signer.pid = old;
	strcpy(f.listener.start_dir, "/");
	wait_until_due(&f);
	f.clock.ms += SIGNER_PAUSE_MS;
	while (f.listener.start.signer.pid == 0)
		one_round(&f);
	assert_true(signer_is_awaited(&f.listener));
	f.clock.ms += SIGNER_WAIT_S * 1000;
	snprintf(want, sizeof(want), "new signer: host keys: %s",
	    strerror(ETIMEDOUT));
	while (f.listener.start.signer.pid != 0)
		one_round(&f);
	assert_string_equal(f.line, want);
	assert_true(f.listener.signer_due);
	tear_down(&f);
}

static void
signer__one_that_was_given_up_is_not_heard_of_again(void **state)
{
	struct fixture f;
	struct err err;
	pid_t pid;

	(void)state;
	set_up(&f, "signer-slow");
	assert_true(signer_begin(&f.listener, &f.listener.snapshot, no_matter,
	    &err));
	pid = f.listener.start.signer.pid;
	signer_abandon(&f.listener);
	signer_abandon(&f.listener);
	assert_false(signer_has_ended(&f.listener, pid, 0));
	one_round(&f);			/* SIGCHLD */
	tear_down(&f);
}

/* Its end is that of a program that can't be executed. */
static void
signer__without_one_there_are_no_monitors(void **state)
{
	struct fixture f;
	int *program = &f.listener.snapshot.programs.fd[PROGRAM_SIGNER];

	(void)state;
	set_up(&f, "signer-dies");
	(void)start_signer(&f);
	close(*program);
	*program = open("/dev/null", O_PATH | O_CLOEXEC);
	wait_until_due(&f);
	assert_null(monitors_start(&f.listener));
	f.clock.ms += SIGNER_PAUSE_MS;
	while (signer_is_awaited(&f.listener))
		one_round(&f);
	assert_null(monitors_start(&f.listener));
	assert_true(f.listener.signer_due);
	tear_down(&f);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(monitors__a_warm_one_serves_and_counts_until_login),
		TEST(monitors__a_connection_may_come_before_ready),
		TEST(monitors__one_that_speaks_out_of_turn_is_killed),
		TEST(monitors__one_that_is_blocked_ends_when_its_client_has_long_left),
		TEST(monitors__one_whose_check_ends_in_time_is_left_alone),
		TEST(monitors__the_grace_timer_ends_in_a_line_with_pid_and_addresses),
		TEST(pool__is_filled_after_the_burst_and_used_first),
		TEST(pool__shrinks_when_it_becomes_quiet),
		TEST(pool__does_not_grow_while_every_arrival_finds_one_ready),
		TEST(pool__a_flood_does_not_fill_it_beyond_its_bound),
		TEST(pool__a_reload_sends_the_idle_ones_away),
		TEST(pool__monitors_that_die_at_once_are_retried_ever_more_slowly),
		TEST(signer__one_that_was_hurt_is_replaced_with_the_pool),
		TEST(signer__one_that_ends_is_replaced),
		TEST(signer__without_one_there_are_no_monitors),
		TEST(signer__one_that_keeps_its_keys_too_long_is_killed),
		TEST(signer__one_that_was_given_up_is_not_heard_of_again),
	};

	scripted_monitor_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
