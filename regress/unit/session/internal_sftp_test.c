/* SPDX-License-Identifier: ISC */
/* What a child that was taken over can make of its way for log lines. */
#include "unit/test.h"

#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sshd/session/internal_sftp.h"

#define A_WHILE_MS	1000	/* longer than any rest */

struct fixture {
	struct session ses;
	struct program program;
	struct ipc monitor;	/* the other end */
	struct ipc child;
	bool ended;
};

static int64_t now = 1000;

static int64_t
now_ms(const struct clock *clock)
{
	(void)clock;
	return now;
}

static const struct clock test_clock = { now_ms };

/* Of main.c, which is the program. */
void
session_end(struct session *ses)
{
	((struct fixture *)ses)->ended = true;
}

const char *
session_who(const struct session *ses, char *buf, size_t len)
{
	(void)ses;
	(void)len;
	buf[0] = '\0';
	return buf;
}

static struct fixture *
fixture_new(char *command)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err err;
	int fds[2];

	assert_non_null(f);
	assert_true(loop_init(&f->ses.loop, &test_clock, &err));
	assert_true(ipc_pair(fds, &err));
	ipc_init(&f->ses.monitor, fds[0], MONITOR_TO_SESSION);
	ipc_init(&f->monitor, fds[1], SESSION_TO_MONITOR);
	assert_true(fcntl(fds[1], F_SETFL, O_NONBLOCK) == 0);
	f->program.command = command;
	f->program.kind = START_SUBSYSTEM;
	f->program.pid = -1;
	return f;
}

/* As after the fork, with the child's end kept. */
static void
fixture_start(struct fixture *f)
{
	struct err err;

	assert_true(internal_sftp_prepare(&f->ses, &f->program, &err));
	assert_non_null(f->program.relay);
	ipc_init(&f->child, dup(f->program.relay->child_fd), IPC_EDGE_COUNT);
	f->program.pid = 4711;
	internal_sftp_started(&f->ses, &f->program);
	assert_null(f->program.relay);
	assert_non_null(f->ses.sftp_relays);
}

static void
fixture_free(struct fixture *f)
{
	ipc_clear(&f->child);
	internal_sftp_finish(&f->ses);
	assert_null(f->ses.sftp_relays);
	ipc_clear(&f->ses.monitor);
	ipc_clear(&f->monitor);
	loop_clear(&f->ses.loop);
	free(f);
}

static void
step(struct fixture *f)
{
	struct err err;

	assert_true(loop_step(&f->ses.loop, 0, &err));
}

static bool
monitor_gets(struct fixture *f, struct ipc_message *message)
{
	struct err err;
	bool got;

	assert_true(ipc_recv(&f->monitor, MON_AUTHED, message, &got, &err));
	return got;
}

/* The bytes of all lines that are there, copied where all is not NULL. */
static size_t
monitor_gets_all(struct fixture *f, char *all)
{
	struct ipc_message message;
	size_t len = 0;

	while (monitor_gets(f, &message)) {
		struct bytes lines = message.u.SES_SFTP_LOG.lines;

		if (all != NULL)
			memcpy(all + len, lines.p, lines.len);
		len += lines.len;
	}
	if (all != NULL)
		all[len] = '\0';
	return len;
}

static void
internal_sftp__lines_go_on_with_pid_and_facility(void **state)
{
	char command[] = "internal-sftp -f LOCAL5";
	struct fixture *f = fixture_new(command);
	struct ipc_SFTP_LOG line = {
		.level = LOG_LEVEL_ERROR, .lines = BYTES_LIT("said"),
	};
	struct ipc_message message;
	struct err err;

	(void)state;
	fixture_start(f);
	assert_true(ipc_send(&f->child, IPC_SFTP_LOG, &line, &err));
	step(f);
	assert_true(monitor_gets(f, &message));
	assert_int_equal(message.id, IPC_SES_SFTP_LOG);
	assert_int_equal(message.u.SES_SFTP_LOG.pid, 4711);
	assert_int_equal(message.u.SES_SFTP_LOG.facility, LOG_LOCAL5);
	assert_int_equal(message.u.SES_SFTP_LOG.level, LOG_LEVEL_ERROR);
	assert_true(bytes_is(message.u.SES_SFTP_LOG.lines, "said"));
	/* its end is the end of the relay, and of nothing else */
	ipc_clear(&f->child);
	step(f);
	assert_null(f->ses.sftp_relays);
	assert_false(f->ended);
	fixture_free(f);
}

static void
internal_sftp__what_is_no_line_cuts_the_child_off(void **state)
{
	static const struct ipc_SFTP_LOG quiet = { .level = 0 },
	    beyond = { .level = LOG_LEVEL_DEBUG3 + 1 };
	static const struct ipc_PTY_CLOSED closed = { .tty = { 0 } };
	static const struct ipc_SES_LOG log = { .level = LOG_LEVEL_INFO };
	static const struct {
		enum ipc_id id;
		const void *message;
	} rows[] = {
		{ IPC_SFTP_LOG, &quiet }, { IPC_SFTP_LOG, &beyond },
		{ IPC_PTY_CLOSED, &closed }, { IPC_SES_LOG, &log },
	};
	char command[] = "internal-sftp";
	struct ipc_message message;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture *f = fixture_new(command);

		fixture_start(f);
		assert_true(ipc_send(&f->child, rows[i].id, rows[i].message,
		    &err));
		step(f);
		assert_null(f->ses.sftp_relays);
		assert_false(monitor_gets(f, &message));
		assert_false(f->ended);
		fixture_free(f);
	}
}

static void
internal_sftp__a_child_that_never_stops_leaves_room_for_others(void **state)
{
	char command[] = "internal-sftp";
	struct fixture *f = fixture_new(command);
	struct ipc_SFTP_LOG line = {
		.level = LOG_LEVEL_INFO, .lines = BYTES_LIT("again"),
	};
	size_t len;
	struct err err;

	(void)state;
	fixture_start(f);
	for (unsigned i = 0; i < 100; i++)
		assert_true(ipc_send(&f->child, IPC_SFTP_LOG, &line, &err));
	step(f);
	len = monitor_gets_all(f, NULL);
	assert_in_range(len, 5, 99 * 5);
	now += A_WHILE_MS;
	step(f);
	assert_int_equal(len + monitor_gets_all(f, NULL), 100 * 5);
	fixture_free(f);
}

static void
say(struct fixture *f, enum log_level level, const char *text)
{
	const struct ipc_SFTP_LOG line = {
		.level = (uint8_t)level, .lines = bytes_str(text),
	};
	struct err err;

	assert_true(ipc_send(&f->child, IPC_SFTP_LOG, &line, &err));
}

static void
internal_sftp__lines_that_come_by_themselves_go_on_together(void **state)
{
	char command[] = "internal-sftp", all[64] = "";
	struct fixture *f = fixture_new(command);
	struct ipc_message message;

	(void)state;
	fixture_start(f);
	say(f, LOG_LEVEL_INFO, "0");
	step(f);
	assert_true(monitor_gets(f, &message));
	for (unsigned i = 1; i < 4; i++) {
		say(f, LOG_LEVEL_INFO, (char[]){ (char)('0' + i), '\0' });
		step(f);
		assert_false(monitor_gets(f, &message));
	}
	now += A_WHILE_MS;
	step(f);
	assert_true(monitor_gets(f, &message));
	assert_true(bytes_is(message.u.SES_SFTP_LOG.lines, "123"));
	assert_false(monitor_gets(f, &message));
	/* those of another level keep their place */
	say(f, LOG_LEVEL_INFO, "4");
	say(f, LOG_LEVEL_ERROR, "5");
	say(f, LOG_LEVEL_INFO, "6");
	now += A_WHILE_MS;
	step(f);
	assert_int_equal(monitor_gets_all(f, all), 3);
	assert_string_equal(all, "456");
	/* it rests no more when a while has brought nothing */
	now += A_WHILE_MS;
	step(f);
	say(f, LOG_LEVEL_INFO, "7");
	step(f);
	assert_int_equal(monitor_gets_all(f, all), 1);
	/* and the end of the child ends the rest */
	say(f, LOG_LEVEL_INFO, "8");
	ipc_clear(&f->child);
	step(f);
	assert_int_equal(monitor_gets_all(f, all), 1);
	assert_string_equal(all, "8");
	assert_null(f->ses.sftp_relays);
	fixture_free(f);
}

static void
internal_sftp__the_last_words_are_heard_in_a_rest_too(void **state)
{
	char command[] = "internal-sftp", all[64] = "";
	struct fixture *f = fixture_new(command);

	(void)state;
	fixture_start(f);
	say(f, LOG_LEVEL_INFO, "0");
	step(f);
	say(f, LOG_LEVEL_INFO, "1");
	say(f, LOG_LEVEL_INFO, "2");
	ipc_clear(&f->child);
	internal_sftp_finish(&f->ses);
	assert_null(f->ses.sftp_relays);
	assert_int_equal(monitor_gets_all(f, all), 3);
	assert_string_equal(all, "012");
	fixture_free(f);
}

/* The child would wait when its socket is full. */
static void
internal_sftp__there_is_no_rest_while_much_comes(void **state)
{
	static char text[LOG_LINES_BYTES + 1];
	char command[] = "internal-sftp";
	struct fixture *f = fixture_new(command);

	(void)state;
	memset(text, 'x', LOG_LINES_BYTES);
	fixture_start(f);
	for (unsigned i = 0; i < 5; i++)
		say(f, LOG_LEVEL_INFO, text);
	step(f);
	assert_int_equal(monitor_gets_all(f, NULL), 5 * LOG_LINES_BYTES);
	say(f, LOG_LEVEL_INFO, "next");
	step(f);
	assert_int_equal(monitor_gets_all(f, NULL), 4);
	fixture_free(f);
}

static void
internal_sftp__only_the_administrator_s_command_is_it(void **state)
{
	char command[] = "internal-sftp", bad[] = "internal-sftp -x";
	struct fixture *f = fixture_new(command);
	struct err err;

	(void)state;
	assert_true(internal_sftp_wanted(&f->program));
	f->program.kind = START_EXEC;
	assert_false(internal_sftp_wanted(&f->program));
	f->program.is_forced = true;
	assert_true(internal_sftp_wanted(&f->program));
	f->program.kind = START_SUBSYSTEM;
	f->program.command = bad;
	assert_false(internal_sftp_prepare(&f->ses, &f->program, &err));
	assert_null(f->ses.sftp_relays);
	fixture_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(internal_sftp__lines_go_on_with_pid_and_facility),
		TEST(internal_sftp__what_is_no_line_cuts_the_child_off),
		TEST(internal_sftp__a_child_that_never_stops_leaves_room_for_others),
		TEST(internal_sftp__lines_that_come_by_themselves_go_on_together),
		TEST(internal_sftp__the_last_words_are_heard_in_a_rest_too),
		TEST(internal_sftp__there_is_no_rest_while_much_comes),
		TEST(internal_sftp__only_the_administrator_s_command_is_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
