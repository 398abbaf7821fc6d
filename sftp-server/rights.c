/* SPDX-License-Identifier: ISC */
#include "sftp-server/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "sftp-server/canonical.h"

/* Of opening a file that somebody else makes and removes all the time. */
#define TRIES_MAX	100

static struct rights *
rights_of(struct tree *tree)
{
	return (struct rights *)tree;
}

/* ---- where it is --------------------------------------------------------- */

static uint32_t
rights_at(const struct rights *rights, const char *canon)
{
	return rights->rule_count == 0 ? RIGHT_ALL :
	    path_rights_of(rights->rules, rights->rule_count, canon);
}

/* Finds the canonical name, which must have all these rights. */
static int
need(struct rights *rights, const char *path, bool follow, uint32_t wanted,
    char canon[static PATH_MAX])
{
	int r = canonical_name(rights->layer.below, path, follow, canon);

	if (r < 0)
		return r;
	return (rights_at(rights, canon) & wanted) == wanted ? 0 : -EACCES;
}

/* What is under no rule, or has no right, is not even looked at. */
static int
need_any(struct rights *rights, const char *path, bool follow,
    char canon[static PATH_MAX])
{
	int r = canonical_name(rights->layer.below, path, follow, canon);

	if (r < 0)
		return r;
	return rights_at(rights, canon) != 0 ? 0 : -EACCES;
}

/* ---- files --------------------------------------------------------------- */

static mode_t
file_mode(const struct rights *rights, mode_t mode)
{
	if (rights->modes.file != RIGHTS_NO_MODE)
		return rights->modes.file;
	return mode & ~rights->modes.umask;
}

static mode_t
dir_mode(const struct rights *rights, mode_t mode)
{
	if (rights->modes.dir != RIGHTS_NO_MODE)
		return rights->modes.dir;
	return mode & ~rights->modes.umask;
}

/* Which rights must be there for the flags; *flags may become stricter. */
static int
check_open(uint32_t have, int *flags)
{
	int access = *flags & O_ACCMODE;

	if (access != O_WRONLY && (have & RIGHT_READ) == 0)
		return -EACCES;
	if (access == O_RDONLY && (*flags & (O_CREAT | O_TRUNC)) == 0)
		return 0;
	if ((*flags & O_CREAT) == 0 || (have & RIGHT_CREATE) == 0) {
		*flags &= ~O_CREAT;
		return (have & RIGHT_WRITE) == 0 ? -EACCES : 0;
	}
	/* made, but never touched when it is there: in one call */
	if ((have & RIGHT_WRITE) == 0)
		*flags |= O_EXCL;
	return 0;
}

/* A forced mode is set in the moment in which the file is made. */
static int
open_new(struct rights *rights, const char *canon, int flags, mode_t mode,
    struct tree_file *file)
{
	struct tree *below = rights->layer.below;
	struct tree_target target = { .path = canon, .file = file };
	int r = below->ops->open(below, canon, flags | O_CREAT | O_EXCL,
	    mode, file);

	if (r == 0 && rights->modes.file != RIGHTS_NO_MODE)
		r = below->ops->set_mode(below, &target, mode);
	if (r < 0 && file->fd != -1)
		(void)below->ops->close(below, file, false);
	return r;
}

/*
 * Only a call of its own tells whether it made the file. That it had to make
 * it is no wish of the client's.
 */
static int
open_forced(struct rights *rights, const char *canon, int flags, mode_t mode,
    struct tree_file *file)
{
	struct tree *below = rights->layer.below;
	int new_flags = (flags & O_EXCL) != 0 ? flags :
	    flags | TREE_O_MAY_REPLACE;
	int r = -ENOENT;

	for (int i = 0; i < TRIES_MAX && r == -ENOENT; i++) {
		r = open_new(rights, canon, new_flags, mode, file);
		if (r != -EEXIST || (flags & O_EXCL) != 0)
			break;
		r = below->ops->open(below, canon, flags & ~O_CREAT, 0, file);
	}
	return r;
}

static int
rights_open(struct tree *tree, const char *path, int flags, mode_t mode,
    struct tree_file *file)
{
	struct rights *rights = rights_of(tree);
	struct tree *below = rights->layer.below;
	char canon[PATH_MAX];
	int r = canonical_name(rights->layer.below, path,
	    (flags & O_EXCL) == 0, canon);

	*file = (struct tree_file){ .fd = -1 };
	if (r == 0)
		r = check_open(rights_at(rights, canon), &flags);
	if (r < 0)
		return r;
	mode = file_mode(rights, mode);
	if ((flags & O_CREAT) != 0 && rights->modes.file != RIGHTS_NO_MODE)
		return open_forced(rights, canon, flags, mode, file);
	return below->ops->open(below, canon, flags, mode, file);
}

static int
rights_open_dir(struct tree *tree, const char *path)
{
	struct rights *rights = rights_of(tree);
	char canon[PATH_MAX];
	int r = need(rights, path, true, RIGHT_LIST, canon);

	return r < 0 ? r : rights->layer.below->ops->open_dir(rights->layer.below, canon);
}

/* ---- looking ------------------------------------------------------------- */

static int
rights_stat(struct tree *tree, const char *path, bool follow,
    struct statx *st)
{
	struct rights *rights = rights_of(tree);
	char canon[PATH_MAX];
	int r = need_any(rights, path, follow, canon);

	return r < 0 ? r : rights->layer.below->ops->stat(rights->layer.below, canon,
	    false, st);
}

static int
rights_statvfs(struct tree *tree, const char *path, struct statvfs *st)
{
	struct rights *rights = rights_of(tree);
	char canon[PATH_MAX];
	int r = need_any(rights, path, true, canon);

	return r < 0 ? r : rights->layer.below->ops->statvfs(rights->layer.below, canon,
	    st);
}

static int
rights_read_link(struct tree *tree, const char *path,
    char target[static PATH_MAX])
{
	struct rights *rights = rights_of(tree);
	char canon[PATH_MAX];
	int r = need_any(rights, path, false, canon);

	return r < 0 ? r : rights->layer.below->ops->read_link(rights->layer.below, canon,
	    target);
}

static int
rights_enter(struct tree *tree, const char *path)
{
	struct rights *rights = rights_of(tree);
	char canon[PATH_MAX];
	int r = canonical_name(rights->layer.below, path, true, canon);

	return r < 0 ? r : rights->layer.below->ops->enter(rights->layer.below, canon);
}

/* ---- attributes ---------------------------------------------------------- */

static bool
is_open_to_write(const struct tree_file *file)
{
	int flags = fcntl(file->fd, F_GETFL);

	return flags != -1 && (flags & O_ACCMODE) != O_RDONLY;
}

/*
 * A client dresses what it writes; of other files it must have the right. An
 * open file's name gives it only if it still means that file.
 */
static int
need_target(struct rights *rights, const struct tree_target *target,
    uint32_t wanted, char canon[static PATH_MAX], struct tree_target *on)
{
	*on = (struct tree_target){ .path = canon, .file = target->file };
	if (target->file == NULL)
		return need(rights, target->path, target->follow, wanted,
		    canon);
	on->path = target->path;
	if (rights->rule_count == 0 || is_open_to_write(target->file))
		return 0;
	return need(rights, target->path, true, wanted, canon) == 0 &&
	    tree_is_named(rights->layer.below, canon, target->file->fd) ?
	    0 : -EACCES;
}

static int
rights_set_size(struct tree *tree, const struct tree_target *target,
    off_t size)
{
	struct rights *rights = rights_of(tree);
	struct tree_target on;
	char canon[PATH_MAX];
	int r = need_target(rights, target, RIGHT_WRITE, canon, &on);

	return r < 0 ? r : rights->layer.below->ops->set_size(rights->layer.below, &on,
	    size);
}

static int
type_of(struct rights *rights, const struct tree_target *on, mode_t *type)
{
	struct statx st;
	struct stat open_st;
	int r;

	if (on->file != NULL) {
		if (fstat(on->file->fd, &open_st) == -1)
			return -errno;
		*type = open_st.st_mode & S_IFMT;
		return 0;
	}
	r = rights->layer.below->ops->stat(rights->layer.below, on->path, false, &st);
	if (r == 0)
		*type = st.stx_mode & S_IFMT;
	return r;
}

static int
rights_set_mode(struct tree *tree, const struct tree_target *target,
    mode_t mode)
{
	struct rights *rights = rights_of(tree);
	struct tree_target on;
	char canon[PATH_MAX];
	mode_t type = 0;
	int r = need_target(rights, target, RIGHT_SETATTR, canon, &on);

	if (r == 0)
		r = type_of(rights, &on, &type);
	if (r < 0)
		return r;
	mode = type == S_IFDIR ? dir_mode(rights, mode) :
	    file_mode(rights, mode);
	return rights->layer.below->ops->set_mode(rights->layer.below, &on, mode);
}

static int
rights_set_owner(struct tree *tree, const struct tree_target *target,
    uid_t uid, gid_t gid)
{
	struct rights *rights = rights_of(tree);
	struct tree_target on;
	char canon[PATH_MAX];
	int r = need_target(rights, target, RIGHT_SETATTR, canon, &on);

	return r < 0 ? r : rights->layer.below->ops->set_owner(rights->layer.below, &on,
	    uid, gid);
}

static int
rights_set_times(struct tree *tree, const struct tree_target *target,
    const struct timespec times[static 2])
{
	struct rights *rights = rights_of(tree);
	struct tree_target on;
	char canon[PATH_MAX];
	int r = need_target(rights, target, RIGHT_SETATTR, canon, &on);

	return r < 0 ? r : rights->layer.below->ops->set_times(rights->layer.below, &on,
	    times);
}

/* ---- names --------------------------------------------------------------- */

static int
rights_remove(struct tree *tree, const char *path)
{
	struct rights *rights = rights_of(tree);
	char canon[PATH_MAX];
	int r = need(rights, path, false, RIGHT_DELETE, canon);

	return r < 0 ? r : rights->layer.below->ops->remove(rights->layer.below, canon);
}

static int
rights_remove_dir(struct tree *tree, const char *path)
{
	struct rights *rights = rights_of(tree);
	char canon[PATH_MAX];
	int r = need(rights, path, false, RIGHT_DELETE, canon);

	return r < 0 ? r : rights->layer.below->ops->remove_dir(rights->layer.below,
	    canon);
}

static int
rights_make_dir(struct tree *tree, const char *path, mode_t mode)
{
	struct rights *rights = rights_of(tree);
	struct tree *below = rights->layer.below;
	char canon[PATH_MAX], name[PATH_MAX];
	struct tree_target target = { .path = canon };
	int r = need(rights, canonical_without_slash(path, name), false,
	    RIGHT_MKDIR, canon);

	if (r == 0)
		r = below->ops->make_dir(below, canon,
		    dir_mode(rights, mode));
	if (r == 0 && rights->modes.dir != RIGHTS_NO_MODE)
		r = below->ops->set_mode(below, &target, rights->modes.dir);
	return r;
}

static int
rights_symlink(struct tree *tree, const char *target, const char *path)
{
	struct rights *rights = rights_of(tree);
	char canon[PATH_MAX];
	int r = need(rights, path, false, RIGHT_SYMLINK, canon);

	return r < 0 ? r : rights->layer.below->ops->symlink(rights->layer.below, target,
	    canon);
}

/* A new name must not be a way around the rules of the old one. */
static bool
gains(uint32_t from, uint32_t to)
{
	return (to & ~from & (RIGHT_READ | RIGHT_WRITE | RIGHT_DELETE)) != 0;
}

/*
 * What lies in a directory goes with it, so the rules must say one thing
 * about all of it, here and there.
 */
static int
check_dir_move(const struct rights *rights, const char *from, const char *to)
{
	uint32_t below_from, below_to;

	if (!path_rights_below(rights->rules, rights->rule_count, from,
	    &below_from) ||
	    !path_rights_below(rights->rules, rights->rule_count, to,
	    &below_to))
		return -EACCES;
	if ((below_from & RIGHT_RENAME) == 0 ||
	    (below_to & RIGHT_RENAME) == 0 || gains(below_from, below_to))
		return -EACCES;
	return 0;
}

static int
check_move(const struct rights *rights, const char *from, const char *to,
    bool is_dir)
{
	if (rights->rule_count == 0)
		return 0;
	if (gains(rights_at(rights, from), rights_at(rights, to)))
		return -EACCES;
	return is_dir ? check_dir_move(rights, from, to) : 0;
}

static int
rights_rename(struct tree *tree, const char *old_path, const char *new_path,
    bool replace)
{
	struct rights *rights = rights_of(tree);
	struct tree *below = rights->layer.below;
	char from[PATH_MAX], to[PATH_MAX], name[PATH_MAX];
	struct statx st;
	int r = need(rights, old_path, false, RIGHT_RENAME, from);

	if (r == 0)
		r = below->ops->stat(below, from, false, &st);
	if (r < 0)
		return r;
	if (S_ISDIR(st.stx_mode))
		new_path = canonical_without_slash(new_path, name);
	r = need(rights, new_path, false, RIGHT_RENAME, to);
	if (r == 0)
		r = check_move(rights, from, to, S_ISDIR(st.stx_mode));
	if (r < 0)
		return r;
	if ((rights_at(rights, to) & RIGHT_DELETE) == 0)
		replace = false;
	return below->ops->rename(below, from, to, replace);
}

static int
rights_link(struct tree *tree, const char *old_path, const char *new_path)
{
	struct rights *rights = rights_of(tree);
	char from[PATH_MAX], to[PATH_MAX];
	int r = need(rights, old_path, false, RIGHT_LINK, from);

	if (r == 0)
		r = need(rights, new_path, false, RIGHT_LINK, to);
	if (r == 0 && gains(rights_at(rights, from), rights_at(rights, to)))
		r = -EACCES;
	return r < 0 ? r : rights->layer.below->ops->link(rights->layer.below, from, to);
}

/* Names alone tell nothing, so real_path is the one of the tree below. */
void
rights_init(struct rights *rights, struct tree *below,
    const struct path_rule *rules, size_t rule_count,
    const struct rights_modes *modes)
{
	struct tree_ops *ops = &rights->layer.ops;

	*rights = (struct rights){
		.rules = rules, .rule_count = rule_count, .modes = *modes,
	};
	layer_init(&rights->layer, below);
	ops->open = rights_open;
	ops->open_dir = rights_open_dir;
	ops->stat = rights_stat;
	ops->set_size = rights_set_size;
	ops->set_mode = rights_set_mode;
	ops->set_owner = rights_set_owner;
	ops->set_times = rights_set_times;
	ops->remove = rights_remove;
	ops->make_dir = rights_make_dir;
	ops->remove_dir = rights_remove_dir;
	ops->rename = rights_rename;
	ops->link = rights_link;
	ops->symlink = rights_symlink;
	ops->read_link = rights_read_link;
	ops->statvfs = rights_statvfs;
	ops->enter = rights_enter;
}
