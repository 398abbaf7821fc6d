/* SPDX-License-Identifier: ISC */
#include "sftp-server/rooted.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sftp-server/rooted_lookup.h"
#include "sftp-server/rooted_where.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2	452	/* the same on every architecture */
#endif

static int
result(int r)
{
	return r == -1 ? -errno : r;
}

static struct rooted *
rooted_of(struct tree *tree)
{
	return (struct rooted *)tree;
}

/* ---- files --------------------------------------------------------------- */

static int
rooted_open(struct tree *tree, const char *path, int flags, mode_t mode,
    struct tree_file *file)
{
	const struct rooted *rooted = rooted_of(tree);
	int how = (flags & ~TREE_O_OWN) | O_NOCTTY;
	int r = rooted_open_path(rooted, path, how | O_NONBLOCK, mode);

	/* the lease of another program is worth waiting for, fcntl(2) */
	if (r == -EAGAIN)
		r = rooted_open_path(rooted, path, how, mode);
	*file = (struct tree_file){ .fd = r < 0 ? -1 : r };
	return r < 0 ? r : 0;
}

static int
rooted_open_dir(struct tree *tree, const char *path)
{
	return rooted_open_path(rooted_of(tree), path, O_RDONLY | O_DIRECTORY,
	    0);
}

static int
rooted_stat(struct tree *tree, const char *path, bool follow,
    struct statx *st)
{
	int fd = rooted_look(rooted_of(tree), path, follow), r;

	if (fd < 0)
		return fd;
	r = result(statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT,
	    TREE_STATX_MASK, st));
	close(fd);
	return r;
}

static int
rooted_statvfs(struct tree *tree, const char *path, struct statvfs *st)
{
	int fd = rooted_look(rooted_of(tree), path, true), r;

	if (fd < 0)
		return fd;
	r = result(fstatvfs(fd, st));
	close(fd);
	return r;
}

static int
rooted_read_link(struct tree *tree, const char *path,
    char target[static PATH_MAX])
{
	int fd = rooted_look(rooted_of(tree), path, false);
	ssize_t n;
	int r;

	if (fd < 0)
		return fd;
	n = readlinkat(fd, "", target, PATH_MAX - 1);
	/* of an open file that is no link, the kernel says ENOENT */
	r = n != -1 ? (int)n : errno == ENOENT ? -EINVAL : -errno;
	close(fd);
	if (r >= 0)
		target[r] = '\0';
	return r;
}

/* ---- attributes ---------------------------------------------------------- */

static int
rooted_set_size(struct tree *tree, const struct tree_target *target,
    off_t size)
{
	int fd, r;

	if (target->file != NULL)
		return result(ftruncate(target->file->fd, size));
	fd = rooted_open_path(rooted_of(tree), target->path, O_WRONLY |
	    O_NONBLOCK | O_NOCTTY | (target->follow ? 0 : O_NOFOLLOW), 0);
	if (fd < 0)
		return fd;
	r = result(ftruncate(fd, size));
	close(fd);
	return r;
}

static int
rooted_set_mode(struct tree *tree, const struct tree_target *target,
    mode_t mode)
{
	int fd, r;

	if (target->file != NULL)
		return result(fchmod(target->file->fd, mode));
	fd = rooted_look(rooted_of(tree), target->path, target->follow);
	if (fd < 0)
		return fd;
	r = result((int)syscall(SYS_fchmodat2, fd, "", mode, AT_EMPTY_PATH));
	close(fd);
	if (r == -ENOSYS)
		return tree_set_mode_opened(tree, target, mode);
	return r;
}

static int
rooted_set_owner(struct tree *tree, const struct tree_target *target,
    uid_t uid, gid_t gid)
{
	int fd, r;

	if (target->file != NULL)
		return result(fchown(target->file->fd, uid, gid));
	fd = rooted_look(rooted_of(tree), target->path, target->follow);
	if (fd < 0)
		return fd;
	r = result(fchownat(fd, "", uid, gid, AT_EMPTY_PATH));
	close(fd);
	return r;
}

static int
rooted_set_times(struct tree *tree, const struct tree_target *target,
    const struct timespec times[static 2])
{
	int fd, r;

	if (target->file != NULL)
		return result(futimens(target->file->fd, times));
	fd = rooted_look(rooted_of(tree), target->path, target->follow);
	if (fd < 0)
		return fd;
	r = result(utimensat(fd, "", times, AT_EMPTY_PATH));
	close(fd);
	return r;
}

/* ---- names --------------------------------------------------------------- */

static int
remove_at(struct tree *tree, const char *path, int flags)
{
	struct rooted_place place;
	int r = rooted_place_open(rooted_of(tree), path, &place);

	if (r == 0)
		r = result(unlinkat(place.dir_fd, place.name, flags));
	rooted_place_close(&place);
	return r;
}

static int
rooted_remove(struct tree *tree, const char *path)
{
	return remove_at(tree, path, 0);
}

static int
rooted_remove_dir(struct tree *tree, const char *path)
{
	return remove_at(tree, path, AT_REMOVEDIR);
}

static int
rooted_make_dir(struct tree *tree, const char *path, mode_t mode)
{
	struct rooted_place place;
	int r = rooted_place_open(rooted_of(tree), path, &place);

	if (r == 0)
		r = result(mkdirat(place.dir_fd, place.name, mode));
	rooted_place_close(&place);
	return r;
}

static int
rooted_symlink(struct tree *tree, const char *target, const char *path)
{
	struct rooted_place place;
	int r = rooted_place_open(rooted_of(tree), path, &place);

	if (r == 0)
		r = result(symlinkat(target, place.dir_fd, place.name));
	rooted_place_close(&place);
	return r;
}

/*
 * Where the file system can't rename without replacing, link() never
 * replaces either, but takes no directory.
 */
static int
rename_by_link(const struct rooted_place *from, const struct rooted_place *to)
{
	struct stat st;

	if (linkat(from->dir_fd, from->name, to->dir_fd, to->name, 0) == 0)
		return result(unlinkat(from->dir_fd, from->name, 0));
	if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
		return -errno;
	if (fstatat(to->dir_fd, to->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return result(renameat(from->dir_fd, from->name, to->dir_fd,
	    to->name));
}

static int
rename_places(const struct rooted_place *from, const struct rooted_place *to,
    bool replace)
{
	int r = result(renameat2(from->dir_fd, from->name, to->dir_fd,
	    to->name, replace ? 0 : RENAME_NOREPLACE));

	if (!replace && (r == -EINVAL || r == -ENOSYS || r == -EOPNOTSUPP) &&
	    !rooted_place_has_slash(from) && !rooted_place_has_slash(to))
		r = rename_by_link(from, to);
	return r;
}

static int
link_places(const struct rooted_place *from, const struct rooted_place *to)
{
	if (rooted_place_has_slash(from) || rooted_place_has_slash(to))
		return -ENOTDIR;
	return result(linkat(from->dir_fd, from->name, to->dir_fd, to->name,
	    0));
}

static int
rooted_rename(struct tree *tree, const char *old_path, const char *new_path,
    bool replace)
{
	struct rooted_place from, to = { .dir_fd = -1 };
	int r = rooted_place_open(rooted_of(tree), old_path, &from);

	if (r == 0)
		r = rooted_place_open(rooted_of(tree), new_path, &to);
	if (r == 0)
		r = rename_places(&from, &to, replace);
	rooted_place_close(&from);
	rooted_place_close(&to);
	return r;
}

static int
rooted_link(struct tree *tree, const char *old_path, const char *new_path)
{
	struct rooted_place from, to = { .dir_fd = -1 };
	int r = rooted_place_open(rooted_of(tree), old_path, &from);

	if (r == 0)
		r = rooted_place_open(rooted_of(tree), new_path, &to);
	if (r == 0)
		r = link_places(&from, &to);
	rooted_place_close(&from);
	rooted_place_close(&to);
	return r;
}

static const struct tree_ops rooted_ops = {
	.open = rooted_open,
	.close = tree_close_file,
	.open_dir = rooted_open_dir,
	.stat = rooted_stat,
	.set_size = rooted_set_size,
	.set_mode = rooted_set_mode,
	.set_owner = rooted_set_owner,
	.set_times = rooted_set_times,
	.remove = rooted_remove,
	.make_dir = rooted_make_dir,
	.remove_dir = rooted_remove_dir,
	.rename = rooted_rename,
	.link = rooted_link,
	.symlink = rooted_symlink,
	.read_link = rooted_read_link,
	.real_path = rooted_real_path,
	.statvfs = rooted_statvfs,
	.enter = rooted_enter,
};

bool
rooted_is_possible(struct err *err)
{
	const struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how));

	if (fd == -1)
		return err_sys(err, "openat2, which needs Linux 5.6");
	close(fd);
	return true;
}

void
rooted_init(struct rooted *rooted, int root_fd)
{
	*rooted = (struct rooted){
		.tree = { .ops = &rooted_ops }, .root_fd = root_fd,
		.cwd = "/",
	};
}
