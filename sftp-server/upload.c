/* SPDX-License-Identifier: ISC */
#include "sftp-server/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sftp-server/canonical.h"
#include "sftp-server/keep.h"

#define SLOTS		16
#define SUFFIX_MAX	12	/* ".partial-15" and NUL */
#define NAME_KEPT	(NAME_MAX - SUFFIX_MAX)	/* of a longer name */
#define TRIES_MAX	100	/* to make a file that others clear away */

struct upload_pending {
	struct upload_pending *next;
	struct tree_file file;		/* of the tree below */
	bool may_replace;
	bool has_old;		/* the file that it empties is at path */
	char part[PATH_MAX];	/* both are canonical */
	char path[PATH_MAX];	/* empty: removed, it gets no name */
};

static struct upload *
upload_of(struct tree *tree)
{
	return (struct upload *)tree;
}

/* ---- the partial file ---------------------------------------------------- */

static int
part_name(const char *path, int slot, char out[static PATH_MAX])
{
	const char *name = strrchr(path, '/') + 1;
	int n = snprintf(out, PATH_MAX, "%.*s.%.*s.partial-%d",
	    (int)(name - path), path, NAME_KEPT, name, slot);

	return n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/*
 * Removes a partial file that nobody writes to; false: it is in use. Before
 * it was locked another session may have removed or finished it, and a third
 * one may have a file of its own there.
 */
static bool
remove_leftover(struct tree *below, const char *part)
{
	struct tree_file file;
	bool is_left;
	int r = below->ops->open(below, part, O_WRONLY | O_NONBLOCK |
	    O_NOFOLLOW, 0, &file);

	/* the lock is all it is opened for */
	if (r == -EACCES)
		r = below->ops->open(below, part, O_RDONLY | O_NONBLOCK |
		    O_NOFOLLOW, 0, &file);
	if (r < 0)
		return false;
	is_left = flock(file.fd, LOCK_EX | LOCK_NB) == 0 &&
	    tree_is_named(below, part, file.fd) &&
	    below->ops->remove(below, part) == 0;
	(void)below->ops->close(below, &file, false);
	return is_left;
}

/*
 * Locked, and still there: another session may have taken it for a leftover
 * before the lock. Where files can't be locked leftovers stay.
 */
static bool
is_ours(int fd)
{
	struct stat st;

	if (flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK)
		return false;
	return fstat(fd, &st) == 0 && st.st_nlink != 0;
}

static int
make_part(struct tree *below, struct upload_pending *p, int flags,
    mode_t mode)
{
	int r = -EBUSY;

	for (int slot = 0, tries = 0; slot < SLOTS && tries < TRIES_MAX;
	    tries++) {
		if ((r = part_name(p->path, slot, p->part)) < 0)
			return r;
		r = below->ops->open(below, p->part, flags | O_CREAT | O_EXCL,
		    mode, &p->file);
		if (r == 0 && is_ours(p->file.fd))
			return 0;
		if (r == 0)
			(void)below->ops->close(below, &p->file, false);
		else if (r != -EEXIST)
			return r;
		else if (!remove_leftover(below, p->part))
			slot++;
	}
	return -EBUSY;
}

/* ---- open ---------------------------------------------------------------- */

/*
 * 1: the file must be made apart; 0: the tree below opens it as it is. The
 * right to write to an old file is what a client needs, as without us: *old
 * is that file, opened, or has no descriptor.
 */
static int
plan(struct tree *below, const char *path, int flags,
    struct upload_pending *p, struct tree_file *old)
{
	struct statx st;
	int r;

	if ((flags & O_ACCMODE) == O_RDONLY ||
	    (flags & (O_CREAT | O_TRUNC)) == 0)
		return 0;
	if ((r = below->ops->real_path(below, path, p->path)) < 0)
		return r;
	r = below->ops->stat(below, (flags & O_EXCL) != 0 ? path : p->path,
	    false, &st);
	if (r == -ENOENT)
		return (flags & O_CREAT) != 0;
	if (r < 0)
		return r;
	if ((flags & O_EXCL) != 0)
		return -EEXIST;
	if (!S_ISREG(st.stx_mode) || (flags & O_TRUNC) == 0)
		return 0;
	r = below->ops->open(below, p->path, O_WRONLY | O_NONBLOCK |
	    O_NOFOLLOW, 0, old);
	return r < 0 ? r : 1;
}

static int
open_apart(struct upload *upload, struct upload_pending *p, int flags,
    mode_t mode, const struct tree_file *old)
{
	int r = make_part(upload->layer.below, p,
	    flags & (O_ACCMODE | O_APPEND), mode);

	if (r < 0)
		return r;
	p->has_old = old->fd != -1;
	if (p->has_old)
		keep_attributes(old->fd, p->file.fd);
	p->may_replace = (flags & O_EXCL) == 0 ||
	    (flags & TREE_O_MAY_REPLACE) != 0;
	p->next = upload->pending;
	upload->pending = p;
	return 0;
}

static int
upload_open(struct tree *tree, const char *path, int flags, mode_t mode,
    struct tree_file *file)
{
	struct upload *upload = upload_of(tree);
	struct tree *below = upload->layer.below;
	struct upload_pending *p = malloc(sizeof(*p));
	struct tree_file old = { .fd = -1 };
	int r;

	*file = (struct tree_file){ .fd = -1 };
	if (p == NULL)
		return -ENOMEM;
	r = plan(below, path, flags, p, &old);
	if (r == 0) {
		free(p);
		return below->ops->open(below, path, flags, mode, file);
	}
	if (r > 0)
		r = open_apart(upload, p, flags, mode, &old);
	if (old.fd != -1)
		(void)below->ops->close(below, &old, false);
	if (r < 0) {
		free(p);
		return r;
	}
	*file = (struct tree_file){ .fd = p->file.fd, .hold = p };
	return 0;
}

/* ---- close --------------------------------------------------------------- */

/* What may only be entered can't be opened: then all the file system. */
static int
sync_parent(struct tree *below, char *path, int fd_inside)
{
	char *slash = strrchr(path, '/');
	int fd, r;

	*slash = '\0';
	fd = below->ops->open_dir(below, slash == path ? "/" : path);
	if (fd == -EACCES)
		return syncfs(fd_inside) == -1 ? -errno : 0;
	if (fd < 0)
		return fd;
	r = fsync(fd) == -1 ? -errno : 0;
	close(fd);
	return r;
}

/* Network file systems tell only here that there was no room. */
static int
flush(int fd)
{
	int copy = dup(fd);

	return copy == -1 || close(copy) == -1 ? -errno : 0;
}

static int
finish(struct upload *upload, struct upload_pending *p)
{
	struct tree *below = upload->layer.below;
	int r = flush(p->file.fd);

	if (p->path[0] == '\0')
		return below->ops->remove(below, p->part);
	if (r == 0 && upload->is_synced && fsync(p->file.fd) == -1)
		r = -errno;
	if (r == 0)
		r = below->ops->rename(below, p->part, p->path,
		    p->may_replace);
	if (r == 0 && upload->is_synced)
		return sync_parent(below, p->path, p->file.fd);
	if (r < 0)
		(void)below->ops->remove(below, p->part);
	return r;
}

static int
upload_close(struct tree *tree, struct tree_file *file, bool is_complete)
{
	struct upload *upload = upload_of(tree);
	struct tree *below = upload->layer.below;
	struct upload_pending *p = file->hold, **at = &upload->pending;
	int r = 0, closed;

	if (p == NULL)
		return below->ops->close(below, file, is_complete);
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	if (is_complete)
		r = finish(upload, p);
	else
		(void)below->ops->remove(below, p->part);
	closed = below->ops->close(below, &p->file, is_complete);
	free(p);
	*file = (struct tree_file){ .fd = -1 };
	return r < 0 ? r : closed;
}

/* ---- what is not there yet ----------------------------------------------- */

/*
 * The upload of this session that will have this name; NULL: none. Some
 * clients look at what they have just made before they close it.
 */
static struct upload_pending *
find_pending(const struct upload *upload, const char *path, bool follow)
{
	struct tree *below = upload->layer.below;
	struct upload_pending *p = upload->pending;
	char canon[PATH_MAX];
	struct statx st;

	if (p == NULL || below->ops->real_path(below, path, canon) < 0)
		return NULL;
	while (p != NULL && strcmp(p->path, canon) != 0)
		p = p->next;
	/* a link to it is another file */
	if (p != NULL && !follow &&
	    below->ops->stat(below, path, false, &st) == 0 &&
	    S_ISLNK(st.stx_mode))
		return NULL;
	return p;
}

static int
upload_stat(struct tree *tree, const char *path, bool follow,
    struct statx *st)
{
	struct tree *below = layer_below(tree);
	struct upload_pending *p = find_pending(upload_of(tree), path, follow);

	if (p == NULL)
		return below->ops->stat(below, path, follow, st);
	return statx(p->file.fd, "", AT_EMPTY_PATH, TREE_STATX_MASK, st) ==
	    -1 ? -errno : 0;
}

/* And change it by its name: sshfs does so. */
static const struct tree_target *
meant(struct tree *tree, const struct tree_target *target,
    struct tree_target *open)
{
	struct upload_pending *p = target->file != NULL ? NULL :
	    find_pending(upload_of(tree), target->path, target->follow);

	if (p == NULL)
		return target;
	*open = (struct tree_target){ .path = p->part, .file = &p->file };
	return open;
}

static int
upload_set_size(struct tree *tree, const struct tree_target *target,
    off_t size)
{
	struct tree *below = layer_below(tree);
	struct tree_target open;

	return below->ops->set_size(below, meant(tree, target, &open), size);
}

static int
upload_set_mode(struct tree *tree, const struct tree_target *target,
    mode_t mode)
{
	struct tree *below = layer_below(tree);
	struct tree_target open;

	return below->ops->set_mode(below, meant(tree, target, &open), mode);
}

static int
upload_set_owner(struct tree *tree, const struct tree_target *target,
    uid_t uid, gid_t gid)
{
	struct tree *below = layer_below(tree);
	struct tree_target open;

	return below->ops->set_owner(below, meant(tree, target, &open), uid,
	    gid);
}

static int
upload_set_times(struct tree *tree, const struct tree_target *target,
    const struct timespec times[static 2])
{
	struct tree *below = layer_below(tree);
	struct tree_target open;

	return below->ops->set_times(below, meant(tree, target, &open), times);
}

/* ---- another name, or none ----------------------------------------------- */

/* The file that it empties is, to the client, the one that is written. */
static int
remove_old(struct tree *below, struct upload_pending *p)
{
	int r = p->has_old ? below->ops->remove(below, p->path) : 0;

	p->has_old = false;
	return r == -ENOENT ? 0 : r;
}

/* Beside the new name: whether it can go there is known now. */
static int
move_part(struct tree *below, struct upload_pending *p, const char *path)
{
	char part[PATH_MAX];
	int r = -EEXIST;

	for (int slot = 0; slot < SLOTS && r == -EEXIST; slot++) {
		if ((r = part_name(path, slot, part)) == 0)
			r = below->ops->rename(below, p->part, part, false);
	}
	if (r == 0)
		strcpy(p->part, part);
	return r == -EEXIST ? -EBUSY : r;
}

static int
check_new_name(struct tree *below, const char *path, bool replace)
{
	struct statx st;
	int r = below->ops->stat(below, path, false, &st);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (!replace)
		return -EEXIST;
	return S_ISDIR(st.stx_mode) ? -EISDIR : 0;
}

/* Clients that close in the background, as sshfs, rename before it. */
static int
upload_rename(struct tree *tree, const char *old_path, const char *new_path,
    bool replace)
{
	struct upload *upload = upload_of(tree);
	struct tree *below = upload->layer.below;
	struct upload_pending *p = find_pending(upload, old_path, false);
	char path[PATH_MAX];
	int r;

	if (p == NULL)
		return below->ops->rename(below, old_path, new_path, replace);
	if ((r = canonical_name(below, new_path, false, path)) < 0)
		return r;
	if (strcmp(path, p->path) == 0)
		return replace ? 0 : -EEXIST;
	if ((r = check_new_name(below, path, replace)) < 0 ||
	    (r = move_part(below, p, path)) < 0 ||
	    (r = remove_old(below, p)) < 0)
		return r;
	strcpy(p->path, path);
	p->may_replace = replace;
	return 0;
}

static int
upload_remove(struct tree *tree, const char *path)
{
	struct upload *upload = upload_of(tree);
	struct tree *below = upload->layer.below;
	struct upload_pending *p = find_pending(upload, path, false);
	int r;

	if (p == NULL)
		return below->ops->remove(below, path);
	if ((r = remove_old(below, p)) == 0)
		p->path[0] = '\0';
	return r;
}

void
upload_init(struct upload *upload, struct tree *below, bool is_synced)
{
	*upload = (struct upload){ .is_synced = is_synced };
	layer_init(&upload->layer, below);
	upload->layer.ops.open = upload_open;
	upload->layer.ops.close = upload_close;
	upload->layer.ops.stat = upload_stat;
	upload->layer.ops.rename = upload_rename;
	upload->layer.ops.remove = upload_remove;
	upload->layer.ops.set_size = upload_set_size;
	upload->layer.ops.set_mode = upload_set_mode;
	upload->layer.ops.set_owner = upload_set_owner;
	upload->layer.ops.set_times = upload_set_times;
}
