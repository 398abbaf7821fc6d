/* SPDX-License-Identifier: ISC */
/* What a child that was taken over can make of its way for log lines. */
#include "unit/test.h"

#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sshd/session/internal_sftp.h"

struct fixture {
	struct session ses;
	struct program program;
	struct ipc monitor;	/* the other end */
	struct ipc child;
	bool ended;
};

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
	assert_true(loop_init(&f->ses.loop, &clock_system, &err));
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
	struct ipc_message message;
	unsigned count = 0;
	struct err err;

	(void)state;
	fixture_start(f);
	for (unsigned i = 0; i < 100; i++)
		assert_true(ipc_send(&f->child, IPC_SFTP_LOG, &line, &err));
	step(f);
	while (monitor_gets(f, &message))
		count++;
	assert_in_range(count, 1, 99);
	step(f);
	while (monitor_gets(f, &message))
		count++;
	assert_int_equal(count, 100);
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
		TEST(internal_sftp__only_the_administrator_s_command_is_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
