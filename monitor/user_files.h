/* SPDX-License-Identifier: ISC */
/*
 * user_files - files that say who may log in as a user.
 *
 * Shapes:  words of a keyword: tokens, then glob(7) where the word has
 *          wildcards; relative ones lie under the home directory.
 * Units:   -
 * Errors:  a file that can't or must not be read is logged and passed over;
 *          false only when the process has to end.
 * Owns:    nothing.
 * Source:  sshd_config(5), AuthorizedKeysFile, AuthorizedPrincipalsFile,
 *          StrictModes; OpenSSH's log lines.
 */
#ifndef MONITOR_USER_FILES_H
#define MONITOR_USER_FILES_H

#include "monitor/lines.h"
#include "monitor/user.h"
#include "sshd/config/config.h"

/* Reads the lines of one file; true: enough, the rest is not looked at. */
typedef bool user_file_fn(void *arg, const char *path, struct lines *lines);

struct user_files {
	const struct conf *conf;
	const struct user *user;
	const char *keyword;		/* "AuthorizedKeysFile" */
	const char *what;		/* "authorized keys", in log lines */
	const char *const *words;
	size_t word_count;
	user_file_fn *fn;
	void *arg;
};

/* With the user's rights. */
MUST_CHECK bool user_files_read(const struct user_files *files,
    struct err *err);
/*
 * Pure: the path of a word for this user; if the word is a pattern, so is the
 * path, in which what stands for a token matches itself only.
 */
MUST_CHECK bool user_file_path(const char *word, const struct user *user,
    char *out, size_t out_len, struct err *err);

#endif
