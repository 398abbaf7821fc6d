/* SPDX-License-Identifier: ISC */
#include "monitor/key_files.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "lib/base/safe_path.h"
#include "monitor/key_check.h"
#include "monitor/lines.h"
#include "monitor/tokens.h"

#define STRANGER	"nobody-of-this-host"

void
key_text(const struct pubkey *key, const char *fingerprint_hash, char *out,
    size_t out_len)
{
	char fingerprint[FINGERPRINT_MAX] = "";
	struct err err;

	if (!pubkey_fingerprint(key, fingerprint_hash, fingerprint,
	    sizeof(fingerprint), &err))
		snprintf(fingerprint, sizeof(fingerprint), "%s",
		    err_text(&err));
	snprintf(out, out_len, "%s %s", key->row->short_name, fingerprint);
}

/* One line; true when it lists the key and lets it be used. */
static bool
line_permits(const struct key_search *search, const char *where,
    struct bytes line, struct key_options *options)
{
	struct pubkey *listed = NULL;
	struct key_options line_options;
	const char *reason = NULL;
	struct key_use use = {
		.user = search->user->name,
		.host = search->peer->address,
		.address = search->peer->address,
		.now = search->now,
		.where = where,
	};
	char text[FINGERPRINT_MAX + 32];

	switch (key_line_parse(line, &listed, &line_options, &reason)) {
	case KEY_LINE_EMPTY:
		return false;
	case KEY_LINE_BAD:
		log_debug("%s: bad key options: %s", where, reason);
		return false;
	case KEY_LINE_KEY:
		break;
	}
	/* a stand-in account reads like any other, and finds nothing */
	if (search->user->valid && !line_options.cert_authority &&
	    pubkey_equal_plain(listed, search->key)) {
		if (key_options_permit(&line_options, &use)) {
			key_text(listed, search->conf->fingerprint_hash, text,
			    sizeof(text));
			log_verbose("Accepted key %s found at %s", text,
			    where);
			pubkey_free(listed);
			*options = line_options;
			return true;
		}
		log_error("Refused by key options at %s", where);
	}
	pubkey_free(listed);
	key_options_clear(&line_options);
	return false;
}

/*
 * The whole file is read even after a hit, so that the time tells nothing
 * about where in it a key stands.
 */
static MUST_CHECK bool
search_lines(const struct key_search *search, const char *path, int fd,
    struct key_options *options, bool *found, struct err *err)
{
	char where[PATH_MAX + 32];
	struct lines lines;
	struct bytes line;

	if (!lines_init(&lines, fd, err))
		return false;
	while (lines_next(&lines, &line)) {
		if (*found)
			continue;
		snprintf(where, sizeof(where), "%s:%zu", path, lines.number);
		*found = line_permits(search, where, line, options);
	}
	lines_clear(&lines);
	return true;
}

static bool
file_is_acceptable(const struct key_search *search, const char *path, int fd)
{
	struct safe_path_reason why;
	struct stat st;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		log_info("User '%s' authorized keys '%s' is not a regular "
		    "file", search->user->name, path);
		return false;
	}
	if (search->conf->strict_modes && !safe_path_check(fd, path,
	    search->user->home, search->user->uid, &why)) {
		log_info("Authentication refused: %s", why.text);
		return false;
	}
	return true;
}

static MUST_CHECK bool
search_file(const struct key_search *search, const char *path,
    struct key_options *options, bool *found, struct err *err)
{
	/* a FIFO would hold us, a terminal become ours */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd == -1) {
		if (errno != ENOENT)
			log_info("Could not open user '%s' authorized keys "
			    "'%s': %s", search->user->name, path,
			    strerror(errno));
		return true;
	}
	if (!file_is_acceptable(search, path, fd)) {
		close(fd);
		return true;
	}
	return search_lines(search, path, fd, options, found, err);
}

bool
key_file_path(const char *word, const struct user *user, char *out,
    size_t out_len, struct err *err)
{
	char uid[16], expanded[PATH_MAX];
	/* what a stranger calls himself may be "../x": not in a path */
	const struct token tokens[] = {
		{ 'h', user->home },
		{ 'u', user->exists ? user->name : STRANGER }, { 'U', uid },
	};
	int n;

	snprintf(uid, sizeof(uid), "%u", (unsigned)user->uid);
	if (!tokens_expand(word, tokens, ARRAY_LEN(tokens), expanded,
	    sizeof(expanded), err))
		return false;
	if (expanded[0] == '/')
		n = snprintf(out, out_len, "%s", expanded);
	else
		n = snprintf(out, out_len, "%s/%s", user->home, expanded);
	if (n < 0 || (size_t)n >= out_len)
		return err_set(err, ERR_RANGE, "AuthorizedKeysFile");
	return true;
}

/* Every file that the pattern names; a name without wildcards is itself. */
static MUST_CHECK bool
search_pattern(const struct key_search *search, const char *pattern,
    struct key_options *options, bool *found, struct err *err)
{
	glob_t matches = { 0 };
	bool ok = true;

	if (strpbrk(pattern, "*?[\\") == NULL)
		return search_file(search, pattern, options, found, err);
	if (glob(pattern, 0, NULL, &matches) == 0) {
		for (size_t i = 0; i < matches.gl_pathc && ok && !*found; i++)
			ok = search_file(search, matches.gl_pathv[i], options,
			    found, err);
	}
	globfree(&matches);
	return ok;
}

static MUST_CHECK bool
search_all(const struct key_search *search, struct key_options *options,
    bool *found, struct err *err)
{
	const struct conf_list *words = &search->conf->authorized_keys_file;
	char pattern[PATH_MAX];
	struct err why;

	for (size_t i = 0; i < words->count && !*found; i++) {
		if (!key_file_path(words->v[i], search->user, pattern,
		    sizeof(pattern), &why)) {
			log_error("AuthorizedKeysFile %s: %s", words->v[i],
			    why.what);
			continue;
		}
		log_debug("trying public key file %s", pattern);
		if (!search_pattern(search, pattern, options, found, err))
			return false;
	}
	return true;
}

bool
key_files_find(const struct key_search *search, struct key_options *options,
    bool *found, struct err *err)
{
	struct as_user as;
	bool ok;

	*found = false;
	if (!as_user_begin(&as, search->user, err))
		return false;
	ok = search_all(search, options, found, err);
	return as_user_end(&as, err) && ok;
}
