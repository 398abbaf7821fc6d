/* SPDX-License-Identifier: ISC */
/*
 * rooted_where - what a file of a rooted tree is really called.
 *
 * Shapes:  names are canonical: from the top, free of links and "..".
 * Units:   -
 * Errors:  -errno.
 * Owns:    nothing; the process's working directory is changed.
 * Source:  getcwd(2), which needs no /proc.
 */
#ifndef SFTP_SERVER_ROOTED_WHERE_H
#define SFTP_SERVER_ROOTED_WHERE_H

#include "sftp-server/tree.h"

/* tree_ops.real_path and tree_ops.enter of struct rooted. */
int rooted_real_path(struct tree *tree, const char *path,
    char out[static PATH_MAX]);
int rooted_enter(struct tree *tree, const char *path);

#endif
