/* SPDX-License-Identifier: ISC */
#include "sftp-server/canonical.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int
canonical_name(struct tree *below, const char *path, bool follow,
    char out[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	char parent[PATH_MAX] = ".";
	size_t len;
	int r;

	if (follow || name[0] == '\0' || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return below->ops->real_path(below, path, out);
	if (slash != NULL)
		snprintf(parent, sizeof(parent), "%.*s", (int)(name - path),
		    path);
	if ((r = below->ops->real_path(below, parent, out)) < 0)
		return r;
	len = strlen(out);
	if (len + strlen(name) + 2 > PATH_MAX)
		return -ENAMETOOLONG;
	snprintf(out + len, PATH_MAX - len, "%s%s", len == 1 ? "" : "/",
	    name);
	return 0;
}

const char *
canonical_without_slash(const char *path, char buf[static PATH_MAX])
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	snprintf(buf, PATH_MAX, "%.*s", (int)len, path);
	return buf;
}
