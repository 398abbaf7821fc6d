/* SPDX-License-Identifier: ISC */
/* The tree below one directory, and chmod on kernels before Linux 6.6. */
#include "unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/compiler.h"
#include "sftp-server/rooted.h"
#include "unit/sftp/test_tree.h"

#define FCHMODAT2	452	/* the same on every architecture */
#define NOBODY		65534

static char top[] = "/tmp/rooted_test.XXXXXX";

static int
setup(void **state)
{
	static const char *const links[][2] = {
		{ "d", "jail/to" }, { "/d/f", "jail/abs" },
		{ "../../secret", "jail/d/out" }, { "nowhere", "jail/dead" },
		{ "loop", "jail/loop" }, { "..", "jail/d/up" },
	};

	(void)state;
	test_tree_make(top);
	test_tree_file("jail/d/f");
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		assert_int_equal(symlink(links[i][0], links[i][1]), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	return test_tree_remove(top);
}

static void
rooted_at(struct rooted *rooted, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	rooted_init(rooted, fd);
}

static void
rooted__names_are_counted_from_the_top(void **state)
{
	static const struct {
		const char *path, *want;
		int result;
	} rows[] = {
		{ "/", "/", 0 }, { ".", "/", 0 }, { "../../..", "/", 0 },
		{ "/../..", "/", 0 }, { "d", "/d", 0 }, { "/d/", "/d", 0 },
		{ "//d///f", "/d/f", 0 }, { "d/./f", "/d/f", 0 },
		{ "/to", "/d", 0 }, { "/to/f", "/d/f", 0 },
		{ "/abs", "/d/f", 0 }, { "/d/up/d/f", "/d/f", 0 },
		{ "/new", "/new", 0 }, { "/d/new", "/d/new", 0 },
		{ "/to/new", "/d/new", 0 }, { "/dead", "/nowhere", 0 },
		/* the top is the end of ".." */
		{ "/d/out", "/secret", 0 }, { "/d/up/../..", "/", 0 },
		{ "/no/new", NULL, -ENOENT }, { "/d/f/x", NULL, -ENOTDIR },
		{ "/loop", NULL, -ELOOP }, { "", NULL, -ENOENT },
	};
	struct rooted rooted;
	struct tree *t = &rooted.tree;
	char out[PATH_MAX];

	(void)state;
	rooted_at(&rooted, "jail");
	/* an exact tree says the same of names */
	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		int r, n = (int)(i / 2);

		rooted.exact = i % 2 != 0;
		r = t->ops->real_path(t, rows[n].path, out);
		if (r != rows[n].result)
			fail_msg("%s: got %d", rows[n].path, r);
		if (r == 0)
			assert_string_equal(out, rows[n].want);
	}
	close(rooted.root_fd);
}

static void
rooted__an_exact_tree_follows_no_link(void **state)
{
	static const char *const rows[] = {
		"/to", "/to/f", "/abs", "/d/up", "/d/up/d", "/loop",
	};
	struct rooted rooted;
	struct tree *t = &rooted.tree;
	struct tree_file file;
	struct statx st;

	(void)state;
	rooted_at(&rooted, "jail");
	rooted.exact = true;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(t->ops->open(t, rows[i], O_RDONLY, 0, &file),
		    -ELOOP);
		assert_int_equal(t->ops->stat(t, rows[i], true, &st), -ELOOP);
	}
	/* it may look at one */
	assert_int_equal(t->ops->stat(t, "/to", false, &st), 0);
	assert_true(S_ISLNK(st.stx_mode));
	assert_int_equal(t->ops->stat(t, "/to/f", false, &st), -ELOOP);
	close(rooted.root_fd);
}

/* What "/", ".", ".." and a slash at the end mean to calls on names. */
static void
rooted__the_top_is_neither_removed_nor_moved(void **state)
{
	static const char *const rows[] = {
		"/", ".", "..", "/.", "/..", "d/..", "//", "/d/../",
	};
	struct rooted rooted;
	struct tree *t = &rooted.tree;
	struct statx st;

	(void)state;
	rooted_at(&rooted, "jail");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(t->ops->remove(t, rows[i]) < 0);
		assert_true(t->ops->remove_dir(t, rows[i]) < 0);
		assert_true(t->ops->make_dir(t, rows[i], 0700) < 0);
		assert_true(t->ops->rename(t, rows[i], "/moved", true) < 0);
		assert_true(t->ops->rename(t, "/d", rows[i], true) < 0);
		assert_true(t->ops->link(t, rows[i], "/linked") < 0);
		assert_true(t->ops->symlink(t, "x", rows[i]) < 0);
		assert_int_equal(t->ops->stat(t, "/d/f", true, &st), 0);
	}
	assert_int_equal(t->ops->remove(t, "/d/f/"), -ENOTDIR);
	assert_int_equal(t->ops->link(t, "/d/f", "/twin/"), -ENOTDIR);
	assert_int_equal(t->ops->rename(t, "/d/f/", "/g", false), -ENOTDIR);
	/* the link goes, not what it leads to */
	assert_int_equal(t->ops->symlink(t, "d/f", "/gone"), 0);
	assert_int_equal(t->ops->remove(t, "/gone"), 0);
	assert_int_equal(t->ops->stat(t, "/d/f", true, &st), 0);
	close(rooted.root_fd);
}

static void
rooted__what_is_too_long_is_told(void **state)
{
	char path[PATH_MAX], out[PATH_MAX], target[PATH_MAX];
	struct rooted rooted;
	struct tree *t = &rooted.tree;
	struct tree_file file;
	struct statx st;

	(void)state;
	rooted_at(&rooted, "jail");
	memset(path, 'x', sizeof(path));
	path[PATH_MAX - 1] = '\0';
	assert_int_equal(t->ops->enter(t, "d"), 0);
	assert_int_equal(t->ops->stat(t, path, true, &st), -ENAMETOOLONG);
	assert_int_equal(t->ops->open(t, path, O_RDONLY, 0, &file),
	    -ENAMETOOLONG);
	assert_int_equal(t->ops->remove(t, path), -ENAMETOOLONG);
	assert_int_equal(t->ops->rename(t, "f", path, false), -ENAMETOOLONG);
	assert_int_equal(t->ops->real_path(t, path, out), -ENAMETOOLONG);
	assert_int_equal(t->ops->read_link(t, path, target), -ENAMETOOLONG);
	assert_int_equal(t->ops->stat(t, "f", true, &st), 0);
	close(rooted.root_fd);
}

/* ---- without fchmodat2(2) ------------------------------------------------- */

static void
become_nobody_on_an_old_kernel(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (geteuid() == 0 && (setgroups(0, NULL) == -1 ||
	    setresgid(NOBODY, NOBODY, NOBODY) == -1 ||
	    setresuid(NOBODY, NOBODY, NOBODY) == -1))
		_exit(91);
	if (filter == NULL || seccomp_rule_add(filter,
	    SCMP_ACT_ERRNO(ENOSYS), FCHMODAT2, 0) != 0 ||
	    seccomp_load(filter) != 0)
		_exit(92);
	if (syscall(FCHMODAT2, AT_FDCWD, ".", 0700, 0) != -1 ||
	    errno != ENOSYS)
		_exit(93);
	seccomp_release(filter);
}

/* Of each kind of file: what chmod says, and what became of it. */
static const struct old_row {
	const char *name;
	mode_t type, before;
	int result;
} old_rows[] = {
	{ "read", S_IFREG, 0444, 0 },
	{ "both", S_IFREG, 0600, 0 },
	{ "write", S_IFREG, 0200, 0 },
	{ "nothing", S_IFREG, 0, -EOPNOTSUPP },
	{ "dir", S_IFDIR, 0555, 0 },
	{ "drop", S_IFDIR, 0333, -EOPNOTSUPP },
	{ "fifo", S_IFIFO, 0600, 0 },
	{ "link", S_IFLNK, 0, -EOPNOTSUPP },
};

static bool
make_row(const struct old_row *row)
{
	switch (row->type) {
	case S_IFDIR:
		return mkdir(row->name, 0700) == 0 &&
		    chmod(row->name, row->before) == 0;
	case S_IFLNK:
		return symlink("read", row->name) == 0;
	default:
		return mknod(row->name, row->type | 0600, 0) == 0 &&
		    chmod(row->name, row->before) == 0;
	}
}

/* The number of the row that is not as it should be, from 1. */
static int
try_old(struct tree *t, const char *at)
{
	become_nobody_on_an_old_kernel();
	if (chdir(at) == -1)
		return 90;
	for (size_t i = 0; i < ARRAY_LEN(old_rows); i++) {
		const struct old_row *row = &old_rows[i];
		const struct tree_target target = { .path = row->name };
		struct stat st;

		if (!make_row(row) ||
		    t->ops->set_mode(t, &target, 0750) != row->result ||
		    lstat(row->name, &st) == -1)
			return (int)i + 1;
		if (row->type != S_IFLNK && (st.st_mode & 07777) !=
		    (row->result == 0 ? 0750 : row->before))
			return (int)i + 1;
	}
	return 0;
}

static void
expect_old(struct tree *t, const char *name)
{
	char at[64];
	int status;
	pid_t pid;

	snprintf(at, sizeof(at), "%s/%s", top, name);
	assert_int_equal(mkdir(at, 0777), 0);
	assert_int_equal(chmod(at, 0777), 0);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(try_old(t, at));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) != 0)
		fail_msg("row %d", WEXITSTATUS(status) - 1);
}

static void
rooted__modes_are_set_by_older_kernels_too(void **state)
{
	struct rooted rooted;

	(void)state;
	rooted_at(&rooted, "");
	strcpy(rooted.cwd, "/old");
	expect_old(&rooted.tree, "old");
	close(rooted.root_fd);
}

static void
plain__modes_are_set_by_older_kernels_too(void **state)
{
	struct tree plain = tree_plain();

	(void)state;
	expect_old(&plain, "old-plain");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rooted__names_are_counted_from_the_top),
		TEST(rooted__an_exact_tree_follows_no_link),
		TEST(rooted__the_top_is_neither_removed_nor_moved),
		TEST(rooted__what_is_too_long_is_told),
		TEST(rooted__modes_are_set_by_older_kernels_too),
		TEST(plain__modes_are_set_by_older_kernels_too),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
