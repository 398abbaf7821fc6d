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
	bool is_upload;
	char path[];
};

static double
seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
	    (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static int
audit_open(struct tree *tree, const char *path, int flags, mode_t mode,
    struct tree_file *file)
{
	struct tree *below = layer_below(tree);
	size_t len = strlen(path) + 1;
	struct transfer *t = malloc(sizeof(*t) + len);
	int r;

	*file = (struct tree_file){ .fd = -1 };
	if (t == NULL)
		return -ENOMEM;
	r = below->ops->open(below, path, flags, mode, &t->file);
	if (r < 0) {
		free(t);
		return r;
	}
	clock_gettime(CLOCK_MONOTONIC, &t->start);
	t->is_upload = (flags & O_ACCMODE) != O_RDONLY;
	memcpy(t->path, path, len);
	*file = (struct tree_file){ .fd = t->file.fd, .hold = t };
	return r;
}

/* A download is complete when as many bytes were read as there are. */
static bool
is_whole(const struct tree_file *file)
{
	struct stat st;

	return fstat(file->fd, &st) == 0 &&
	    file->bytes_read >= (uint64_t)st.st_size;
}

/* "complete", "partial" or "failed (No space left on device)". */
static void
outcome(bool is_whole_file, int r, char *out, size_t len)
{
	if (r < 0)
		snprintf(out, len, "failed (%s)", strerror(-r));
	else
		snprintf(out, len, "%s", is_whole_file ? "complete" :
		    "partial");
}

/* The lines of sftp-server have a level of their own, -l. */
static void
write_line(const struct audit *audit, const struct transfer *t,
    const struct tree_file *file, const char *result)
{
	enum log_level level = log_get_level();
	uint64_t bytes = t->is_upload ? file->bytes_written :
	    file->bytes_read;

	log_set_level(audit->level);
	log_info("SFTP %s %s: %s, %llu bytes in %.3f s, \"%s\"",
	    t->is_upload ? "upload" : "download", result, audit->who,
	    (unsigned long long)bytes, seconds_since(&t->start), t->path);
	log_set_level(level);
}

static int
audit_close(struct tree *tree, struct tree_file *file, bool is_complete)
{
	struct tree *below = layer_below(tree);
	struct transfer *t = file->hold;
	bool is_all = is_complete && (t->is_upload || is_whole(file));
	char result[128];
	int r;

	/* what is read or written goes past this layer, into *file */
	r = below->ops->close(below, &t->file, is_complete);
	outcome(is_all, file->error < 0 ? file->error : r, result,
	    sizeof(result));
	write_line((struct audit *)tree, t, file, result);
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
