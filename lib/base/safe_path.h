/* SPDX-License-Identifier: ISC */
/*
 * safe_path - could anybody but the user and root have written this file?
 *
 * Shapes:  an open file, its path, the user's home directory and uid.
 * Units:   -
 * Errors:  false, and why->text says it in OpenSSH's words.
 * Owns:    nothing.
 * Source:  sshd_config(5), StrictModes.
 */
#ifndef LIB_BASE_SAFE_PATH_H
#define LIB_BASE_SAFE_PATH_H

#include <sys/types.h>

#include "lib/base/err.h"
#include "lib/base/log.h"

struct safe_path_reason {
	char text[LOG_LINE_MAX];
};

/*
 * The file behind fd, and every directory above it up to the user's home (or
 * the root directory, for a file outside of the home): owned by root or uid,
 * and writable for nobody else. Call with the rights that opened the file.
 */
MUST_CHECK bool safe_path_check(int fd, const char *path, const char *home,
    uid_t uid, struct safe_path_reason *why);

#endif
