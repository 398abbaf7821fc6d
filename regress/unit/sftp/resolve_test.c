/* SPDX-License-Identifier: ISC */
#include "sftp-server/resolve.h"

#include <errno.h>

#include "lib/base/compiler.h"
#include "unit/test.h"

/* A tree of links only: what is not listed, and has no '?', is a directory. */
static const struct {
	const char *path, *target;
} links[] = {
	{ "/l", "a" }, { "/abs", "/x/y" }, { "/d/up", "../z" },
	{ "/loop", "loop" }, { "/dangling", "no?" }, { "/empty", "" },
	{ "/two", "l/b" },
};

static int
fake_read_link(struct tree *tree, const char *path,
    char target[static PATH_MAX])
{
	(void)tree;
	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		if (strcmp(links[i].path, path) == 0) {
			strcpy(target, links[i].target);
			return (int)strlen(target);
		}
	}
	return strchr(path, '?') != NULL ? -ENOENT : -EINVAL;
}

static const struct tree_ops fake_ops = { .read_link = fake_read_link };

static void
resolve_path__gives_what_a_path_means(void **state)
{
	static const struct {
		const char *base, *path, *want;
		int result;
	} rows[] = {
		{ "/", "", "/", 0 },
		{ "/h", "", "/h", 0 },
		{ "/h", ".", "/h", 0 },
		{ "/h", "a/b", "/h/a/b", 0 },
		{ "/h", "..", "/", 0 },
		{ "/h", "../../../x", "/x", 0 },
		{ "/h", "/a//b/./c/../d/", "/a/b/d", 0 },
		{ "/", "l", "/a", 0 },
		{ "/", "l/..", "/", 0 },
		{ "/h", "/abs/q", "/x/y/q", 0 },
		{ "/", "/d/up/w", "/z/w", 0 },
		{ "/", "two/c", "/a/b/c", 0 },
		{ "/", "new?", "/new?", 0 },
		{ "/", "new?/", NULL, -ENOENT },
		{ "/", "dangling", "/no?", 0 },
		{ "/", "new?/x", NULL, -ENOENT },
		{ "/", "dangling/x", NULL, -ENOENT },
		{ "/", "loop", NULL, -ELOOP },
		{ "/", "empty", NULL, -ENOENT },
	};
	struct tree tree = { .ops = &fake_ops };
	char out[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int r = resolve_path(&tree, rows[i].base, rows[i].path, out);

		if (r != rows[i].result)
			fail_msg("%s: got %d, want %d", rows[i].path, r,
			    rows[i].result);
		if (r == 0)
			assert_string_equal(out, rows[i].want);
	}
}

static void
resolve_path__too_long_is_told(void **state)
{
	struct tree tree = { .ops = &fake_ops };
	char path[PATH_MAX + 1], out[PATH_MAX];

	(void)state;
	memset(path, 'a', sizeof(path));
	path[PATH_MAX - 1] = '\0';
	assert_int_equal(resolve_path(&tree, "/", path, out), -ENAMETOOLONG);
	path[PATH_MAX - 2] = '\0';
	assert_int_equal(resolve_path(&tree, "/", path, out), 0);
	assert_int_equal(resolve_path(&tree, "/b", path, out), -ENAMETOOLONG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(resolve_path__gives_what_a_path_means),
		TEST(resolve_path__too_long_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
