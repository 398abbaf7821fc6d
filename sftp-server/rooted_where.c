/* SPDX-License-Identifier: ISC */
#include "sftp-server/rooted_where.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "sftp-server/rooted_lookup.h"

#define LINKS_MAX	40	/* as the kernel, path_resolution(7) */

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
follow(const struct rooted_place *place, char full[static PATH_MAX])
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

static bool
is_dots(const char *name)
{
	size_t len = strcspn(name, "/");

	return strncmp(name, "..", len) == 0;
}

/*
 * Of anything but a directory that can be entered: its parent's name, and its
 * own.
 */
static int
file_name(const struct rooted *rooted, char full[static PATH_MAX],
    char out[static PATH_MAX])
{
	struct rooted_place place;
	char dir[PATH_MAX];
	int r;

	for (int links = 0; links <= LINKS_MAX; links++) {
		if ((r = rooted_place_open(rooted, full, &place)) < 0)
			return r;
		if ((r = follow(&place, full)) == 0 &&
		    (r = name_inside(rooted, place.dir_fd, dir)) == 0)
			r = is_dots(place.name) ? -EACCES :
			    join(out, dir, place.name);
		rooted_place_close(&place);
		if (r <= 0)
			return r;
	}
	return -ELOOP;
}

int
rooted_real_path(struct tree *tree, const char *path,
    char out[static PATH_MAX])
{
	struct rooted links = *(const struct rooted *)tree;
	char full[PATH_MAX];
	int r = rooted_full_path(&links, path, full), fd;

	if (r < 0)
		return r;
	links.exact = false;
	fd = rooted_open_full(&links, full, O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return (fd == -ENOTDIR || fd == -ENOENT) &&
		    full[strlen(full) - 1] != '/' ?
		    file_name(&links, full, out) : fd;
	r = name_inside(&links, fd, out);
	close(fd);
	if (r != -EACCES)
		return r;
	/* a link with a slash behind it would be taken for its target */
	for (size_t len = strlen(full); len > 1 && full[len - 1] == '/'; len--)
		full[len - 1] = '\0';
	return file_name(&links, full, out);
}

int
rooted_enter(struct tree *tree, const char *path)
{
	struct rooted *rooted = (struct rooted *)tree;
	char name[PATH_MAX];
	int fd = rooted_open_path(rooted, path, O_PATH | O_DIRECTORY, 0), r;

	if (fd < 0)
		return fd;
	if ((r = name_inside(rooted, fd, name)) == 0)
		memcpy(rooted->cwd, name, sizeof(rooted->cwd));
	close(fd);
	return r;
}
