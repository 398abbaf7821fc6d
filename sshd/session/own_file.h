/* SPDX-License-Identifier: ISC */
/*
 * own_file - a socket or file that goes with the session that made it.
 *
 * Shapes:  its absolute path, and which file it is.
 * Units:   -
 * Errors:  when the monitor can't be told, the connection is over.
 * Owns:    the file, until own_file_remove(); from own_file_made() on the
 *          monitor removes it when this process is killed.
 * Source:  unlink(2).
 */
#ifndef SSHD_SESSION_OWN_FILE_H
#define SSHD_SESSION_OWN_FILE_H

#include <sys/stat.h>

#include "lib/base/limits.h"

struct session;

struct own_file {
	char path[SOCKET_PATH_MAX + 1];	/* empty: none */
	dev_t device;
	ino_t inode;
};

/* SESSION: path was made just now; it is one that a socket could have. */
void own_file_made(struct session *ses, struct own_file *file,
    const char *path);
/* SESSION: removes it, but nothing that has come into its place. */
void own_file_remove(struct session *ses, struct own_file *file);

#endif
