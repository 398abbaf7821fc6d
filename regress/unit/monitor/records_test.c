/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdlib.h>

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

#define TTY	"/dev/pts/7"

struct fixture {
	struct peer peer;
	struct records records;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	peer_init(&f->peer);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	records_clear(&f->records);
	free(f);
	return 0;
}

/* No file is written. */
static bool
open_one(struct fixture *f, struct err *err)
{
	const struct record_login login = {
		.user = "fred", .uid = 1001, .peer = &f->peer,
	};
	char text[64];

	return records_open(&f->records, &login, TTY, 1, text, sizeof(text),
	    err);
}

/* The kernel may give its number again before we are told. */
static void
records_open__a_terminal_may_come_again_before_it_is_told_closed(void **state)
{
	struct fixture *f = *state;
	struct err err;

	assert_true(open_one(f, &err));
	assert_true(open_one(f, &err));
	assert_int_equal(f->records.count, 2);
	assert_true(records_close(&f->records, BYTES_LIT(TTY), &err));
	assert_true(records_close(&f->records, BYTES_LIT(TTY), &err));
	assert_int_equal(f->records.count, 0);
	assert_false(records_close(&f->records, BYTES_LIT(TTY), &err));
}

static void
records_close__a_terminal_that_was_not_opened_is_refused(void **state)
{
	struct fixture *f = *state;
	struct err err;

	assert_false(records_close(&f->records, BYTES_LIT(TTY), &err));
	assert_int_equal(err.code, ERR_UNEXPECTED);
	assert_true(open_one(f, &err));
	assert_true(records_close(&f->records, BYTES_LIT(TTY), &err));
	assert_false(records_close(&f->records, BYTES_LIT(TTY), &err));
}

#define ROW(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_tty_is_valid__takes_pseudo_terminals_only),
		TEST(records_last_login_text__says_when_and_from_where),
		ROW(records_open__a_terminal_may_come_again_before_it_is_told_closed),
		ROW(records_close__a_terminal_that_was_not_opened_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
