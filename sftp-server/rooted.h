/* SPDX-License-Identifier: ISC */
/*
 * rooted - the tree below one directory, and nothing else.
 *
 * Shapes:  an implementation of struct tree. "/" is the directory; symbolic
 *          links inside of it work, absolute ones start at it; ".." at the
 *          top stays there.
 * Units:   -
 * Errors:  -errno, as of the system calls.
 * Owns:    nothing.
 * Source:  openat2(2), RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS.
 *
 * Every path is resolved by the kernel, from the directory's descriptor, in
 * the call that uses it; the last component of a path that is made, removed
 * or renamed is never followed. So no race of names leads out.
 */
#ifndef SFTP_SERVER_ROOTED_H
#define SFTP_SERVER_ROOTED_H

#include "lib/base/err.h"
#include "sftp-server/tree.h"

struct rooted {
	struct tree tree;		/* first: what callers hold */
	int root_fd;			/* O_PATH */
	char cwd[PATH_MAX];		/* canonical, inside */
	/*
	 * Every component must be what it is called: a path with a symbolic
	 * link in it fails with ELOOP. For callers that checked real_path().
	 */
	bool exact;
};

/* False with a clear text when this kernel has no openat2(2). */
MUST_CHECK bool rooted_is_possible(struct err *err);
/* root_fd: a directory opened with O_PATH, which must stay open. */
void rooted_init(struct rooted *rooted, int root_fd);

#endif
