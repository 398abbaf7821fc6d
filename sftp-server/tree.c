/* SPDX-License-Identifier: ISC */
/* The plain tree: paths mean what they mean to the process. */
#include "sftp-server/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sftp-server/resolve.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2	452	/* Linux 6.6; the number of every machine */
#endif

static int
result(int r)
{
	return r == -1 ? -errno : r;
}

static int
plain_open(struct tree *tree, const char *path, int flags, mode_t mode,
    struct tree_file *file)
{
	int how = (flags & ~TREE_O_OWN) | O_CLOEXEC | O_NOCTTY;
	int fd = open(path, how | O_NONBLOCK, mode);

	(void)tree;
	/* the lease of another program is worth waiting for, fcntl(2) */
	if (fd == -1 && errno == EAGAIN)
		fd = open(path, how, mode);
	*file = (struct tree_file){ .fd = fd };
	return result(fd);
}

int
tree_close_file(struct tree *tree, struct tree_file *file, bool is_complete)
{
	int fd = file->fd;

	(void)tree;
	(void)is_complete;
	file->fd = -1;
	return result(close(fd));
}

bool
tree_is_named(struct tree *tree, const char *path, int fd)
{
	struct statx named, open;

	return tree->ops->stat(tree, path, false, &named) == 0 &&
	    statx(fd, "", AT_EMPTY_PATH, TREE_STATX_MASK, &open) == 0 &&
	    named.stx_ino == open.stx_ino &&
	    named.stx_dev_major == open.stx_dev_major &&
	    named.stx_dev_minor == open.stx_dev_minor;
}

static int
plain_open_dir(struct tree *tree, const char *path)
{
	(void)tree;
	return result(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int
plain_stat(struct tree *tree, const char *path, bool follow, struct statx *st)
{
	(void)tree;
	return result(statx(AT_FDCWD, path,
	    (follow ? 0 : AT_SYMLINK_NOFOLLOW) | AT_NO_AUTOMOUNT,
	    TREE_STATX_MASK, st));
}

static int
plain_set_size(struct tree *tree, const struct tree_target *target,
    off_t size)
{
	(void)tree;
	return result(target->file != NULL ?
	    ftruncate(target->file->fd, size) : truncate(target->path, size));
}

int
tree_set_mode_opened(struct tree *tree, const struct tree_target *target,
    mode_t mode)
{
	int flags = O_NONBLOCK | (target->follow ? 0 : O_NOFOLLOW);
	struct tree_file file;
	int r = tree->ops->open(tree, target->path, O_RDONLY | flags, 0,
	    &file);

	if (r == -EACCES)
		r = tree->ops->open(tree, target->path, O_WRONLY | flags, 0,
		    &file);
	/* directories are never opened to be written */
	if (r == -EACCES || r == -EISDIR || (r == -ELOOP && !target->follow)) {
		log_error("\"%s\": Linux before 6.6 sets modes only of what "
		    "can be opened", target->path);
		return -EOPNOTSUPP;
	}
	if (r < 0)
		return r;
	r = result(fchmod(file.fd, mode));
	close(file.fd);
	return r;
}

/* The C library needs /proc for it, which a chroot may not have. */
static int
plain_set_mode(struct tree *tree, const struct tree_target *target,
    mode_t mode)
{
	int r;

	if (target->file != NULL)
		return result(fchmod(target->file->fd, mode));
	if (target->follow)
		return result(chmod(target->path, mode));
	r = result((int)syscall(SYS_fchmodat2, AT_FDCWD, target->path, mode,
	    AT_SYMLINK_NOFOLLOW));
	return r != -ENOSYS ? r : tree_set_mode_opened(tree, target, mode);
}

static int
plain_set_owner(struct tree *tree, const struct tree_target *target,
    uid_t uid, gid_t gid)
{
	(void)tree;
	return result(target->file != NULL ?
	    fchown(target->file->fd, uid, gid) :
	    fchownat(AT_FDCWD, target->path, uid, gid,
	    target->follow ? 0 : AT_SYMLINK_NOFOLLOW));
}

static int
plain_set_times(struct tree *tree, const struct tree_target *target,
    const struct timespec times[static 2])
{
	(void)tree;
	return result(target->file != NULL ?
	    futimens(target->file->fd, times) :
	    utimensat(AT_FDCWD, target->path, times,
	    target->follow ? 0 : AT_SYMLINK_NOFOLLOW));
}

static int
plain_remove(struct tree *tree, const char *path)
{
	(void)tree;
	return result(unlink(path));
}

static int
plain_make_dir(struct tree *tree, const char *path, mode_t mode)
{
	(void)tree;
	return result(mkdir(path, mode));
}

static int
plain_remove_dir(struct tree *tree, const char *path)
{
	(void)tree;
	return result(rmdir(path));
}

/*
 * Where the file system can't rename without replacing (some FUSE and network
 * ones), link() does it for files: it never replaces either.
 */
static int
rename_by_link(const char *old_path, const char *new_path)
{
	struct stat st;
	int r;

	if (lstat(old_path, &st) == -1)
		return -errno;
	if (!S_ISDIR(st.st_mode) && link(old_path, new_path) == 0) {
		if ((r = result(unlink(old_path))) < 0)
			(void)unlink(new_path);
		return r;
	}
	if (!S_ISDIR(st.st_mode) && errno != EPERM && errno != EOPNOTSUPP &&
	    errno != ENOSYS)
		return -errno;
	if (lstat(new_path, &st) == 0)
		return -EEXIST;
	return result(rename(old_path, new_path));
}

static int
plain_rename(struct tree *tree, const char *old_path, const char *new_path,
    bool replace)
{
	int r;

	(void)tree;
	if (replace)
		return result(rename(old_path, new_path));
	r = result(renameat2(AT_FDCWD, old_path, AT_FDCWD, new_path,
	    RENAME_NOREPLACE));
	if (r == -EINVAL || r == -ENOSYS || r == -EOPNOTSUPP)
		return rename_by_link(old_path, new_path);
	return r;
}

static int
plain_link(struct tree *tree, const char *old_path, const char *new_path)
{
	(void)tree;
	return result(link(old_path, new_path));
}

static int
plain_symlink(struct tree *tree, const char *target, const char *path)
{
	(void)tree;
	return result(symlink(target, path));
}

static int
plain_read_link(struct tree *tree, const char *path,
    char target[static PATH_MAX])
{
	ssize_t n = readlink(path, target, PATH_MAX - 1);

	(void)tree;
	if (n < 0)
		return -errno;
	target[n] = '\0';
	return (int)n;
}

static int
plain_real_path(struct tree *tree, const char *path, char out[static PATH_MAX])
{
	char cwd[PATH_MAX] = "/";

	if (path[0] != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
		return -errno;
	return resolve_path(tree, cwd, path, out);
}

static int
plain_statvfs(struct tree *tree, const char *path, struct statvfs *st)
{
	(void)tree;
	return result(statvfs(path, st));
}

static int
plain_enter(struct tree *tree, const char *path)
{
	(void)tree;
	return result(chdir(path));
}

static const struct tree_ops plain_ops = {
	.open = plain_open,
	.close = tree_close_file,
	.open_dir = plain_open_dir,
	.stat = plain_stat,
	.set_size = plain_set_size,
	.set_mode = plain_set_mode,
	.set_owner = plain_set_owner,
	.set_times = plain_set_times,
	.remove = plain_remove,
	.make_dir = plain_make_dir,
	.remove_dir = plain_remove_dir,
	.rename = plain_rename,
	.link = plain_link,
	.symlink = plain_symlink,
	.read_link = plain_read_link,
	.real_path = plain_real_path,
	.statvfs = plain_statvfs,
	.enter = plain_enter,
};

struct tree
tree_plain(void)
{
	return (struct tree){ .ops = &plain_ops };
}
