/* SPDX-License-Identifier: ISC */
#include "sftp-server/rooted_lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* openat2() gives up when something moves while it looks at "..". */
#define TRIES_MAX	1000

int
rooted_full_path(const struct rooted *rooted, const char *path,
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

int
rooted_open_full(const struct rooted *rooted, const char *path, int flags,
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
	return fd == -1 ? -errno : fd;
}

int
rooted_open_path(const struct rooted *rooted, const char *path, int flags,
    mode_t mode)
{
	char full[PATH_MAX];
	int r = rooted_full_path(rooted, path, full);

	return r < 0 ? r : rooted_open_full(rooted, full, flags, mode);
}

int
rooted_look(const struct rooted *rooted, const char *path, bool follow)
{
	return rooted_open_path(rooted, path,
	    O_PATH | (follow ? 0 : O_NOFOLLOW), 0);
}

/* ---- the parent and the name --------------------------------------------- */

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

int
rooted_place_open(const struct rooted *rooted, const char *path,
    struct rooted_place *place)
{
	const char *parent;
	char *name;
	int r = rooted_full_path(rooted, path, place->full);

	place->dir_fd = -1;
	if (r < 0)
		return r;
	split(place->full, &parent, &name);
	place->name = *name == '\0' || *name == '/' ? "." : name;
	r = rooted_open_full(rooted, parent, O_PATH | O_DIRECTORY, 0);
	if (r < 0)
		return r;
	place->dir_fd = r;
	return 0;
}

void
rooted_place_close(struct rooted_place *place)
{
	if (place->dir_fd != -1)
		close(place->dir_fd);
}

bool
rooted_place_has_slash(const struct rooted_place *place)
{
	return place->name[strlen(place->name) - 1] == '/';
}
