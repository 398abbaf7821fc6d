/* SPDX-License-Identifier: ISC */
#include "lib/base/safe_path.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define WRITABLE_BY_OTHERS	(S_IWGRP | S_IWOTH)

static bool
owned_safely(const struct stat *st, uid_t uid)
{
	return (st->st_uid == 0 || st->st_uid == uid) &&
	    (st->st_mode & WRITABLE_BY_OTHERS) == 0;
}

static bool
refuse(struct safe_path_reason *why, const char *what, const char *path)
{
	snprintf(why->text, sizeof(why->text), "%s %s", what, path);
	return false;
}

/* Cuts the last component off; "/" stays. */
static void
to_parent(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		strcpy(path, "/");
	else
		*slash = '\0';
}

static bool
check_file(int fd, const char *real, uid_t uid, struct safe_path_reason *why)
{
	struct stat st;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		snprintf(why->text, sizeof(why->text),
		    "%s is not a regular file", real);
		return false;
	}
	if (!owned_safely(&st, uid))
		return refuse(why, "bad ownership or modes for file", real);
	return true;
}

bool
safe_path_check(int fd, const char *path, const char *home, uid_t uid,
    struct safe_path_reason *why)
{
	char real[PATH_MAX], real_home[PATH_MAX];
	struct stat st;

	if (realpath(path, real) == NULL) {
		snprintf(why->text, sizeof(why->text),
		    "realpath %s failed: %s", path, strerror(errno));
		return false;
	}
	/* a home that does not exist ends the walk nowhere: at the root */
	if (realpath(home, real_home) == NULL)
		real_home[0] = '\0';
	if (!check_file(fd, real, uid, why))
		return false;
	do {
		to_parent(real);
		if (stat(real, &st) == -1 || !owned_safely(&st, uid))
			return refuse(why,
			    "bad ownership or modes for directory", real);
	} while (strcmp(real, real_home) != 0 && strcmp(real, "/") != 0);
	return true;
}
