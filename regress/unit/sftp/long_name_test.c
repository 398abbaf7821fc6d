/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <stdlib.h>

#include "lib/base/compiler.h"
#include "sftp-server/long_name.h"
#include "sftp-server/start.h"

#define NOW	1700000000	/* 14 November 2023 22:13:20 UTC */

static struct long_names names = { .groups = { .is_group = true } };

/* Names are looked up once: these stand in the cache. */
static void
know(struct id_names *ids, uint32_t id, const char *name)
{
	ids->rows[id % ID_NAMES_MAX].is_known = true;
	ids->rows[id % ID_NAMES_MAX].id = id;
	strcpy(ids->rows[id % ID_NAMES_MAX].name, name);
}

static void
long_name__looks_like_ls(void **state)
{
	static const struct {
		unsigned mode, links;
		uint64_t size;
		int64_t mtime;
		const char *want;
	} rows[] = {
		{ S_IFREG | 0644, 1, 5, NOW - 60,
		    "-rw-r--r--    1 alice    users           5 "
		    "Nov 14 22:12 name" },
		{ S_IFDIR | 01777, 12, 4096, NOW - 400 * 86400,
		    "drwxrwxrwt   12 alice    users        4096 "
		    "Oct 10  2022 name" },
		{ S_IFLNK | 0777, 1, 1, NOW + 86400 * 365,
		    "lrwxrwxrwx    1 alice    users           1 "
		    "Nov 13  2024 name" },
		{ S_IFREG | 07000, 1, 123456789012, 0,
		    "---S--S--T    1 alice    users    123456789012 "
		    "Jan  1  1970 name" },
		{ S_IFIFO | 06711, 99999, 0, NOW,
		    "prws--s--x 99999 alice    users           0 "
		    "Nov 14 22:13 name" },
	};
	char out[LONG_NAME_MAX];

	(void)state;
	know(&names.users, 7, "alice");
	know(&names.groups, 8, "users");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct statx st = {
			.stx_mode = (uint16_t)rows[i].mode,
			.stx_nlink = rows[i].links, .stx_uid = 7, .stx_gid = 8,
			.stx_size = rows[i].size,
			.stx_mtime.tv_sec = rows[i].mtime,
		};
		size_t len = long_name(&names, &st, BYTES_LIT("name"), NOW,
		    out);

		assert_true(len < sizeof(out));
		out[len] = '\0';
		assert_string_equal(out, rows[i].want);
	}
}

static void
long_name__without_a_name_shows_the_number_and_is_never_too_long(void **state)
{
	const struct statx st = {
		.stx_mode = S_IFREG, .stx_uid = 4242424, .stx_gid = 4242425,
	};
	char out[LONG_NAME_MAX], name[2 * LONG_NAME_MAX];
	size_t len;

	(void)state;
	memset(name, 'n', sizeof(name));
	len = long_name(&names, &st, bytes_of(name, sizeof(name)), NOW, out);
	assert_int_equal(len, LONG_NAME_MAX);
	assert_non_null(memmem(out, len, " 4242424  4242425 ", 18));
}

/* What is remembered of the entry before is of no use for this one. */
static void
long_name__no_entry_shows_what_another_has(void **state)
{
	static const struct {
		struct statx st;
		time_t now;
		const char *want;
	} rows[] = {
		{ { .stx_mode = S_IFREG | 0644, .stx_nlink = 1, .stx_uid = 7,
		    .stx_gid = 8, .stx_mtime.tv_sec = NOW }, NOW,
		    "-rw-r--r--    1 alice    users           0 "
		    "Nov 14 22:13 x" },
		{ { .stx_mode = S_IFREG | 0600, .stx_nlink = 1, .stx_uid = 7,
		    .stx_gid = 8, .stx_mtime.tv_sec = NOW }, NOW,
		    "-rw-------    1 alice    users           0 "
		    "Nov 14 22:13 x" },
		{ { .stx_mode = S_IFREG | 0600, .stx_nlink = 2, .stx_uid = 7,
		    .stx_gid = 8, .stx_mtime.tv_sec = NOW }, NOW,
		    "-rw-------    2 alice    users           0 "
		    "Nov 14 22:13 x" },
		{ { .stx_mode = S_IFREG | 0600, .stx_nlink = 2, .stx_uid = 9,
		    .stx_gid = 8, .stx_mtime.tv_sec = NOW }, NOW,
		    "-rw-------    2 bob      users           0 "
		    "Nov 14 22:13 x" },
		{ { .stx_mode = S_IFREG | 0600, .stx_nlink = 2, .stx_uid = 9,
		    .stx_gid = 10, .stx_mtime.tv_sec = NOW }, NOW,
		    "-rw-------    2 bob      staff           0 "
		    "Nov 14 22:13 x" },
		{ { .stx_mode = S_IFREG | 0600, .stx_nlink = 2, .stx_uid = 9,
		    .stx_gid = 10, .stx_mtime.tv_sec = NOW - 60 }, NOW,
		    "-rw-------    2 bob      staff           0 "
		    "Nov 14 22:12 x" },
		{ { .stx_mode = S_IFREG | 0600, .stx_nlink = 2, .stx_uid = 9,
		    .stx_gid = 10, .stx_mtime.tv_sec = NOW - 60 },
		    NOW + 365 * 86400,
		    "-rw-------    2 bob      staff           0 "
		    "Nov 14  2023 x" },
	};
	char out[LONG_NAME_MAX];

	(void)state;
	know(&names.users, 7, "alice");
	know(&names.users, 9, "bob");
	know(&names.groups, 8, "users");
	know(&names.groups, 10, "staff");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len = long_name(&names, &rows[i].st, BYTES_LIT("x"),
		    rows[i].now, out);

		assert_true(len < sizeof(out));
		out[len] = '\0';
		assert_string_equal(out, rows[i].want);
	}
}

static void
sftp_start_dir__tokens_are_replaced(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "/srv/%u", "/srv/alice" }, { "%d/x", "/home/alice/x" },
		{ "/%U/%%u%u", "/2001/%ualice" }, { "plain", "plain" },
		{ "", "" },
	};
	const struct sftp_account account = {
		.user = "alice", .home = "/home/alice", .uid = 2001,
	};
	static char text[2 * PATH_MAX];
	char out[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(sftp_start_dir(rows[i].text, &account, out));
		assert_string_equal(out, rows[i].want);
	}
	memset(text, 'x', PATH_MAX - 1);
	assert_true(sftp_start_dir(text, &account, out));
	strcpy(text + PATH_MAX - 2, "%u");
	assert_false(sftp_start_dir(text, &account, out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(long_name__looks_like_ls),
		TEST(long_name__no_entry_shows_what_another_has),
		TEST(long_name__without_a_name_shows_the_number_and_is_never_too_long),
		TEST(sftp_start_dir__tokens_are_replaced),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
