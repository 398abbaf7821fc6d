/* SPDX-License-Identifier: ISC */
/* SftpRights and SftpModes over a tree that only notes what it is asked. */
#include "unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/compiler.h"
#include "sftp-server/rights.h"

struct fake {
	struct tree tree;	/* first */
	unsigned calls;		/* that changed or opened something */
	mode_t type;		/* of everything that is there */
	int flags;		/* of the last open */
	mode_t mode;		/* the last one given */
	bool replace;
	bool exists;		/* for O_EXCL */
};

static struct fake *
note(struct tree *tree)
{
	struct fake *fake = (struct fake *)tree;

	fake->calls++;
	return fake;
}

static int
fake_open(struct tree *tree, const char *path, int flags, mode_t mode,
    struct tree_file *file)
{
	struct fake *fake = note(tree);

	(void)path;
	*file = (struct tree_file){ .fd = -1 };
	if (fake->exists && (flags & O_EXCL) != 0)
		return -EEXIST;
	fake->flags = flags;
	fake->mode = mode;
	return 0;
}

static int
fake_close(struct tree *tree, struct tree_file *file, bool is_complete)
{
	(void)tree;
	(void)file;
	(void)is_complete;
	return 0;
}

static int
fake_path(struct tree *tree, const char *path)
{
	(void)path;
	note(tree);
	return 0;
}

static int
fake_stat(struct tree *tree, const char *path, bool follow, struct statx *st)
{
	struct fake *fake = note(tree);

	(void)path;
	assert_false(follow);
	fake->calls--;		/* the layer may look for itself */
	*st = (struct statx){ .stx_mode = (uint16_t)(fake->type | 0644) };
	return 0;
}

static int
fake_set_size(struct tree *tree, const struct tree_target *target, off_t size)
{
	(void)target;
	(void)size;
	note(tree);
	return 0;
}

static int
fake_set_mode(struct tree *tree, const struct tree_target *target, mode_t mode)
{
	(void)target;
	note(tree)->mode = mode;
	return 0;
}

static int
fake_set_owner(struct tree *tree, const struct tree_target *target, uid_t uid,
    gid_t gid)
{
	(void)target;
	(void)uid;
	(void)gid;
	note(tree);
	return 0;
}

static int
fake_set_times(struct tree *tree, const struct tree_target *target,
    const struct timespec times[static 2])
{
	(void)target;
	(void)times;
	note(tree);
	return 0;
}

static int
fake_make_dir(struct tree *tree, const char *path, mode_t mode)
{
	(void)path;
	note(tree)->mode = mode;
	return 0;
}

static int
fake_rename(struct tree *tree, const char *old_path, const char *new_path,
    bool replace)
{
	(void)old_path;
	(void)new_path;
	note(tree)->replace = replace;
	return 0;
}

static int
fake_two(struct tree *tree, const char *one, const char *two)
{
	(void)one;
	(void)two;
	note(tree);
	return 0;
}

static int
fake_read_link(struct tree *tree, const char *path,
    char target[static PATH_MAX])
{
	(void)path;
	note(tree);
	target[0] = '\0';
	return 0;
}

/* "/way" is a link to "/secret", and "/d/up" one to "/". */
static int
fake_real_path(struct tree *tree, const char *path, char out[static PATH_MAX])
{
	size_t len;

	(void)tree;
	if (strcmp(path, "/way") == 0)
		path = "/secret";
	if (strncmp(path, "/d/up", 5) == 0)
		path += path[5] == '\0' ? 4 : 5;
	snprintf(out, PATH_MAX, "%s", strcmp(path, ".") == 0 ? "/" : path);
	len = strlen(out);
	if (len > 1 && out[len - 1] == '/')
		out[len - 1] = '\0';
	/* a link to where paths get long */
	if (strcmp(out, "/deep") == 0) {
		memset(out + 1, 'y', PATH_MAX - 4);
		out[PATH_MAX - 3] = '\0';
	}
	return 0;
}

static int
fake_statvfs(struct tree *tree, const char *path, struct statvfs *st)
{
	(void)path;
	(void)st;
	note(tree);
	return 0;
}

static const struct tree_ops fake_ops = {
	.open = fake_open, .close = fake_close, .open_dir = fake_path,
	.stat = fake_stat, .set_size = fake_set_size,
	.set_mode = fake_set_mode, .set_owner = fake_set_owner,
	.set_times = fake_set_times, .remove = fake_path,
	.make_dir = fake_make_dir, .remove_dir = fake_path,
	.rename = fake_rename, .link = fake_two, .symlink = fake_two,
	.read_link = fake_read_link, .real_path = fake_real_path,
	.statvfs = fake_statvfs, .enter = fake_path,
};

static const struct rights_modes no_modes = {
	.file = RIGHTS_NO_MODE, .dir = RIGHTS_NO_MODE,
};

struct fixture {
	struct fake fake;
	struct rights rights;
	struct tree *tree;	/* what is tested */
	struct path_rule rules[4];
	size_t rule_count;
};

static void
fixture_init(struct fixture *f, const struct rights_modes *modes,
    const char *const *words)
{
	const char *reason = "";

	*f = (struct fixture){
		.fake = { .tree = { .ops = &fake_ops }, .type = S_IFREG },
	};
	for (; words[f->rule_count] != NULL; f->rule_count++) {
		if (!path_rule_parse(bytes_str(words[f->rule_count]),
		    &f->rules[f->rule_count], &reason))
			fail_msg("%s: %s", words[f->rule_count], reason);
	}
	rights_init(&f->rights, &f->fake.tree, f->rules, f->rule_count,
	    modes);
	f->tree = &f->rights.layer.tree;
}

/* ---- which right is for what --------------------------------------------- */

#define BY_PATH(p)	(&(struct tree_target){ .path = (p), .follow = true })

static const struct timespec some_times[2];

static int
do_list(struct tree *t)
{
	return t->ops->open_dir(t, "/x");
}

static int
do_set_size(struct tree *t)
{
	return t->ops->set_size(t, BY_PATH("/x"), 5);
}

static int
do_set_mode(struct tree *t)
{
	return t->ops->set_mode(t, BY_PATH("/x"), 0600);
}

static int
do_set_owner(struct tree *t)
{
	return t->ops->set_owner(t, BY_PATH("/x"), 1, 1);
}

static int
do_set_times(struct tree *t)
{
	return t->ops->set_times(t, BY_PATH("/x"), some_times);
}

static int
do_remove(struct tree *t)
{
	return t->ops->remove(t, "/x");
}

static int
do_remove_dir(struct tree *t)
{
	return t->ops->remove_dir(t, "/x");
}

static int
do_make_dir(struct tree *t)
{
	return t->ops->make_dir(t, "/x", 0777);
}

static int
do_symlink(struct tree *t)
{
	return t->ops->symlink(t, "anywhere", "/x");
}

static int
do_rename(struct tree *t)
{
	return t->ops->rename(t, "/x", "/x2", false);
}

static int
do_link(struct tree *t)
{
	return t->ops->link(t, "/x", "/x2");
}

static int
do_open_read(struct tree *t)
{
	struct tree_file file;

	return t->ops->open(t, "/x", O_RDONLY, 0, &file);
}

static int
do_open_write(struct tree *t)
{
	struct tree_file file;

	return t->ops->open(t, "/x", O_WRONLY, 0, &file);
}

static int
do_open_both(struct tree *t)
{
	struct tree_file file;

	return t->ops->open(t, "/x", O_RDWR, 0, &file);
}

static int
do_open_truncate_for_reading(struct tree *t)
{
	struct tree_file file;

	return t->ops->open(t, "/x", O_RDONLY | O_TRUNC, 0, &file);
}

static int
do_open_append(struct tree *t)
{
	struct tree_file file;

	return t->ops->open(t, "/x", O_WRONLY | O_APPEND, 0, &file);
}

/* Every operation with every set of rights. */
static void
rights__each_operation_needs_its_right_and_no_other(void **state)
{
	static const struct {
		const char *name;
		int (*run)(struct tree *);
		uint32_t needs;
	} rows[] = {
		{ "list", do_list, RIGHT_LIST },
		{ "size", do_set_size, RIGHT_WRITE },
		{ "mode", do_set_mode, RIGHT_SETATTR },
		{ "owner", do_set_owner, RIGHT_SETATTR },
		{ "times", do_set_times, RIGHT_SETATTR },
		{ "remove", do_remove, RIGHT_DELETE },
		{ "remove dir", do_remove_dir, RIGHT_DELETE },
		{ "make dir", do_make_dir, RIGHT_MKDIR },
		{ "symlink", do_symlink, RIGHT_SYMLINK },
		{ "rename", do_rename, RIGHT_RENAME },
		{ "link", do_link, RIGHT_LINK },
		{ "open to read", do_open_read, RIGHT_READ },
		{ "open to write", do_open_write, RIGHT_WRITE },
		{ "open for both", do_open_both, RIGHT_READ | RIGHT_WRITE },
		{ "empty", do_open_truncate_for_reading,
		    RIGHT_READ | RIGHT_WRITE },
		{ "append", do_open_append, RIGHT_WRITE },
	};
	static const char *const words[] = { "/*=none", NULL };
	struct fixture f;

	(void)state;
	fixture_init(&f, &no_modes, words);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (uint32_t have = 0; have <= RIGHT_ALL; have++) {
			bool may = (have & rows[i].needs) == rows[i].needs;
			int r;

			f.rules[0].rights = have;
			f.fake.calls = 0;
			r = rows[i].run(f.tree);
			if (r != (may ? 0 : -EACCES) ||
			    f.fake.calls != (may ? 1 : 0))
				fail_msg("%s with rights %#x: %d, %u calls",
				    rows[i].name, have, r, f.fake.calls);
		}
	}
}

/* Both ends of a move, and what the new name must not add. */
static void
rights__a_move_needs_both_ends_and_gains_nothing(void **state)
{
	static const char *const words[] = {
		"/x=none", "/x2=none", NULL,
	};
	const uint32_t guarded = RIGHT_READ | RIGHT_WRITE | RIGHT_DELETE;
	struct fixture f;

	(void)state;
	fixture_init(&f, &no_modes, words);
	for (uint32_t pair = 0; pair < 1 << 10; pair++) {
		/* the five rights that matter, of each end */
		uint32_t from = (pair & 7) << 1 | (pair & 8) << 2 |
		    (pair & 16) << 3, to = (pair >> 5 & 7) << 1 |
		    (pair >> 5 & 8) << 2 | (pair >> 5 & 16) << 3;
		bool gains = (to & ~from & guarded) != 0;
		bool may_move = (from & to & RIGHT_RENAME) != 0 && !gains;
		bool may_link = (from & to & RIGHT_LINK) != 0 && !gains;

		f.rules[0].rights = from;
		f.rules[1].rights = to;
		assert_int_equal(do_rename(f.tree), may_move ? 0 : -EACCES);
		assert_int_equal(do_link(f.tree), may_link ? 0 : -EACCES);
	}
}

static void
rights__only_who_may_delete_replaces_by_a_rename(void **state)
{
	static const char *const words[] = {
		"/keep/*=rename", "/**=rename,delete", NULL,
	};
	struct fixture f;
	struct tree *t;

	(void)state;
	fixture_init(&f, &no_modes, words);
	t = f.tree;
	assert_int_equal(t->ops->rename(t, "/a", "/b", true), 0);
	assert_true(f.fake.replace);
	assert_int_equal(t->ops->rename(t, "/a", "/b", false), 0);
	assert_false(f.fake.replace);
	assert_int_equal(t->ops->rename(t, "/a", "/keep/b", true), 0);
	assert_false(f.fake.replace);
}

static void
rights__a_directory_moves_under_one_rule_only(void **state)
{
	static const char *const words[] = {
		"/a/closed/**=none", "/**=all", NULL,
	};
	struct fixture f;
	struct tree *t;

	(void)state;
	fixture_init(&f, &no_modes, words);
	t = f.tree;
	assert_int_equal(t->ops->rename(t, "/a", "/c", false), 0);
	f.fake.type = S_IFDIR;
	assert_int_equal(t->ops->rename(t, "/b", "/c", false), 0);
	assert_int_equal(t->ops->rename(t, "/a", "/c", false), -EACCES);
	assert_int_equal(t->ops->rename(t, "/c", "/a", false), -EACCES);
}

/* ---- where --------------------------------------------------------------- */

static void
rights__are_those_of_where_a_file_is(void **state)
{
	static const struct {
		const char *path;
		int follow, no_follow;
	} rows[] = {
		{ "/free", 0, 0 }, { "/way", -EACCES, 0 },
		{ "/secret", -EACCES, -EACCES },
		{ "/d/up", 0, 0 }, { "/d/up/", 0, 0 },
		{ "/d/up/secret", -EACCES, -EACCES },
		{ "/d/up/free", 0, 0 }, { "/", 0, 0 }, { ".", 0, 0 },
	};
	static const char *const words[] = {
		"/secret=none", "/**=list,setattr", NULL,
	};
	struct fixture f;
	struct statx st;

	(void)state;
	fixture_init(&f, &no_modes, words);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tree_target target = { .path = rows[i].path };

		assert_int_equal(f.tree->ops->stat(f.tree, rows[i].path, true,
		    &st), rows[i].follow);
		assert_int_equal(f.tree->ops->stat(f.tree, rows[i].path,
		    false, &st), rows[i].no_follow);
		assert_int_equal(f.tree->ops->set_times(f.tree, &target,
		    some_times), rows[i].no_follow);
		target.follow = true;
		assert_int_equal(f.tree->ops->set_times(f.tree, &target,
		    some_times), rows[i].follow);
	}
}

static void
rights__what_is_under_no_rule_is_not_looked_at(void **state)
{
	static const char *const words[] = { "/in/*=symlink", NULL };
	struct fixture f;
	struct tree *t;
	struct statx st;
	struct statvfs fs;
	char target[PATH_MAX];

	(void)state;
	fixture_init(&f, &no_modes, words);
	t = f.tree;
	assert_int_equal(t->ops->stat(t, "/out", true, &st), -EACCES);
	assert_int_equal(t->ops->statvfs(t, "/out", &fs), -EACCES);
	assert_int_equal(t->ops->read_link(t, "/out", target), -EACCES);
	/* any right is enough to look */
	assert_int_equal(t->ops->stat(t, "/in/x", true, &st), 0);
	assert_int_equal(t->ops->statvfs(t, "/in/x", &fs), 0);
	assert_int_equal(t->ops->read_link(t, "/in/x", target), 0);
}

static void
rights__only_paths_that_do_not_fit_are_refused(void **state)
{
	static const char *const words[] = { "/**=all", NULL };
	char name[NAME_MAX + 3] = "/";
	struct fixture f;
	struct tree *t;

	(void)state;
	fixture_init(&f, &no_modes, words);
	t = f.tree;
	/* how long a name may be is for the file system to say */
	memset(name + 1, 'x', NAME_MAX + 1);
	assert_int_equal(t->ops->remove(t, name), 0);
	assert_int_equal(t->ops->remove(t, "/deep/x"), 0);
	assert_int_equal(t->ops->remove(t, "/deep/xx"), -ENAMETOOLONG);
}

/* ---- opening to make ------------------------------------------------------ */

static int
open_with(struct fixture *f, int flags, mode_t mode)
{
	struct tree_file file;

	return f->tree->ops->open(f->tree, "/x", flags, mode, &file);
}

static void
rights__making_needs_create_and_touching_needs_write(void **state)
{
	static const struct {
		uint32_t have;
		int flags, result, below;	/* flags that are handed on */
	} rows[] = {
		{ RIGHT_CREATE, O_CREAT, 0, O_CREAT | O_EXCL },
		{ RIGHT_CREATE, O_CREAT | O_TRUNC, 0,
		    O_CREAT | O_TRUNC | O_EXCL },
		{ RIGHT_CREATE, O_CREAT | O_EXCL, 0, O_CREAT | O_EXCL },
		{ RIGHT_CREATE, O_TRUNC, -EACCES, 0 },
		{ RIGHT_WRITE, O_CREAT, 0, 0 },
		{ RIGHT_WRITE, O_CREAT | O_TRUNC, 0, O_TRUNC },
		{ RIGHT_WRITE | RIGHT_CREATE, O_CREAT | O_TRUNC, 0,
		    O_CREAT | O_TRUNC },
		{ RIGHT_READ | RIGHT_LIST | RIGHT_DELETE, O_CREAT, -EACCES,
		    0 },
	};
	static const char *const words[] = { "/x=none", NULL };
	struct fixture f;

	(void)state;
	fixture_init(&f, &no_modes, words);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		f.rules[0].rights = rows[i].have;
		f.fake.calls = 0;
		assert_int_equal(open_with(&f, O_WRONLY | rows[i].flags, 0600),
		    rows[i].result);
		assert_int_equal(f.fake.calls, rows[i].result == 0);
		if (rows[i].result == 0)
			assert_int_equal(f.fake.flags,
			    O_WRONLY | rows[i].below);
	}
}

static void
rights__an_open_file_is_dressed_by_who_writes_it(void **state)
{
	static const char *const words[] = { "/x=none", NULL };
	struct tree_file read_file = { .fd = -1 }, write_file = { .fd = -1 };
	struct tree_target target = { .path = "/x" };
	struct fixture f;
	struct tree *t;

	(void)state;
	fixture_init(&f, &no_modes, words);
	t = f.tree;
	read_file.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	write_file.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	target.file = &read_file;
	assert_int_equal(t->ops->set_mode(t, &target, 0600), -EACCES);
	assert_int_equal(t->ops->set_times(t, &target, some_times), -EACCES);
	target.file = &write_file;
	assert_int_equal(t->ops->set_mode(t, &target, 0600), 0);
	assert_int_equal(t->ops->set_times(t, &target, some_times), 0);
	assert_int_equal(t->ops->set_size(t, &target, 1), 0);
	close(read_file.fd);
	close(write_file.fd);
}

/* ---- modes ---------------------------------------------------------------- */

static void
modes__decide_over_what_the_client_asks_for(void **state)
{
	static const struct {
		struct rights_modes modes;
		mode_t asked, file, dir;
	} rows[] = {
		{ { RIGHTS_NO_MODE, RIGHTS_NO_MODE, 0 }, 0666, 0666, 0666 },
		{ { RIGHTS_NO_MODE, RIGHTS_NO_MODE, 0027 }, 0777, 0750, 0750 },
		{ { 0640, RIGHTS_NO_MODE, 0 }, 0777, 0640, 0777 },
		{ { RIGHTS_NO_MODE, 02750, 0 }, 0777, 0777, 02750 },
		{ { 0600, 0700, 0777 }, 0777, 0600, 0700 },
		{ { 0, 0, 0 }, 07777, 0, 0 },
		{ { RIGHTS_NO_MODE, RIGHTS_NO_MODE, 0777 }, 07777, 07000,
		    07000 },
	};
	static const char *const words[] = { NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture f;
		struct tree *t;
		mode_t asked = rows[i].asked;

		fixture_init(&f, &rows[i].modes, words);
		t = f.tree;
		assert_int_equal(open_with(&f, O_WRONLY | O_CREAT, asked), 0);
		assert_int_equal(f.fake.mode, rows[i].file);
		assert_int_equal(t->ops->set_mode(t, BY_PATH("/x"), asked),
		    0);
		assert_int_equal(f.fake.mode, rows[i].file);
		assert_int_equal(t->ops->make_dir(t, "/x", asked), 0);
		assert_int_equal(f.fake.mode, rows[i].dir);
		f.fake.type = S_IFDIR;
		assert_int_equal(t->ops->set_mode(t, BY_PATH("/x"), asked),
		    0);
		assert_int_equal(f.fake.mode, rows[i].dir);
	}
}

static void
modes__a_file_that_was_there_keeps_its_own(void **state)
{
	const struct rights_modes modes = {
		.file = 0640, .dir = RIGHTS_NO_MODE,
	};
	static const char *const words[] = { NULL };
	struct fixture f;

	(void)state;
	fixture_init(&f, &modes, words);
	f.fake.exists = true;
	f.fake.mode = 07;
	assert_int_equal(open_with(&f, O_WRONLY | O_CREAT | O_TRUNC, 0600),
	    0);
	assert_int_equal(f.fake.flags, O_WRONLY | O_TRUNC);
	assert_int_equal(f.fake.mode, 0);
	assert_int_equal(open_with(&f, O_WRONLY | O_CREAT | O_EXCL, 0600),
	    -EEXIST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rights__each_operation_needs_its_right_and_no_other),
		TEST(rights__a_move_needs_both_ends_and_gains_nothing),
		TEST(rights__only_who_may_delete_replaces_by_a_rename),
		TEST(rights__a_directory_moves_under_one_rule_only),
		TEST(rights__are_those_of_where_a_file_is),
		TEST(rights__what_is_under_no_rule_is_not_looked_at),
		TEST(rights__only_paths_that_do_not_fit_are_refused),
		TEST(rights__making_needs_create_and_touching_needs_write),
		TEST(rights__an_open_file_is_dressed_by_who_writes_it),
		TEST(modes__decide_over_what_the_client_asks_for),
		TEST(modes__a_file_that_was_there_keeps_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
