/* SPDX-License-Identifier: ISC */
/*
 * tree - the files that a session may see, and all that happens to names.
 *
 * Shapes:  struct tree_ops; an implementation embeds struct tree as its first
 *          member. Paths are the client's: C strings, absolute or relative
 *          to the session's directory, never longer than PATH_MAX - 1.
 * Units:   sizes in bytes, times as of utimensat(2).
 * Errors:  0 (or a descriptor, or a length) when it was done, -errno when not.
 * Owns:    descriptors are the caller's, O_CLOEXEC; tree_file is closed with
 *          tree_close().
 * Source:  path_resolution(7), openat(2), statx(2).
 *
 * No other file of sftp-server calls the kernel with a path.
 */
#ifndef SFTP_SERVER_TREE_H
#define SFTP_SERVER_TREE_H

#include <limits.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

#include "lib/base/bytes.h"
#include "sftp-server/ranges.h"

/* What statx() is asked for: all that SFTP can tell. */
#define TREE_STATX_MASK	STATX_BASIC_STATS

/*
 * With O_EXCL: the open must make the file, but at the end of the upload it
 * may replace one that came since.
 */
#define TREE_O_MAY_REPLACE	(1 << 30)	/* no flag of open(2) */
/* The server looks at the file for itself: no transfer. */
#define TREE_O_NO_TRANSFER	(1 << 29)	/* no flag of open(2) */
#define TREE_O_OWN		(TREE_O_MAY_REPLACE | TREE_O_NO_TRANSFER)

struct tree;

/*
 * An open file. hold belongs to the implementation, from open to close; what
 * the file was used for is noted by whoever reads and writes it.
 */
struct tree_file {
	int fd;
	void *hold;
	uint64_t bytes_read, bytes_written;
	struct ranges read;	/* of the file */
	int error;		/* -errno of a write that failed, or 0 */
};

static inline void
tree_file_note_read(struct tree_file *file, uint64_t offset, size_t len)
{
	file->bytes_read += len;
	ranges_add(&file->read, offset, len);
}

/* What attributes are set on: an open file, or else a path. */
struct tree_target {
	const char *path;	/* of an open file: the one it was opened by */
	const struct tree_file *file;	/* NULL: use path */
	bool follow;		/* a symbolic link at the end of path */
};

struct tree_ops {
	/*
	 * flags of open(2), without O_CLOEXEC and O_NOCTTY; TREE_O_...
	 * Never waits for the other end of a FIFO.
	 */
	int (*open)(struct tree *, const char *path, int flags, mode_t mode,
	    struct tree_file *file);
	/*
	 * The end of an open file. is_complete: the client closed it, and no
	 * write failed; false: the session ends with it open, or it is damaged.
	 */
	int (*close)(struct tree *, struct tree_file *file, bool is_complete);
	int (*open_dir)(struct tree *, const char *path);
	int (*stat)(struct tree *, const char *path, bool follow,
	    struct statx *st);
	int (*set_size)(struct tree *, const struct tree_target *, off_t size);
	int (*set_mode)(struct tree *, const struct tree_target *, mode_t mode);
	int (*set_owner)(struct tree *, const struct tree_target *, uid_t uid,
	    gid_t gid);
	int (*set_times)(struct tree *, const struct tree_target *,
	    const struct timespec times[static 2]);
	int (*remove)(struct tree *, const char *path);
	int (*make_dir)(struct tree *, const char *path, mode_t mode);
	int (*remove_dir)(struct tree *, const char *path);
	/* replace false: fails with EEXIST when new_path is there */
	int (*rename)(struct tree *, const char *old_path,
	    const char *new_path, bool replace);
	int (*link)(struct tree *, const char *old_path, const char *new_path);
	int (*symlink)(struct tree *, const char *target, const char *path);
	/* The length written to target, which is terminated. */
	int (*read_link)(struct tree *, const char *path,
	    char target[static PATH_MAX]);
	/* Absolute and free of links; the last component may be missing. */
	int (*real_path)(struct tree *, const char *path,
	    char out[static PATH_MAX]);
	int (*statvfs)(struct tree *, const char *path, struct statvfs *st);
	/* Makes path the directory that relative paths start from. */
	int (*enter)(struct tree *, const char *path);
};

struct tree {
	const struct tree_ops *ops;
	/*
	 * The process's "/" belongs to the client: names of users are not
	 * looked up, as libraries would read them, and load code for it, from
	 * the client's files.
	 */
	bool has_no_names;
};

/* All that the process can reach, with the process's own rights. */
struct tree tree_plain(void);
/* tree_ops.close for whoever holds nothing but the descriptor. */
int tree_close_file(struct tree *tree, struct tree_file *file,
    bool is_complete);
/*
 * tree_ops.set_mode of a path on kernels without fchmodat2(2), before Linux
 * 6.6: by opening it, so -EOPNOTSUPP for links, and for what may be neither
 * read nor written.
 */
int tree_set_mode_opened(struct tree *tree, const struct tree_target *target,
    mode_t mode);
/* Is path, which is not followed, the open file? */
bool tree_is_named(struct tree *tree, const char *path, int fd);

#endif
