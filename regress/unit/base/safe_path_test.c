/* SPDX-License-Identifier: ISC */
#include "unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/safe_path.h"

/*
 * DIR/home/.ssh/keys, all ours and tidy. /tmp is everybody's, so only what
 * lies in the home can be safe.
 */
struct tree {
	char dir[64], home[80], ssh[96], file[112];
};

static int
setup(void **state)
{
	struct tree *t = calloc(1, sizeof(*t));
	int fd;

	assert_non_null(t);
	snprintf(t->dir, sizeof(t->dir), "/tmp/safe_path.XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	snprintf(t->home, sizeof(t->home), "%s/home", t->dir);
	snprintf(t->ssh, sizeof(t->ssh), "%s/.ssh", t->home);
	snprintf(t->file, sizeof(t->file), "%s/keys", t->ssh);
	assert_int_equal(mkdir(t->home, 0755), 0);
	assert_int_equal(mkdir(t->ssh, 0700), 0);
	fd = open(t->file, O_CREAT | O_WRONLY, 0600);
	assert_int_not_equal(fd, -1);
	close(fd);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct tree *t = *state;
	char command[96];

	snprintf(command, sizeof(command), "rm -rf %s", t->dir);
	assert_int_equal(system(command), 0);
	free(t);
	return 0;
}

/* The reason, or NULL when the path is safe. */
static const char *
reason(const char *path, const char *home, uid_t uid)
{
	static struct safe_path_reason why;
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	bool safe;

	assert_int_not_equal(fd, -1);
	safe = safe_path_check(fd, path, home, uid, &why);
	close(fd);
	return safe ? NULL : why.text;
}

static void
assert_reason(const struct tree *t, const char *what, const char *path)
{
	char want[256];

	snprintf(want, sizeof(want), "%s %s", what, path);
	assert_string_equal(reason(t->file, t->home, getuid()), want);
}

static void
safe_path__a_tidy_file_in_the_home_is_safe(void **state)
{
	struct tree *t = *state;

	assert_null(reason(t->file, t->home, getuid()));
}

static void
safe_path__a_file_that_others_may_write_is_named(void **state)
{
	struct tree *t = *state;
	static const mode_t modes[] = { 0620, 0602, 0666 };

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		assert_int_equal(chmod(t->file, modes[i]), 0);
		assert_reason(t, "bad ownership or modes for file", t->file);
	}
}

static void
safe_path__each_directory_up_to_the_home_counts(void **state)
{
	struct tree *t = *state;

	assert_int_equal(chmod(t->ssh, 0770), 0);
	assert_reason(t, "bad ownership or modes for directory", t->ssh);
	assert_int_equal(chmod(t->ssh, 0700), 0);
	assert_int_equal(chmod(t->home, 0757), 0);
	assert_reason(t, "bad ownership or modes for directory", t->home);
}

static void
safe_path__outside_of_the_home_the_walk_goes_to_the_root(void **state)
{
	struct tree *t = *state;

	/* /tmp is on the way, and everybody writes there */
	assert_string_equal(reason(t->file, "/nonexistent", getuid()),
	    "bad ownership or modes for directory /tmp");
}

static void
safe_path__a_link_is_judged_where_it_leads(void **state)
{
	struct tree *t = *state;
	char link[128];

	snprintf(link, sizeof(link), "%s/link", t->dir);
	assert_int_equal(symlink(t->file, link), 0);
	assert_null(reason(link, t->home, getuid()));
	assert_int_equal(chmod(t->file, 0622), 0);
	assert_non_null(reason(link, t->home, getuid()));
}

static void
safe_path__a_directory_is_no_file(void **state)
{
	struct tree *t = *state;
	char want[256];

	snprintf(want, sizeof(want), "%s is not a regular file", t->ssh);
	assert_string_equal(reason(t->ssh, t->home, getuid()), want);
}

static void
safe_path__a_path_that_is_gone_says_so(void **state)
{
	struct tree *t = *state;
	struct safe_path_reason why;
	int fd = open(t->file, O_RDONLY);
	char want[256];

	assert_int_equal(unlink(t->file), 0);
	assert_false(safe_path_check(fd, t->file, t->home, getuid(), &why));
	snprintf(want, sizeof(want),
	    "realpath %s failed: No such file or directory", t->file);
	assert_string_equal(why.text, want);
	close(fd);
}

static void
safe_path__the_file_of_another_user_is_refused(void **state)
{
	struct tree *t = *state;

	if (getuid() != 0)
		skip();
	assert_int_equal(chown(t->file, 1234, 1234), 0);
	assert_reason(t, "bad ownership or modes for file", t->file);
	/* but it is its owner's own, if the way there is root's */
	assert_null(reason(t->file, t->home, 1234));
}

#define ROW(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(safe_path__a_tidy_file_in_the_home_is_safe),
		ROW(safe_path__a_file_that_others_may_write_is_named),
		ROW(safe_path__each_directory_up_to_the_home_counts),
		ROW(safe_path__outside_of_the_home_the_walk_goes_to_the_root),
		ROW(safe_path__a_link_is_judged_where_it_leads),
		ROW(safe_path__a_directory_is_no_file),
		ROW(safe_path__a_path_that_is_gone_says_so),
		ROW(safe_path__the_file_of_another_user_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
