/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "monitor/records.h"

static void
records_tty_is_valid__takes_pseudo_terminals_only(void **state)
{
	static const struct { const char *tty; bool want; } rows[] = {
		{ "/dev/pts/0", true },
		{ "/dev/pts/12345", true },
		{ "/dev/pts/", false },
		{ "/dev/pts/0x", false },
		{ "/dev/pts/-1", false },
		{ "/dev/pts/../tty", false },
		{ "/dev/pts/1/2", false },
		{ "/dev/tty1", false },
		{ "pts/1", false },
		{ "", false },
		{ " /dev/pts/1", false },
	};
	char tty[TTY_PATH_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(records_tty_is_valid(bytes_str(rows[i].tty),
		    tty), rows[i].want);
	assert_false(records_tty_is_valid(BYTES_LIT("/dev/pts/1\0"), tty));
}

static void
records_last_login_text__says_when_and_from_where(void **state)
{
	char out[128];

	(void)state;
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	records_last_login_text(86400, "192.0.2.1", out, sizeof(out));
	assert_string_equal(out,
	    "Last login: Fri Jan  2 00:00:00 1970 from 192.0.2.1\r\n");
	records_last_login_text(86400, "", out, sizeof(out));
	assert_string_equal(out, "Last login: Fri Jan  2 00:00:00 1970\r\n");
	records_last_login_text(0, "192.0.2.1", out, sizeof(out));
	assert_string_equal(out, "");
}

/* A terminal that belongs to us; no file is written for it. */
struct terminal {
	int master;
	char path[TTY_PATH_MAX];
	struct peer peer;
	struct records records;
};

static int
setup(void **state)
{
	struct terminal *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_int_not_equal(t->master, -1);
	assert_int_equal(grantpt(t->master), 0);
	assert_int_equal(ptsname_r(t->master, t->path, sizeof(t->path)), 0);
	peer_init(&t->peer);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct terminal *t = *state;

	records_clear(&t->records);
	close(t->master);
	free(t);
	return 0;
}

static bool
open_as(struct terminal *t, uid_t uid, bool chrooted, struct err *err)
{
	const struct record_login login = {
		.user = "fred", .uid = uid, .peer = &t->peer,
		.chrooted = chrooted,
	};
	char text[64];

	return records_open(&t->records, &login, bytes_str(t->path), 1, text,
	    sizeof(text), err);
}

static void
records_open__a_terminal_has_one_record_at_a_time(void **state)
{
	struct terminal *t = *state;
	struct err err;

	assert_true(open_as(t, getuid(), false, &err));
	assert_int_equal(t->records.count, 1);
	assert_false(open_as(t, getuid(), false, &err));
	assert_int_equal(err.code, ERR_UNEXPECTED);
	assert_true(records_close(&t->records, bytes_str(t->path), &err));
	assert_int_equal(t->records.count, 0);
	assert_true(open_as(t, getuid(), false, &err));
}

static void
records_close__a_terminal_that_was_not_opened_is_refused(void **state)
{
	struct terminal *t = *state;
	struct err err;

	assert_false(records_close(&t->records, bytes_str(t->path), &err));
	assert_int_equal(err.code, ERR_UNEXPECTED);
	assert_true(open_as(t, getuid(), false, &err));
	assert_true(records_close(&t->records, bytes_str(t->path), &err));
	assert_false(records_close(&t->records, bytes_str(t->path), &err));
}

static void
records_open__the_terminal_of_another_user_is_refused(void **state)
{
	struct terminal *t = *state;
	struct err err;

	assert_false(open_as(t, getuid() + 1, false, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_int_equal(t->records.count, 0);
	/* in a chroot the same name may be another terminal */
	assert_true(open_as(t, getuid() + 1, true, &err));
}

#define ROW(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_tty_is_valid__takes_pseudo_terminals_only),
		TEST(records_last_login_text__says_when_and_from_where),
		ROW(records_open__a_terminal_has_one_record_at_a_time),
		ROW(records_close__a_terminal_that_was_not_opened_is_refused),
		ROW(records_open__the_terminal_of_another_user_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
