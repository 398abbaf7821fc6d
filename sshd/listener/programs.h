/* SPDX-License-Identifier: ISC */
/*
 * programs - the helper programs, held open so that an upgrade on disk never
 * mixes versions within a running server.
 *
 * Shapes:  descriptors (O_PATH, O_CLOEXEC) for execveat().
 * Units:   -
 * Errors:  programs_open() names the path that failed in `failed`.
 * Owns:    the descriptors.
 * Source:  execveat(2); DESIGN.md section 3.
 */
#ifndef SSHD_LISTENER_PROGRAMS_H
#define SSHD_LISTENER_PROGRAMS_H

#include <limits.h>

#include "lib/base/err.h"

enum program {
	PROGRAM_MONITOR, PROGRAM_SIGNER, PROGRAM_NET, PROGRAM_SESSION,
	PROGRAM_COUNT
};

struct program_paths {
	char path[PROGRAM_COUNT][PATH_MAX];
};

struct programs {
	int fd[PROGRAM_COUNT];
};

#define PROGRAMS_NONE	((struct programs){ .fd = { -1, -1, -1, -1 } })

/*
 * Where they lie, for a binary with this absolute path: its build tree, its
 * own directory when all of them are there, else LIBEXECDIR.
 */
void programs_find(const char *binary, struct program_paths *paths);
/* *failed borrows from paths. */
MUST_CHECK bool programs_open(const struct program_paths *paths,
    struct programs *programs, const char **failed, struct err *err);
void programs_close(struct programs *programs);

#endif
