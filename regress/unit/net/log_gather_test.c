/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <fcntl.h>
#include <stdio.h>

#include "lib/base/log.h"
#include "unit/net/lower.h"

/* A connection, and the monitor's end of its socket. */
struct fixture {
	struct lower *l;
	struct ipc monitor;
	struct ipc_message message;
	char other[LOG_LINE_MAX];	/* the last line that came alone */
};

static void
keep_line(void *arg, enum log_level level, const char *line)
{
	struct fixture *f = arg;

	(void)level;
	snprintf(f->other, sizeof(f->other), "%s", line);
}

static void
begin(struct fixture *f)
{
	struct err err;
	int fds[2];

	*f = (struct fixture){ .l = lower_new_logged_in(1) };
	assert_true(ipc_pair(fds, &err));
	ipc_init(&f->l->conn.monitor, fds[0], MONITOR_TO_NET);
	ipc_init(&f->monitor, fds[1], NET_TO_MONITOR);
	assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	log_open(keep_line, f, LOG_LEVEL_INFO);
}

static void
end(struct fixture *f)
{
	log_open(NULL, NULL, LOG_LEVEL_QUIET);
	ipc_clear(&f->monitor);
	ipc_clear(&f->l->conn.monitor);
	lower_free(f->l);
}

/* The lines of the next message; none: len 0. */
static struct bytes
monitor_gets(struct fixture *f)
{
	struct err err;
	bool got;

	assert_true(ipc_recv(&f->monitor, MON_AUTHED, &f->message, &got,
	    &err));
	if (!got)
		return (struct bytes){ 0 };
	assert_int_equal(f->message.id, IPC_NET_LOG_LINES);
	return f->message.u.NET_LOG_LINES.lines;
}

static void
time_passes(struct fixture *f, int ms)
{
	f->l->now_ms += ms;
	lower_round(f->l);
}

#define GETS(f, literal) assert_bytes_are(monitor_gets(f), BYTES_LIT(literal))
#define GETS_NOTHING(f) assert_int_equal(monitor_gets(f).len, 0)

static void
assert_bytes_are(struct bytes got, struct bytes wanted)
{
	assert_int_equal(got.len, wanted.len);
	assert_memory_equal(got.p, wanted.p, wanted.len);
}

static void
log_gather__lines_wait_and_leave_together(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	log_gather_info(&f.l->conn, "%s %u", "opened", 1u);
	time_passes(&f, LOG_GATHER_MS - 1);
	log_gather_info(&f.l->conn, "closed");
	GETS_NOTHING(&f);
	/* the first one has waited long enough */
	time_passes(&f, 1);
	GETS(&f, "\0\0\0\10opened 1" "\0\0\0\6closed");
	time_passes(&f, 10 * LOG_GATHER_MS);
	GETS_NOTHING(&f);
	log_gather_info(&f.l->conn, "again");
	time_passes(&f, LOG_GATHER_MS);
	GETS(&f, "\0\0\0\5again");
	end(&f);
}

static void
log_gather__what_is_flushed_is_sent_once(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	log_gather_flush(&f.l->conn);
	GETS_NOTHING(&f);
	log_gather_info(&f.l->conn, "line");
	log_gather_flush(&f.l->conn);
	GETS(&f, "\0\0\0\4line");
	assert_null(f.l->conn.loop.timers);
	log_gather_flush(&f.l->conn);
	time_passes(&f, LOG_GATHER_MS);
	GETS_NOTHING(&f);
	end(&f);
}

static void
log_gather__a_crowd_loses_no_line(void **state)
{
	struct fixture f;
	struct bytes lines;
	char wanted[LOG_LINE_MAX];
	unsigned number = 0, messages = 0;

	(void)state;
	begin(&f);
	for (unsigned i = 0; i < 100; i++)
		log_gather_info(&f.l->conn, "%0500u", i);
	log_gather_flush(&f.l->conn);
	while ((lines = monitor_gets(&f)).len != 0) {
		struct reader r = rd_init(lines);

		for (messages++; rd_left(&r) != 0; number++) {
			snprintf(wanted, sizeof(wanted), "%0500u", number);
			assert_bytes_are(rd_string(&r, LOG_LINE_BYTES, "line"),
			    bytes_str(wanted));
		}
	}
	assert_int_equal(number, 100);
	assert_int_equal(messages, 100 / (LOG_LINES_BYTES / 504) + 1);
	end(&f);
}

static void
log_gather__the_longest_line_is_cut(void **state)
{
	struct fixture f;
	struct reader r;

	(void)state;
	begin(&f);
	log_gather_info(&f.l->conn, "%02000u", 7u);
	log_gather_flush(&f.l->conn);
	r = rd_init(monitor_gets(&f));
	assert_int_equal(rd_string(&r, LOG_LINE_BYTES, "line").len,
	    LOG_LINE_MAX - 1);
	assert_int_equal(rd_left(&r), 0);
	end(&f);
}

static void
log_gather__a_quiet_log_gets_nothing(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	log_open(keep_line, &f, LOG_LEVEL_ERROR);
	log_gather_info(&f.l->conn, "line");
	assert_null(f.l->conn.log_gather.lines);
	/* but a pattern may name this place: the line is no part of a crowd */
	log_set_verbose(BYTES_LIT("log_gather.c:*"));
	log_gather_info(&f.l->conn, "line %u", 2u);
	assert_non_null(strstr(f.other, "): line 2"));
	log_set_verbose((struct bytes){ 0 });
	log_gather_flush(&f.l->conn);
	GETS_NOTHING(&f);
	end(&f);
}

static void
log_gather__without_a_monitor_the_connection_ends(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	ipc_clear(&f.monitor);
	log_gather_info(&f.l->conn, "line");
	assert_false(f.l->conn.loop.stop);
	log_gather_flush(&f.l->conn);
	assert_true(f.l->conn.loop.stop);
	end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(log_gather__lines_wait_and_leave_together),
		TEST(log_gather__what_is_flushed_is_sent_once),
		TEST(log_gather__a_crowd_loses_no_line),
		TEST(log_gather__the_longest_line_is_cut),
		TEST(log_gather__a_quiet_log_gets_nothing),
		TEST(log_gather__without_a_monitor_the_connection_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
