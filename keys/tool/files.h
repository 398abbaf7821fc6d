/* SPDX-License-Identifier: ISC */
/*
 * files - key files and lists, read and written whole.
 *
 * Shapes:  "-" is standard input.
 * Units:   bytes.
 * Errors:  bool and struct err.
 * Owns:    what is read is the caller's.
 * Source:  -
 */
#ifndef KEYS_TOOL_FILES_H
#define KEYS_TOOL_FILES_H

#include <sys/types.h>

#include "keys/private.h"

/* NUL-terminated; wiped and freed by file_free(). */
MUST_CHECK bool file_read(const char *path, struct bytes *out,
    struct err *err);
void file_free(struct bytes *file);
/*
 * Writes beside path and renames, so that nobody ever reads half of it. With
 * replace false an existing file is ERR_SYS, EEXIST.
 */
MUST_CHECK bool file_write(const char *path, struct bytes content,
    mode_t mode, bool replace, struct err *err);
/* The next line without its end; false when text is used up. */
bool file_next_line(struct bytes *text, struct bytes *line);
/* Only blanks, or a comment. */
bool file_line_is_empty(struct bytes line);
/* "TYPE BASE64 COMMENT\n", malloc'ed; NULL when memory is out. */
char *file_public_line(const struct pubkey *key, const char *comment);
/* The reason in words, with the field where there is one. */
const char *file_reason(const struct err *err);

#endif
