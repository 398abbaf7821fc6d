/* SPDX-License-Identifier: ISC */
#include "monitor/user_files.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/safe_path.h"
#include "monitor/tokens.h"

#define STRANGER	"nobody-of-this-host"
#define WILDCARDS	"*?[\\"

static bool
file_is_acceptable(const struct user_files *files, const char *path, int fd)
{
	const struct user *user = files->user;
	struct safe_path_reason why;
	struct stat st;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		log_info("User '%s' %s '%s' is not a regular file",
		    user->name, files->what, path);
		return false;
	}
	if (files->conf->strict_modes && !safe_path_check(fd, path,
	    user->home, user->uid, &why)) {
		log_info("Authentication refused: %s", why.text);
		return false;
	}
	return true;
}

static MUST_CHECK bool
read_file(const struct user_files *files, const char *path, bool *enough,
    struct err *err)
{
	/* a FIFO would hold us, a terminal become ours */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct lines lines;

	if (fd == -1) {
		if (errno != ENOENT)
			log_info("Could not open user '%s' %s '%s': %s",
			    files->user->name, files->what, path,
			    strerror(errno));
		return true;
	}
	if (!file_is_acceptable(files, path, fd)) {
		close(fd);
		return true;
	}
	if (!lines_init(&lines, fd, path, err))
		return false;
	*enough = files->fn(files->arg, path, &lines);
	lines_clear(&lines);
	return true;
}

/* Wildcards are the configuration's alone: an account may be "UNI\\eve". */
static bool
is_pattern(const char *word)
{
	return strpbrk(word, WILDCARDS) != NULL;
}

/* What stands for a token; in a pattern it stands for itself only. */
static MUST_CHECK bool
quote(const char *text, bool in_pattern, char *out, size_t out_len,
    struct err *err)
{
	size_t len = 0;

	for (; *text != '\0'; text++) {
		if (len + 2 >= out_len)
			return err_set(err, ERR_RANGE,
			    "path of a user's file");
		if (in_pattern && strchr(WILDCARDS, *text) != NULL)
			out[len++] = '\\';
		out[len++] = *text;
	}
	out[len] = '\0';
	return true;
}

bool
user_file_path(const char *word, const struct user *user, char *out,
    size_t out_len, struct err *err)
{
	char home[PATH_MAX], name[2 * USER_NAME_MAX + 2], uid[16];
	char expanded[PATH_MAX];
	const struct token tokens[] = {
		{ 'h', home }, { 'u', name }, { 'U', uid },
	};
	bool pattern = is_pattern(word);
	int n;

	/* what a stranger calls himself may be "../x": not in a path */
	if (!quote(user->home, pattern, home, sizeof(home), err) ||
	    !quote(user->exists ? user->name : STRANGER, pattern, name,
	    sizeof(name), err))
		return false;
	snprintf(uid, sizeof(uid), "%u", (unsigned)user->uid);
	if (!tokens_expand(word, tokens, ARRAY_LEN(tokens), expanded,
	    sizeof(expanded), err))
		return false;
	if (expanded[0] == '/')
		n = snprintf(out, out_len, "%s", expanded);
	else
		n = snprintf(out, out_len, "%s/%s", home, expanded);
	if (n < 0 || (size_t)n >= out_len)
		return err_set(err, ERR_RANGE, "path of a user's file");
	return true;
}

/* Every file that the pattern names. */
static MUST_CHECK bool
read_pattern(const struct user_files *files, const char *pattern,
    bool *enough, struct err *err)
{
	glob_t matches = { 0 };
	bool ok = true;

	if (glob(pattern, 0, NULL, &matches) == 0) {
		for (size_t i = 0; i < matches.gl_pathc && ok && !*enough; i++)
			ok = read_file(files, matches.gl_pathv[i], enough,
			    err);
	}
	globfree(&matches);
	return ok;
}

static MUST_CHECK bool
read_word(const struct user_files *files, const char *word, bool *enough,
    struct err *err)
{
	char path[PATH_MAX];
	struct err why;

	if (!user_file_path(word, files->user, path, sizeof(path), &why)) {
		log_error("%s %s: %s", files->keyword, word, why.what);
		return true;
	}
	log_debug("trying %s file %s", files->what, path);
	return is_pattern(word) ? read_pattern(files, path, enough, err) :
	    read_file(files, path, enough, err);
}

static MUST_CHECK bool
read_all(const struct user_files *files, struct err *err)
{
	bool enough = false;

	for (size_t i = 0; i < files->word_count && !enough; i++) {
		if (!read_word(files, files->words[i], &enough, err))
			return false;
	}
	return true;
}

bool
user_files_read(const struct user_files *files, struct err *err)
{
	struct as_user as;
	bool ok;

	if (!as_user_begin(&as, files->user, err))
		return false;
	ok = read_all(files, err);
	return as_user_end(&as, err) && ok;
}
