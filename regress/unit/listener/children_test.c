/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include <signal.h>
#include <string.h>

#include "lib/base/log.h"
#include "sshd/listener/children.h"

/* As wait(2) packs them on Linux. */
#define EXITED(code)	((code) << 8)
#define KILLED(number)	(number)
#define DUMPED(number)	((number) | 0x80)

struct captured {
	enum log_level level;
	char line[LOG_LINE_MAX];
};

static void
capture(void *arg, enum log_level level, const char *line)
{
	struct captured *captured = arg;

	captured->level = level;
	strcpy(captured->line, line);
}

struct end_case {
	int status;
	bool logged_in;
	enum child_end want;
};

static void
child__its_end_is_classified_by_status_and_signal(void **state)
{
	static const struct end_case cases[] = {
		{ EXITED(0), false, END_ORDERLY },
		{ EXITED(1), false, END_NO_AUTH },
		{ EXITED(2), false, END_NO_AUTH },
		{ EXITED(3), false, END_GRACE },
		{ EXITED(4), false, END_NET_CRASH },
		{ EXITED(4), true, END_NET_CRASH },
		{ EXITED(5), false, END_AUTH_FAILED },
		{ EXITED(6), false, END_REFUSED },
		{ EXITED(7), false, END_INVALID_USER },
		{ EXITED(8), false, END_OURS },
		{ EXITED(9), false, END_NO_AUTH },
		{ EXITED(255), false, END_NO_AUTH },
		{ EXITED(255), true, END_ORDERLY },
		{ KILLED(SIGALRM), false, END_GRACE },
		{ KILLED(SIGALRM), true, END_ORDERLY },
		{ KILLED(SIGTERM), false, END_NO_AUTH },
		{ KILLED(SIGTERM), true, END_ORDERLY },
		{ KILLED(SIGSYS), false, END_CRASH },
		{ DUMPED(SIGSEGV), false, END_CRASH },
		{ DUMPED(SIGABRT), true, END_CRASH },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum child_end got = child_classify(cases[i].status,
		    cases[i].logged_in);

		if (got != cases[i].want)
			print_message("status 0x%x: got %d want %d\n",
			    (unsigned)cases[i].status, (int)got,
			    (int)cases[i].want);
		assert_int_equal(got, cases[i].want);
	}
}

static struct child *
add_serving(struct children *children, pid_t pid)
{
	struct ipc ipc = { .fd = -1 };
	struct child *child = children_add(children, pid, &ipc);

	assert_non_null(child);
	children_set_state(children, child, CHILD_SERVING);
	strcpy(child->remote, "192.0.2.7");
	strcpy(child->local, "192.0.2.1");
	return child;
}

struct line_case {
	int status;
	bool logged_in, has_grace;
	int64_t now_ms;
	enum log_level level;
	const char *line;	/* empty: none */
};

static void
child__its_end_is_logged_with_both_addresses(void **state)
{
#define ID	"connection from 192.0.2.7 to 192.0.2.1"
	static const struct line_case cases[] = {
		{ KILLED(SIGALRM), false, false, 0, LOG_LEVEL_INFO,
		    "Timeout before authentication for " ID ", pid = 77" },
		{ EXITED(3), false, false, 0, LOG_LEVEL_INFO,
		    "Timeout before authentication for " ID ", pid = 77" },
		{ EXITED(4), false, false, 0, LOG_LEVEL_INFO,
		    "Session process 77 unpriv child crash for " ID },
		{ DUMPED(SIGSEGV), false, false, 0, LOG_LEVEL_ERROR,
		    "session process 77 for " ID " killed by signal 11" },
		{ KILLED(SIGTERM), false, false, 0, LOG_LEVEL_DEBUG1,
		    "session process 77 for " ID " killed by signal 15" },
		{ KILLED(SIGKILL), false, false, 1000, LOG_LEVEL_DEBUG1,
		    "session process 77 for " ID " killed by signal 9" },
		{ KILLED(SIGKILL), false, true, 999, LOG_LEVEL_DEBUG1,
		    "session process 77 for " ID " killed by signal 9" },
		{ KILLED(SIGKILL), false, true, 1000, LOG_LEVEL_INFO,
		    "Timeout before authentication for " ID ", pid = 77" },
		{ KILLED(SIGKILL), true, true, 1000, LOG_LEVEL_DEBUG1,
		    "session process 77 for " ID " killed by signal 9" },
		{ EXITED(0), false, false, 0, LOG_LEVEL_QUIET, "" },
		{ EXITED(255), false, true, 1000, LOG_LEVEL_QUIET, "" },
		{ EXITED(255), true, false, 0, LOG_LEVEL_QUIET, "" },
	};
#undef ID

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct children children = { .in_state = { 0 } };
		struct captured captured = { .level = LOG_LEVEL_QUIET };
		struct child *child = add_serving(&children, 77);

		if (cases[i].logged_in)
			children_set_state(&children, child, CHILD_LOGGED_IN);
		child->grace_ends_ms = cases[i].has_grace ? 1000 : 0;
		log_open(capture, &captured, LOG_LEVEL_DEBUG3);
		(void)children_ended(&children, child, cases[i].status,
		    cases[i].now_ms);
		log_open(NULL, NULL, LOG_LEVEL_QUIET);
		assert_string_equal(captured.line, cases[i].line);
		assert_int_equal(captured.level, cases[i].level);
	}
}

static void
children__startups_are_those_that_serve_and_are_not_logged_in(void **state)
{
	struct children children = { .in_state = { 0 } };
	struct ipc ipc = { .fd = -1 };
	struct child *a, *b;

	(void)state;
	assert_non_null(children_add(&children, 1, &ipc));
	a = add_serving(&children, 2);
	b = add_serving(&children, 2 + CHILDREN_BUCKETS);
	assert_int_equal(children_startups(&children), 2);
	children_set_state(&children, a, CHILD_LOGGED_IN);
	assert_int_equal(children_startups(&children), 1);
	(void)children_ended(&children, b, EXITED(0), 0);
	assert_int_equal(children_startups(&children), 0);
	assert_ptr_equal(children_find(&children, 2), a);
	assert_null(children_find(&children, 2 + CHILDREN_BUCKETS));
	children_clear(&children);
	assert_null(children_find(&children, 2));
}

static void
children__windows_of_all_keep_to_a_part_of_the_memory(void **state)
{
	const uint64_t rams[] = {
		UINT64_C(256) << 20, UINT64_C(1) << 30, UINT64_C(24) << 30,
		UINT64_C(1) << 40,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rams); i++) {
		struct children children = { .in_state = { 0 } };
		uint64_t all = rams[i] / WINDOW_GROWTH_ALL_PART, sum = 0;
		uint64_t alone = MIN(rams[i] / WINDOW_GROWTH_PART,
		    WINDOW_GROWTH_MAX);

		for (pid_t pid = 1; pid <= 10000; pid++) {
			struct ipc ipc = { .fd = -1 };
			struct child *child = children_add(&children, pid,
			    &ipc);
			uint32_t given;

			assert_non_null(child);
			given = children_give_window(&children, child,
			    rams[i]);
			assert_true(given <= alone);
			assert_true(given >= alone / (uint64_t)pid ||
			    sum + given == all);
			sum += given;
			assert_int_equal(children.window_growth, sum);
			assert_true(sum <= all);
			children_set_state(&children, child, CHILD_LOGGED_IN);
		}
		/* who goes makes room */
		for (pid_t pid = 1; pid <= 10000; pid++)
			(void)children_ended(&children,
			    children_find(&children, pid), EXITED(0), 0);
		assert_int_equal(children.window_growth, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(child__its_end_is_classified_by_status_and_signal),
		TEST(child__its_end_is_logged_with_both_addresses),
		TEST(children__startups_are_those_that_serve_and_are_not_logged_in),
		TEST(children__windows_of_all_keep_to_a_part_of_the_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
