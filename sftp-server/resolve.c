/* SPDX-License-Identifier: ISC */
#include "sftp-server/resolve.h"

#include <errno.h>

struct walk {
	char *out;		/* "" stands for "/" on the way */
	size_t len;
	char rest[PATH_MAX];	/* what is still to be walked */
	unsigned links;
};

static void
step_up(struct walk *walk)
{
	while (walk->len > 0 && walk->out[--walk->len] != '/')
		;
	walk->out[walk->len] = '\0';
}

/* The link's target goes before what is left. */
static int
follow(struct walk *walk, const char *target, const char *left)
{
	size_t target_len = strlen(target), left_len = strlen(left);

	if (++walk->links > RESOLVE_LINKS_MAX)
		return -ELOOP;
	if (target_len + left_len >= sizeof(walk->rest))
		return -ENAMETOOLONG;
	/* left is the end of rest, and starts with a slash or is empty */
	memmove(walk->rest + target_len, left, left_len + 1);
	memcpy(walk->rest, target, target_len);
	if (target[0] == '/')
		walk->len = 0;
	else
		step_up(walk);
	walk->out[walk->len] = '\0';
	return 0;
}

static bool
is_blank(const char *left)
{
	return left[strspn(left, "/")] == '\0';
}

/* One component of len bytes at p; *left is behind it. */
static int
step(struct walk *walk, struct tree *tree, const char *p, size_t len,
    const char **left)
{
	char target[PATH_MAX];
	int r;

	if (len == 1 && p[0] == '.')
		return 0;
	if (len == 2 && p[0] == '.' && p[1] == '.') {
		step_up(walk);
		return 0;
	}
	if (walk->len + 1 + len >= PATH_MAX)
		return -ENAMETOOLONG;
	walk->out[walk->len++] = '/';
	memcpy(walk->out + walk->len, p, len);
	walk->len += len;
	walk->out[walk->len] = '\0';
	r = tree->ops->read_link(tree, walk->out, target);
	if (r == -EINVAL || (r == -ENOENT && **left == '\0'))
		return 0;
	if (r < 0)
		return r;
	if (r == 0)
		return -ENOENT;
	r = follow(walk, target, *left);
	*left = walk->rest;
	return r;
}

int
resolve_path(struct tree *tree, const char *base, const char *path,
    char out[static PATH_MAX])
{
	struct walk walk = { .out = out };
	const char *left;
	int r;

	if (strlen(path) >= PATH_MAX || strlen(base) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(walk.rest, path, strlen(path) + 1);
	if (path[0] != '/' && strcmp(base, "/") != 0) {
		walk.len = strlen(base);
		memcpy(out, base, walk.len);
	}
	out[walk.len] = '\0';
	left = walk.rest;
	while (!is_blank(left)) {
		const char *p = left + strspn(left, "/");
		size_t len = strcspn(p, "/");

		left = p + len;
		if ((r = step(&walk, tree, p, len, &left)) < 0)
			return r;
	}
	if (walk.len == 0)
		memcpy(out, "/", 2);
	return 0;
}
