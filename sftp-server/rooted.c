/* SPDX-License-Identifier: ISC */
#include "sftp-server/rooted.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2	452	/* the same on every architecture */
#endif

#define LINKS_MAX	40	/* as the kernel, path_resolution(7) */
/* openat2() gives up when something moves while it looks at "..". */
#define TRIES_MAX	1000

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

/* A relative path starts at the session's directory, as text: the kernel
 * resolves the whole. */
static int
full_path(const struct rooted *rooted, const char *path,
    char out[static PATH_MAX])
{
	int n;

	if (path[0] == '\0')
		return -ENOENT;
	if (path[0] == '/')
		n = snprintf(out, PATH_MAX, "%s", path);
	else
		n = snprintf(out, PATH_MAX, "%s/%s", rooted->cwd, path);
	return n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static int
open_full(const struct rooted *rooted, const char *path, int flags,
    mode_t mode)
{
	struct open_how how = {
		.flags = (unsigned)flags | O_CLOEXEC,
		.mode = (flags & O_CREAT) == 0 ? 0 : mode & 07777,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS |
		    (rooted->exact ? RESOLVE_NO_SYMLINKS : 0),
	};
	int fd = -1;

	for (int i = 0; i < TRIES_MAX; i++) {
		fd = (int)syscall(SYS_openat2, rooted->root_fd, path, &how,
		    sizeof(how));
		if (fd != -1 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return result(fd);
}

static int
open_path(const struct rooted *rooted, const char *path, int flags,
    mode_t mode)
{
	char full[PATH_MAX];
	int r = full_path(rooted, path, full);

	return r < 0 ? r : open_full(rooted, full, flags, mode);
}

/* Only looks at the file. An exact tree may look at a link, not follow it. */
static int
look(const struct rooted *rooted, const char *path, bool follow)
{
	return open_path(rooted, path, O_PATH | (follow ? 0 : O_NOFOLLOW), 0);
}

/* ---- the parent and the name --------------------------------------------- */

struct place {
	int dir_fd;
	char full[PATH_MAX];
	const char *name;		/* in full; "." for the top */
};

/*
 * "a/b/" is the name "b/" in a: the kernel knows what a trailing slash means
 * for a call.
 */
static void
split(char *full, const char **parent, char **name)
{
	size_t len = strlen(full), end = len;

	while (end > 0 && full[end - 1] == '/')
		end--;
	while (end > 0 && full[end - 1] != '/')
		end--;
	*name = full + end;
	*parent = "/";
	if (end > 1) {
		full[end - 1] = '\0';
		*parent = full;
	}
}

static int
place_open(const struct rooted *rooted, const char *path, struct place *place)
{
	const char *parent;
	char *name;
	int r = full_path(rooted, path, place->full);

	place->dir_fd = -1;
	if (r < 0)
		return r;
	split(place->full, &parent, &name);
	place->name = *name == '\0' || *name == '/' ? "." : name;
	r = open_full(rooted, parent, O_PATH | O_DIRECTORY, 0);
	if (r < 0)
		return r;
	place->dir_fd = r;
	return 0;
}

static void
place_close(struct place *place)
{
	if (place->dir_fd != -1)
		close(place->dir_fd);
}

/* A name that ends in a slash would be followed where it is a link. */
static bool
has_slash(const struct place *place)
{
	return place->name[strlen(place->name) - 1] == '/';
}

/* ---- files --------------------------------------------------------------- */

static int
rooted_open(struct tree *tree, const char *path, int flags, mode_t mode,
    struct tree_file *file)
{
	int r = open_path(rooted_of(tree), path,
	    (flags & ~TREE_O_MAY_REPLACE) | O_NOCTTY, mode);

	*file = (struct tree_file){ .fd = r < 0 ? -1 : r };
	return r < 0 ? r : 0;
}

static int
rooted_open_dir(struct tree *tree, const char *path)
{
	return open_path(rooted_of(tree), path, O_RDONLY | O_DIRECTORY, 0);
}

static int
rooted_stat(struct tree *tree, const char *path, bool follow,
    struct statx *st)
{
	int fd = look(rooted_of(tree), path, follow), r;

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
	int fd = look(rooted_of(tree), path, true), r;

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
	int fd = look(rooted_of(tree), path, false);
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
	fd = open_path(rooted_of(tree), target->path, O_WRONLY | O_NONBLOCK |
	    O_NOCTTY | (target->follow ? 0 : O_NOFOLLOW), 0);
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
	if ((fd = look(rooted_of(tree), target->path, target->follow)) < 0)
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
	if ((fd = look(rooted_of(tree), target->path, target->follow)) < 0)
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
	if ((fd = look(rooted_of(tree), target->path, target->follow)) < 0)
		return fd;
	r = result(utimensat(fd, "", times, AT_EMPTY_PATH));
	close(fd);
	return r;
}

/* ---- names --------------------------------------------------------------- */

static int
remove_at(struct tree *tree, const char *path, int flags)
{
	struct place place;
	int r = place_open(rooted_of(tree), path, &place);

	if (r == 0)
		r = result(unlinkat(place.dir_fd, place.name, flags));
	place_close(&place);
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
	struct place place;
	int r = place_open(rooted_of(tree), path, &place);

	if (r == 0)
		r = result(mkdirat(place.dir_fd, place.name, mode));
	place_close(&place);
	return r;
}

static int
rooted_symlink(struct tree *tree, const char *target, const char *path)
{
	struct place place;
	int r = place_open(rooted_of(tree), path, &place);

	if (r == 0)
		r = result(symlinkat(target, place.dir_fd, place.name));
	place_close(&place);
	return r;
}

/*
 * Where the file system can't rename without replacing, link() never
 * replaces either, but takes no directory.
 */
static int
rename_by_link(const struct place *from, const struct place *to)
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
rename_places(const struct place *from, const struct place *to, bool replace)
{
	int r = result(renameat2(from->dir_fd, from->name, to->dir_fd,
	    to->name, replace ? 0 : RENAME_NOREPLACE));

	if (!replace && (r == -EINVAL || r == -ENOSYS || r == -EOPNOTSUPP) &&
	    !has_slash(from) && !has_slash(to))
		r = rename_by_link(from, to);
	return r;
}

static int
link_places(const struct place *from, const struct place *to)
{
	if (has_slash(from) || has_slash(to))
		return -ENOTDIR;
	return result(linkat(from->dir_fd, from->name, to->dir_fd, to->name,
	    0));
}

static int
rooted_rename(struct tree *tree, const char *old_path, const char *new_path,
    bool replace)
{
	struct place from, to = { .dir_fd = -1 };
	int r = place_open(rooted_of(tree), old_path, &from);

	if (r == 0)
		r = place_open(rooted_of(tree), new_path, &to);
	if (r == 0)
		r = rename_places(&from, &to, replace);
	place_close(&from);
	place_close(&to);
	return r;
}

static int
rooted_link(struct tree *tree, const char *old_path, const char *new_path)
{
	struct place from, to = { .dir_fd = -1 };
	int r = place_open(rooted_of(tree), old_path, &from);

	if (r == 0)
		r = place_open(rooted_of(tree), new_path, &to);
	if (r == 0)
		r = link_places(&from, &to);
	place_close(&from);
	place_close(&to);
	return r;
}

/* ---- where a file is ----------------------------------------------------- */

/* The kernel's own name of a directory, from the process's root. */
static int
dir_name(int fd, char out[static PATH_MAX])
{
	if (fchdir(fd) == -1 || getcwd(out, PATH_MAX) == NULL)
		return -errno;
	return 0;
}

/* The same, from the top of the tree. */
static int
name_inside(const struct rooted *rooted, int fd, char out[static PATH_MAX])
{
	char top[PATH_MAX], name[PATH_MAX];
	size_t len;
	int r = dir_name(rooted->root_fd, top);

	if (r == 0)
		r = dir_name(fd, name);
	if (r < 0)
		return r;
	len = strcmp(top, "/") == 0 ? 0 : strlen(top);
	/* moved out in this moment, or the top itself was moved */
	if (strncmp(name, top, len) != 0 ||
	    (name[len] != '/' && name[len] != '\0'))
		return -ENOENT;
	snprintf(out, PATH_MAX, "%s", name[len] == '\0' ? "/" : name + len);
	return 0;
}

static int
join(char out[static PATH_MAX], const char *dir, const char *name)
{
	size_t len = strlen(dir), name_len = strcspn(name, "/");

	if (len + 1 + name_len >= PATH_MAX)
		return -ENAMETOOLONG;
	if (out != dir)
		memcpy(out, dir, len);
	if (len != 1)			/* "/" has its slash */
		out[len++] = '/';
	memcpy(out + len, name, name_len);
	out[len + name_len] = '\0';
	return 0;
}

/*
 * The target of a link at the end of a path, from where the link stands.
 * 0: there is no link.
 */
static int
follow(const struct place *place, char full[static PATH_MAX])
{
	char target[PATH_MAX], dir[PATH_MAX];
	ssize_t n = readlinkat(place->dir_fd, place->name, target,
	    sizeof(target) - 1);

	if (n == -1)
		return errno == EINVAL || errno == ENOENT ? 0 : -errno;
	target[n] = '\0';
	snprintf(dir, sizeof(dir), "%s",
	    place->name == place->full + 1 ? "" : place->full);
	n = snprintf(full, PATH_MAX, "%s%s%s", target[0] == '/' ? "" : dir,
	    target[0] == '/' ? "" : "/", target);
	return n >= PATH_MAX ? -ENAMETOOLONG : 1;
}

/* Of anything but a directory: its parent's name, and its own. */
static int
file_name(const struct rooted *rooted, char full[static PATH_MAX],
    char out[static PATH_MAX])
{
	struct place place;
	char dir[PATH_MAX];
	int r;

	for (int links = 0; links <= LINKS_MAX; links++) {
		if ((r = place_open(rooted, full, &place)) < 0)
			return r;
		if ((r = follow(&place, full)) == 0 &&
		    (r = name_inside(rooted, place.dir_fd, dir)) == 0)
			r = join(out, dir, place.name);
		place_close(&place);
		if (r <= 0)
			return r;
	}
	return -ELOOP;
}

static int
rooted_real_path(struct tree *tree, const char *path,
    char out[static PATH_MAX])
{
	struct rooted links = *rooted_of(tree);
	char full[PATH_MAX];
	int r = full_path(&links, path, full), fd;

	if (r < 0)
		return r;
	links.exact = false;
	fd = open_full(&links, full, O_PATH | O_DIRECTORY, 0);
	if (fd == -ENOTDIR || fd == -ENOENT)
		return file_name(&links, full, out);
	if (fd < 0)
		return fd;
	r = name_inside(&links, fd, out);
	close(fd);
	return r;
}

static int
rooted_enter(struct tree *tree, const char *path)
{
	struct rooted *rooted = rooted_of(tree);
	char name[PATH_MAX];
	int fd = rooted_open_dir(tree, path), r;

	if (fd < 0)
		return fd;
	if ((r = name_inside(rooted, fd, name)) == 0)
		memcpy(rooted->cwd, name, sizeof(rooted->cwd));
	close(fd);
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
