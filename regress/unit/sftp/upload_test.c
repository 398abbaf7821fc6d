/* SPDX-License-Identifier: ISC */
/* SftpUpload atomic, alone and below SftpModes, in a directory of its own. */
#include "unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/base/compiler.h"
#include "sftp-server/rights.h"
#include "sftp-server/rooted.h"
#include "sftp-server/upload.h"

#define NEW	(O_WRONLY | O_CREAT | O_TRUNC)

struct fixture {
	char top[sizeof("/tmp/upload_test.XXXXXX")];
	struct rooted rooted;
	struct upload upload;
	struct rights rights;
	struct tree *tree;	/* what is tested */
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)umask(022);
	strcpy(f->top, "/tmp/upload_test.XXXXXX");
	assert_non_null(mkdtemp(f->top));
	rooted_init(&f->rooted, open(f->top, O_PATH | O_DIRECTORY |
	    O_CLOEXEC));
	upload_init(&f->upload, &f->rooted.tree, false);
	f->tree = &f->upload.layer.tree;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	char command[64];

	assert_null(f->upload.pending);
	close(f->rooted.root_fd);
	snprintf(command, sizeof(command), "rm -rf %s", f->top);
	free(f);
	return system(command);
}

static const char *
on_host(const struct fixture *f, const char *path)
{
	static char out[PATH_MAX];

	snprintf(out, sizeof(out), "%s%s", f->top, path);
	return out;
}

static bool
is_there(const struct fixture *f, const char *path)
{
	return access(on_host(f, path), F_OK) == 0;
}

static void
assert_content(const struct fixture *f, const char *path, const char *want)
{
	char text[64] = "";
	int fd = open(on_host(f, path), O_RDONLY | O_CLOEXEC);

	assert_int_not_equal(fd, -1);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, want);
}

static void
make_file(const struct fixture *f, const char *path, const char *text,
    mode_t mode)
{
	int fd = open(on_host(f, path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)),
	    (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static mode_t
mode_of(const struct fixture *f, const char *path)
{
	struct stat st;

	assert_int_equal(stat(on_host(f, path), &st), 0);
	return st.st_mode & 07777;
}

static int
start(struct fixture *f, const char *path, int flags, const char *text,
    struct tree_file *file)
{
	int r = f->tree->ops->open(f->tree, path, flags, 0644, file);

	if (r == 0)
		assert_int_equal(write(file->fd, text, strlen(text)),
		    (ssize_t)strlen(text));
	return r;
}

static int
end(struct fixture *f, struct tree_file *file, bool is_complete)
{
	return f->tree->ops->close(f->tree, file, is_complete);
}

/* ---- the file beside ------------------------------------------------------ */

static void
upload__the_name_beside_is_the_documented_one(void **state)
{
	static const char *const names[] = {
		"/x", "/d/x.tar.gz", "/.hidden", "/gr\303\274n", "/\377\n ",
		"/x.partial-0",
	};
	struct fixture *f = *state;

	assert_int_equal(mkdir(on_host(f, "/d"), 0700), 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *name = strrchr(names[i], '/') + 1;
		char part[64];
		struct tree_file file;

		snprintf(part, sizeof(part), "%.*s.%s.partial-0",
		    (int)(name - names[i]), names[i], name);
		assert_int_equal(start(f, names[i], NEW, "text", &file), 0);
		assert_content(f, part, "text");
		assert_false(is_there(f, names[i]));
		assert_int_equal(end(f, &file, true), 0);
		assert_false(is_there(f, part));
		assert_content(f, names[i], "text");
	}
}

static void
upload__a_long_name_is_cut_beside_and_whole_at_the_end(void **state)
{
	struct fixture *f = *state;
	char path[NAME_MAX + 2] = "/", part[NAME_MAX + 2] = "/.";
	struct tree_file file;

	memset(path + 1, 'n', NAME_MAX);
	memset(part + 2, 'n', NAME_MAX - 12);
	strcpy(part + 2 + NAME_MAX - 12, ".partial-0");
	assert_int_equal(start(f, path, NEW, "text", &file), 0);
	assert_true(is_there(f, part));
	assert_int_equal(end(f, &file, true), 0);
	assert_content(f, path, "text");
	assert_false(is_there(f, part));
}

static void
upload__sixteen_at_once_have_room(void **state)
{
	struct fixture *f = *state;
	struct tree_file files[16], one_more;
	char part[32], text[4];

	for (int i = 0; i < 16; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_int_equal(start(f, "/x", NEW, text, &files[i]), 0);
		snprintf(part, sizeof(part), "/.x.partial-%d", i);
		assert_content(f, part, text);
	}
	assert_int_equal(start(f, "/x", NEW, "", &one_more), -EBUSY);
	assert_int_equal(one_more.fd, -1);
	assert_int_equal(start(f, "/y", NEW, "", &one_more), 0);
	assert_int_equal(end(f, &one_more, false), 0);
	/* the last one that is complete stays */
	for (int i = 0; i < 16; i++)
		assert_int_equal(end(f, &files[i], i < 8), 0);
	assert_content(f, "/x", "7");
	for (int i = 0; i < 16; i++) {
		snprintf(part, sizeof(part), "/.x.partial-%d", i);
		assert_false(is_there(f, part));
	}
}

static void
upload__what_nobody_writes_is_cleared_away(void **state)
{
	struct fixture *f = *state;
	struct tree_file file;
	int fd;

	make_file(f, "/.x.partial-0", "left", 0600);
	make_file(f, "/.x.partial-1", "in use", 0600);
	make_file(f, "/.y.partial-0", "other", 0600);
	fd = open(on_host(f, "/.x.partial-0"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	/* 0 is locked, 1 was left */
	assert_int_equal(start(f, "/x", NEW, "new", &file), 0);
	assert_content(f, "/.x.partial-0", "left");
	assert_content(f, "/.x.partial-1", "new");
	close(fd);
	assert_int_equal(end(f, &file, true), 0);
	assert_int_equal(start(f, "/x", NEW, "newer", &file), 0);
	assert_content(f, "/.x.partial-0", "newer");
	assert_int_equal(end(f, &file, true), 0);
	assert_content(f, "/x", "newer");
	assert_content(f, "/.y.partial-0", "other");
}

/* A session that finishes its upload while another looks at it. */
struct meddler {
	struct layer layer;		/* first */
	struct fixture *f;
	int fd;				/* of a third one's */
};

static int
meddle_open(struct tree *tree, const char *path, int flags, mode_t mode,
    struct tree_file *file)
{
	struct meddler *m = (struct meddler *)tree;
	struct tree *below = layer_below(tree);
	int r = below->ops->open(below, path, flags, mode, file);
	char name[PATH_MAX];

	if (r < 0 || m->fd != -1 || (flags & O_CREAT) != 0)
		return r;
	strcpy(name, on_host(m->f, path));
	assert_int_equal(rename(name, on_host(m->f, "/x")), 0);
	make_file(m->f, path, "third", 0600);
	m->fd = open(name, O_WRONLY | O_CLOEXEC);
	assert_int_equal(flock(m->fd, LOCK_EX | LOCK_NB), 0);
	return r;
}

static void
upload__what_took_the_name_meanwhile_is_no_leftover(void **state)
{
	struct fixture *f = *state;
	struct meddler m = { .f = f, .fd = -1 };
	struct tree_file file;

	layer_init(&m.layer, &f->rooted.tree);
	m.layer.ops.open = meddle_open;
	f->upload.layer.below = &m.layer.tree;
	make_file(f, "/.x.partial-0", "second", 0600);
	assert_int_equal(start(f, "/x", NEW, "first", &file), 0);
	assert_content(f, "/.x.partial-0", "third");
	assert_content(f, "/.x.partial-1", "first");
	assert_content(f, "/x", "second");
	assert_int_equal(end(f, &file, true), 0);
	close(m.fd);
}

/* Only a regular file can be what an upload has left. */
static void
upload__what_is_no_leftover_stays(void **state)
{
	struct fixture *f = *state;
	struct tree_file file;

	make_file(f, "/mine", "mine", 0600);
	assert_int_equal(symlink("mine", on_host(f, "/.x.partial-0")), 0);
	assert_int_equal(mkdir(on_host(f, "/.x.partial-1"), 0700), 0);
	assert_int_equal(mkfifo(on_host(f, "/.x.partial-2"), 0600), 0);
	assert_int_equal(start(f, "/x", NEW, "new", &file), 0);
	assert_content(f, "/.x.partial-3", "new");
	assert_int_equal(end(f, &file, true), 0);
	assert_content(f, "/mine", "mine");
	assert_true(is_there(f, "/.x.partial-0"));
	assert_true(is_there(f, "/.x.partial-1"));
	assert_true(is_there(f, "/.x.partial-2"));
}

static void
upload__a_path_without_room_for_it_is_refused(void **state)
{
	struct fixture *f = *state;
	char path[PATH_MAX] = "";
	struct tree_file file;
	size_t len = 0;

	while (len + 201 + 8 < PATH_MAX) {
		path[len++] = '/';
		memset(path + len, 'd', 200);
		len += 200;
		path[len] = '\0';
		assert_int_equal(f->tree->ops->make_dir(f->tree, path, 0700),
		    0);
	}
	memset(path + len, 'x', PATH_MAX - 1 - len);
	path[len] = '/';
	path[PATH_MAX - 1] = '\0';
	assert_int_equal(start(f, path, NEW, "", &file), -ENAMETOOLONG);
	path[len + 2] = '\0';
	assert_int_equal(start(f, path, NEW, "", &file), 0);
	assert_int_equal(end(f, &file, true), 0);
}

/* ---- the end -------------------------------------------------------------- */

static void
upload__what_breaks_leaves_the_old_file(void **state)
{
	struct fixture *f = *state;
	struct tree_file file;

	make_file(f, "/x", "old", 0600);
	assert_int_equal(start(f, "/x", NEW, "new", &file), 0);
	assert_int_equal(end(f, &file, false), 0);
	assert_content(f, "/x", "old");
	assert_false(is_there(f, "/.x.partial-0"));
}

static void
upload__an_exclusive_one_replaces_nothing(void **state)
{
	struct fixture *f = *state;
	struct tree_file file;

	assert_int_equal(start(f, "/x", NEW | O_EXCL, "new", &file), 0);
	make_file(f, "/x", "early", 0600);
	assert_int_equal(end(f, &file, true), -EEXIST);
	assert_content(f, "/x", "early");
	assert_false(is_there(f, "/.x.partial-0"));
	assert_int_equal(start(f, "/x", NEW | O_EXCL, "new", &file),
	    -EEXIST);
}

static void
upload__the_old_mode_stays(void **state)
{
	struct fixture *f = *state;
	struct tree_file file;

	make_file(f, "/x", "old", 0604);
	assert_int_equal(start(f, "/x", NEW, "new", &file), 0);
	assert_int_equal(end(f, &file, true), 0);
	assert_content(f, "/x", "new");
	assert_int_equal(mode_of(f, "/x"), 0604);
}

static void
upload__without_emptying_it_writes_in_place(void **state)
{
	static const int rows[] = {
		O_WRONLY, O_RDWR, O_WRONLY | O_CREAT, O_WRONLY | O_APPEND,
	};
	struct fixture *f = *state;
	struct tree_file file;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		make_file(f, "/x", "old", 0600);
		assert_int_equal(start(f, "/x", rows[i], "N", &file), 0);
		assert_content(f, "/x", (rows[i] & O_APPEND) != 0 ? "oldN" :
		    "Nld");
		assert_int_equal(end(f, &file, false), 0);
		assert_int_equal(unlink(on_host(f, "/x")), 0);
	}
}

static void
upload__a_link_is_followed_and_stays(void **state)
{
	struct fixture *f = *state;
	struct tree_file file;

	assert_int_equal(mkdir(on_host(f, "/d"), 0700), 0);
	make_file(f, "/d/x", "old", 0600);
	assert_int_equal(symlink("d/x", on_host(f, "/way")), 0);
	assert_int_equal(start(f, "/way", NEW, "new", &file), 0);
	assert_content(f, "/d/.x.partial-0", "new");
	assert_int_equal(end(f, &file, true), 0);
	assert_content(f, "/d/x", "new");
	assert_int_equal(readlink(on_host(f, "/way"), (char[8]){ 0 }, 8), 3);
}

/* ---- before the end ------------------------------------------------------- */

static void
upload__what_is_not_there_yet_is_seen_and_dressed(void **state)
{
	static const struct timespec times[2] = { { 5, 0 }, { 7, 0 } };
	struct fixture *f = *state;
	struct tree *t = f->tree;
	const struct tree_target target = { .path = "x", .follow = true },
	    other = { .path = "y", .follow = true };
	struct tree_file file;
	struct statx st;

	assert_int_equal(start(f, "/x", NEW, "text", &file), 0);
	assert_int_equal(t->ops->stat(t, "/./x", true, &st), 0);
	assert_int_equal(st.stx_size, 4);
	assert_int_equal(t->ops->set_mode(t, &target, 0640), 0);
	assert_int_equal(t->ops->set_size(t, &target, 2), 0);
	assert_int_equal(t->ops->set_times(t, &target, times), 0);
	assert_int_equal(t->ops->stat(t, "/y", true, &st), -ENOENT);
	assert_int_equal(t->ops->set_mode(t, &other, 0640), -ENOENT);
	assert_int_equal(end(f, &file, true), 0);
	assert_content(f, "/x", "te");
	assert_int_equal(mode_of(f, "/x"), 0640);
	assert_int_equal(t->ops->stat(t, "/x", true, &st), 0);
	assert_int_equal(st.stx_mtime.tv_sec, 7);
}

/* The session that writes it sees it, and nobody else does. */
static int
move(struct fixture *f, const char *from, const char *to, bool replace)
{
	return f->tree->ops->rename(f->tree, from, to, replace);
}

static void
upload__what_is_renamed_before_the_end_gets_the_new_name(void **state)
{
	struct fixture *f = *state;
	struct tree_file file;
	struct statx st;

	assert_int_equal(mkdir(on_host(f, "/d"), 0700), 0);
	make_file(f, "/there", "old", 0644);
	assert_int_equal(start(f, "/x", NEW, "new", &file), 0);
	assert_int_equal(move(f, "/x", "/there", false), -EEXIST);
	assert_int_equal(move(f, "/x", "/d", true), -EISDIR);
	assert_int_equal(move(f, "/x", "/none/y", true), -ENOENT);
	assert_int_equal(move(f, "/x", "/x", true), 0);
	assert_int_equal(move(f, "/x", "/d/y", false), 0);
	assert_true(is_there(f, "/d/.y.partial-0"));
	assert_false(is_there(f, "/.x.partial-0"));
	assert_int_equal(f->tree->ops->stat(f->tree, "/d/y", true, &st), 0);
	assert_int_equal(f->tree->ops->stat(f->tree, "/x", true, &st),
	    -ENOENT);
	/* and again, over another file */
	assert_int_equal(move(f, "/d/y", "/there", true), 0);
	assert_content(f, "/there", "old");
	assert_int_equal(end(f, &file, true), 0);
	assert_content(f, "/there", "new");
	assert_false(is_there(f, "/d/y"));
	assert_false(is_there(f, "/.there.partial-0"));
}

static void
upload__a_new_name_that_was_taken_meanwhile_is_not_replaced(void **state)
{
	struct fixture *f = *state;
	struct tree_file file;

	assert_int_equal(start(f, "/x", NEW, "new", &file), 0);
	assert_int_equal(move(f, "/x", "/y", false), 0);
	make_file(f, "/y", "theirs", 0644);
	assert_int_equal(end(f, &file, true), -EEXIST);
	assert_content(f, "/y", "theirs");
	assert_false(is_there(f, "/.y.partial-0"));
}

/* To the client it is one file with that which is written. */
static void
upload__the_emptied_file_goes_with_the_renamed_or_removed_one(void **state)
{
	struct fixture *f = *state;
	struct tree_file file;

	make_file(f, "/x", "old", 0644);
	assert_int_equal(start(f, "/x", NEW, "new", &file), 0);
	assert_int_equal(move(f, "/x", "/y", false), 0);
	assert_false(is_there(f, "/x"));
	assert_int_equal(end(f, &file, true), 0);
	assert_content(f, "/y", "new");
	assert_int_equal(start(f, "/y", NEW, "newer", &file), 0);
	assert_int_equal(f->tree->ops->remove(f->tree, "/y"), 0);
	assert_int_equal(f->tree->ops->remove(f->tree, "/y"), -ENOENT);
	assert_false(is_there(f, "/y"));
	assert_int_equal(end(f, &file, true), 0);
	assert_false(is_there(f, "/y"));
	assert_false(is_there(f, "/.y.partial-0"));
}

static void
upload__what_others_made_meanwhile_stays_when_it_is_removed(void **state)
{
	struct fixture *f = *state;
	struct tree_file file;

	assert_int_equal(start(f, "/x", NEW, "new", &file), 0);
	make_file(f, "/x", "theirs", 0644);
	assert_int_equal(f->tree->ops->remove(f->tree, "/x"), 0);
	assert_int_equal(end(f, &file, true), 0);
	assert_content(f, "/x", "theirs");
}

static void
upload__the_old_file_is_not_dressed_for_the_new_one(void **state)
{
	static const struct timespec times[2] = { { 5, 0 }, { 7, 0 } };
	struct fixture *f = *state;
	struct tree *t = f->tree;
	const struct tree_target target = { .path = "x", .follow = true },
	    link = { .path = "way" };
	struct tree_file file;
	struct statx st;

	make_file(f, "/x", "old", 0600);
	assert_int_equal(symlink("x", on_host(f, "/way")), 0);
	assert_int_equal(start(f, "/x", NEW, "newer", &file), 0);
	assert_int_equal(t->ops->stat(t, "/way", true, &st), 0);
	assert_int_equal(st.stx_size, 5);
	assert_int_equal(t->ops->stat(t, "/way", false, &st), 0);
	assert_true(S_ISLNK(st.stx_mode));
	assert_int_equal(t->ops->set_mode(t, &target, 0640), 0);
	assert_int_equal(t->ops->set_size(t, &target, 3), 0);
	assert_int_equal(t->ops->set_times(t, &target, times), 0);
	assert_int_equal(t->ops->set_times(t, &link, times), 0);
	assert_content(f, "/x", "old");
	assert_int_equal(mode_of(f, "/x"), 0600);
	assert_int_equal(end(f, &file, true), 0);
	assert_content(f, "/x", "new");
	assert_int_equal(mode_of(f, "/x"), 0640);
	assert_int_equal(t->ops->stat(t, "/x", true, &st), 0);
	assert_int_equal(st.stx_mtime.tv_sec, 7);
}

/* ---- below SftpModes ------------------------------------------------------ */

static void
force_modes(struct fixture *f, mode_t mode)
{
	const struct rights_modes modes = {
		.file = mode, .dir = RIGHTS_NO_MODE,
	};

	f->rooted.exact = true;
	rights_init(&f->rights, &f->upload.layer.tree, NULL, 0, &modes);
	f->tree = &f->rights.layer.tree;
}

static void
upload__of_two_with_forced_modes_the_last_stays(void **state)
{
	struct fixture *f = *state;
	struct tree_file one, two;

	force_modes(f, 0660);
	assert_int_equal(start(f, "/x", NEW, "1", &one), 0);
	assert_int_equal(start(f, "/x", NEW, "2", &two), 0);
	assert_int_equal(end(f, &one, true), 0);
	assert_content(f, "/x", "1");
	assert_int_equal(end(f, &two, true), 0);
	assert_content(f, "/x", "2");
	assert_int_equal(mode_of(f, "/x"), 0660);
}

static void
upload__of_two_that_are_exclusive_the_first_stays(void **state)
{
	struct fixture *f = *state;
	struct tree_file one, two;

	force_modes(f, 0660);
	assert_int_equal(start(f, "/x", NEW | O_EXCL, "1", &one), 0);
	assert_int_equal(start(f, "/x", NEW | O_EXCL, "2", &two), 0);
	assert_int_equal(end(f, &one, true), 0);
	assert_int_equal(end(f, &two, true), -EEXIST);
	assert_content(f, "/x", "1");
	assert_int_equal(mode_of(f, "/x"), 0660);
}

static void
upload__forced_modes_are_for_new_files(void **state)
{
	struct fixture *f = *state;
	struct tree_file file;

	force_modes(f, 0660);
	make_file(f, "/x", "old", 0600);
	assert_int_equal(start(f, "/x", NEW, "new", &file), 0);
	assert_int_equal(end(f, &file, true), 0);
	assert_content(f, "/x", "new");
	assert_int_equal(mode_of(f, "/x"), 0600);
}

#define WITH_TREE(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(upload__the_name_beside_is_the_documented_one),
		WITH_TREE(upload__a_long_name_is_cut_beside_and_whole_at_the_end),
		WITH_TREE(upload__sixteen_at_once_have_room),
		WITH_TREE(upload__what_nobody_writes_is_cleared_away),
		WITH_TREE(upload__what_took_the_name_meanwhile_is_no_leftover),
		WITH_TREE(upload__what_is_no_leftover_stays),
		WITH_TREE(upload__a_path_without_room_for_it_is_refused),
		WITH_TREE(upload__what_breaks_leaves_the_old_file),
		WITH_TREE(upload__an_exclusive_one_replaces_nothing),
		WITH_TREE(upload__the_old_mode_stays),
		WITH_TREE(upload__without_emptying_it_writes_in_place),
		WITH_TREE(upload__a_link_is_followed_and_stays),
		WITH_TREE(upload__what_is_not_there_yet_is_seen_and_dressed),
		WITH_TREE(
		    upload__what_is_renamed_before_the_end_gets_the_new_name),
		WITH_TREE(
		    upload__a_new_name_that_was_taken_meanwhile_is_not_replaced),
		WITH_TREE(
		    upload__the_emptied_file_goes_with_the_renamed_or_removed_one),
		WITH_TREE(
		    upload__what_others_made_meanwhile_stays_when_it_is_removed),
		WITH_TREE(upload__the_old_file_is_not_dressed_for_the_new_one),
		WITH_TREE(upload__of_two_with_forced_modes_the_last_stays),
		WITH_TREE(upload__of_two_that_are_exclusive_the_first_stays),
		WITH_TREE(upload__forced_modes_are_for_new_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
