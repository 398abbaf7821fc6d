/* SPDX-License-Identifier: ISC */
#include "sftp-server/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct transfer {
	struct tree_file file;		/* of the tree below */
	struct timespec start;
	int flags;
	char path[];
};

static unsigned long long
ms_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long long)((now.tv_sec - start->tv_sec) * 1000 +
	    (now.tv_nsec - start->tv_nsec) / 1000000);
}

/* Lines name files from the top; a client need not. */
static struct transfer *
transfer_new(struct tree *below, const char *path)
{
	char start[PATH_MAX] = "";
	struct transfer *t;
	char *end;

	if (path[0] != '/' && (below->ops->real_path(below, ".", start) < 0 ||
	    start[1] == '\0'))
		start[0] = '\0';
	t = malloc(sizeof(*t) + strlen(start) + strlen(path) + 2);
	if (t == NULL)
		return NULL;
	end = stpcpy(t->path, start);
	if (path[0] != '/')
		*end++ = '/';
	strcpy(end, path);
	return t;
}

static int
audit_open(struct tree *tree, const char *path, int flags, mode_t mode,
    struct tree_file *file)
{
	struct tree *below = layer_below(tree);
	struct transfer *t;
	int r;

	if ((flags & TREE_O_NO_TRANSFER) != 0)
		return below->ops->open(below, path, flags, mode, file);
	*file = (struct tree_file){ .fd = -1 };
	if ((t = transfer_new(below, path)) == NULL)
		return -ENOMEM;
	r = below->ops->open(below, path, flags, mode, &t->file);
	if (r < 0) {
		free(t);
		return r;
	}
	clock_gettime(CLOCK_MONOTONIC, &t->start);
	t->flags = flags;
	*file = (struct tree_file){ .fd = t->file.fd, .hold = t };
	return r;
}

/* A download is complete when every byte that is there was read. */
static bool
is_whole(const struct tree_file *file)
{
	struct stat st;

	return fstat(file->fd, &st) == 0 &&
	    ranges_cover(&file->read, (uint64_t)st.st_size);
}

/* "complete", "partial" or, in buf, "failed (No space left on device)". */
static const char *
outcome(bool is_whole_file, int r, char *buf, size_t len)
{
	if (r >= 0)
		return is_whole_file ? "complete" : "partial";
	snprintf(buf, len, "failed (%s)", strerror(-r));
	return buf;
}

/* The lines of sftp-server have a level of their own, -l. */
static void
write_line(const struct audit *audit, const struct transfer *t,
    const char *direction, const char *result, uint64_t bytes)
{
	enum log_level level = log_get_level();
	unsigned long long ms = ms_since(&t->start);

	log_set_level(audit->level);
	log_info("SFTP %s %s: %s, %llu bytes in %llu.%03llu s, \"%s\"",
	    direction, result, audit->who, (unsigned long long)bytes,
	    ms / 1000, ms % 1000, t->path);
	log_set_level(level);
}

/*
 * A file that was opened for both may have been used for either: whoever only
 * reads it has made a download.
 */
static bool
was_read(const struct transfer *t, const struct tree_file *file)
{
	int access = t->flags & O_ACCMODE;

	return access == O_RDONLY ||
	    (access == O_RDWR && file->bytes_read != 0);
}

static bool
was_written(const struct transfer *t, const struct tree_file *file)
{
	return (t->flags & O_ACCMODE) != O_RDONLY &&
	    (file->bytes_written != 0 || file->error < 0 ||
	    !was_read(t, file) || (t->flags & (O_CREAT | O_TRUNC)) != 0);
}

static int
audit_close(struct tree *tree, struct tree_file *file, bool is_complete)
{
	struct tree *below = layer_below(tree);
	struct transfer *t = file->hold;
	bool is_all;
	char failure[128];
	int r;

	if (t == NULL)
		return below->ops->close(below, file, is_complete);
	is_all = is_complete && was_read(t, file) && is_whole(file);
	/* what is read or written goes past this layer, into *file */
	r = below->ops->close(below, &t->file, is_complete);
	if (was_read(t, file)) {
		write_line((struct audit *)tree, t, "download",
		    outcome(is_all, was_written(t, file) ? 0 : r, failure,
		    sizeof(failure)), file->bytes_read);
	}
	if (was_written(t, file)) {
		write_line((struct audit *)tree, t, "upload",
		    outcome(is_complete, file->error < 0 ? file->error : r,
		    failure, sizeof(failure)), file->bytes_written);
	}
	free(t);
	*file = (struct tree_file){ .fd = -1 };
	return r;
}

void
audit_init(struct audit *audit, struct tree *below, const char *who,
    enum log_level level)
{
	*audit = (struct audit){ .who = who, .level = level };
	layer_init(&audit->layer, below);
	audit->layer.ops.open = audit_open;
	audit->layer.ops.close = audit_close;
}
