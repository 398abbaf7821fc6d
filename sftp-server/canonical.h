/* SPDX-License-Identifier: ISC */
/*
 * canonical - the one name of what a path means, which rules are about.
 *
 * Shapes:  C strings shorter than PATH_MAX.
 * Units:   bytes.
 * Errors:  -errno, of the tree or -ENAMETOOLONG.
 * Owns:    nothing.
 * Source:  path_resolution(7).
 */
#ifndef SFTP_SERVER_CANONICAL_H
#define SFTP_SERVER_CANONICAL_H

#include "sftp-server/tree.h"

/*
 * Of a path whose last component is not to be followed: the name of its parent
 * and the component. With a slash at the end a path means a directory, which
 * is followed.
 */
int canonical_name(struct tree *below, const char *path, bool follow,
    char out[static PATH_MAX]);
/* A directory that is made may have a slash behind its name. */
const char *canonical_without_slash(const char *path,
    char buf[static PATH_MAX]);

#endif
