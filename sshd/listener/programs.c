/* SPDX-License-Identifier: ISC */
#include "sshd/listener/programs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *const names[PROGRAM_COUNT] = {
	[PROGRAM_MONITOR] = "sshd-monitor",
	[PROGRAM_SIGNER] = "sshd-signer",
	[PROGRAM_NET] = "sshd-net",
	[PROGRAM_SESSION] = "sshd-session",
};

static const char *const build_places[PROGRAM_COUNT] = {
	[PROGRAM_MONITOR] = "monitor",
	[PROGRAM_SIGNER] = "signer",
	[PROGRAM_NET] = "sshd",
	[PROGRAM_SESSION] = "sshd",
};

static void
join(char dst[PATH_MAX], const char *dir, const char *sub, const char *name)
{
	int len = snprintf(dst, PATH_MAX, "%s%s%s/%s", dir,
	    *sub == '\0' ? "" : "/", sub, name);

	if (len < 0 || len >= PATH_MAX)
		dst[0] = '\0';	/* an open() of it fails */
}

/* Cuts the last component off; false when there is none. */
static bool
cut_name(char *path, const char *name)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || (name != NULL && strcmp(slash + 1, name) != 0))
		return false;
	*slash = '\0';
	return true;
}

/* libtool puts the real binary of an uninstalled program into .libs. */
static bool
find_build_tree(const char *binary, struct program_paths *paths)
{
	char top[PATH_MAX], status[PATH_MAX];
	struct stat st;

	snprintf(top, sizeof(top), "%s", binary);
	if (!cut_name(top, NULL))
		return false;
	(void)cut_name(top, ".libs");
	if (!cut_name(top, "sshd"))
		return false;
	join(status, top, "", "config.status");
	if (stat(status, &st) == -1)
		return false;
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		join(paths->path[i], top, build_places[i], names[i]);
	return true;
}

static bool
find_same_directory(const char *binary, struct program_paths *paths)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s", binary);
	if (!cut_name(dir, NULL))
		return false;
	for (size_t i = 0; i < PROGRAM_COUNT; i++) {
		struct stat st;

		join(paths->path[i], dir, "", names[i]);
		if (stat(paths->path[i], &st) == -1)
			return false;
	}
	return true;
}

void
programs_find(const char *binary, struct program_paths *paths)
{
	if (find_build_tree(binary, paths) ||
	    find_same_directory(binary, paths))
		return;
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		join(paths->path[i], LIBEXECDIR, "", names[i]);
}

static bool
open_program(const char *path, int *fd_out, struct err *err)
{
	struct stat st;
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd == -1)
		return err_sys(err, "open");
	if (fstat(fd, &st) == -1) {
		err_sys(err, "fstat");
		close(fd);
		return false;
	}
	if (!S_ISREG(st.st_mode) || (st.st_mode & 0111) == 0) {
		errno = EACCES;
		err_sys(err, "not executable");
		close(fd);
		return false;
	}
	*fd_out = fd;
	return true;
}

bool
programs_open(const struct program_paths *paths, struct programs *programs,
    const char **failed, struct err *err)
{
	struct programs opened = PROGRAMS_NONE;

	for (size_t i = 0; i < PROGRAM_COUNT; i++) {
		if (!open_program(paths->path[i], &opened.fd[i], err)) {
			*failed = paths->path[i];
			programs_close(&opened);
			return false;
		}
	}
	*programs = opened;
	return true;
}

void
programs_close(struct programs *programs)
{
	for (size_t i = 0; i < PROGRAM_COUNT; i++) {
		if (programs->fd[i] != -1)
			close(programs->fd[i]);
	}
	*programs = PROGRAMS_NONE;
}
