/* SPDX-License-Identifier: ISC */
/*
 * resolve - the canonical name behind a path: no link, no ".", no "..".
 *
 * Shapes:  walks component by component with the tree's read_link.
 * Units:   -
 * Errors:  -errno: ENOENT for a missing directory on the way (the last
 *          component may be missing), ENOTDIR, ELOOP, ENAMETOOLONG.
 * Owns:    nothing.
 * Source:  draft-ietf-secsh-filexfer-02 section 6.11; realpath(3).
 */
#ifndef SFTP_SERVER_RESOLVE_H
#define SFTP_SERVER_RESOLVE_H

#include "sftp-server/tree.h"

#define RESOLVE_LINKS_MAX	40	/* as the kernel, path_resolution(7) */

/* base: absolute and canonical, for a relative path. */
int resolve_path(struct tree *tree, const char *base, const char *path,
    char out[static PATH_MAX]);

#endif
