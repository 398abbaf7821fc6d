/* SPDX-License-Identifier: ISC */
#include "sftp-server/keep.h"

#include <linux/limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ACCESS_LIST	"system.posix_acl_access"
#define USERS_PREFIX	"user."

static void
copy_xattr(int from, int to, const char *name)
{
	char value[XATTR_SIZE_MAX];
	ssize_t len = fgetxattr(from, name, value, sizeof(value));

	if (len >= 0)
		(void)fsetxattr(to, name, value, (size_t)len, 0);
}

static void
copy_users_xattrs(int from, int to)
{
	char names[XATTR_LIST_MAX];
	ssize_t len = flistxattr(from, names, sizeof(names));

	for (const char *name = names; name < names + len;
	    name += strlen(name) + 1) {
		if (strncmp(name, USERS_PREFIX, strlen(USERS_PREFIX)) == 0)
			copy_xattr(from, to, name);
	}
}

/* Only root gives a file away; to a group, whoever is in it. */
static bool
keep_owner(const struct stat *old, const struct stat *new, int fd)
{
	if (old->st_uid != new->st_uid &&
	    fchown(fd, old->st_uid, old->st_gid) == 0)
		return true;
	return old->st_gid == new->st_gid ||
	    fchown(fd, (uid_t)-1, old->st_gid) == 0;
}

void
keep_attributes(int old_fd, int new_fd)
{
	struct stat old, new;
	mode_t mode;

	if (fstat(old_fd, &old) == -1 || fstat(new_fd, &new) == -1)
		return;
	mode = old.st_mode & 07777;
	if (keep_owner(&old, &new, new_fd))
		copy_xattr(old_fd, new_fd, ACCESS_LIST);
	else
		mode = (mode & ~(mode_t)070) | (mode & 07) << 3;
	copy_users_xattrs(old_fd, new_fd);
	(void)fchmod(new_fd, mode);
}
