/* SPDX-License-Identifier: ISC */
#include "monitor/rhosts.h"

#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "monitor/lines.h"

#define HOSTS_EQUIV	"/etc/hosts.equiv"
#define SHOSTS_EQUIV	SYSCONFDIR "/shosts.equiv"
#define WRITABLE_BY_OTHERS	(S_IWGRP | S_IWOTH)

/* ---- one line ----------------------------------------------------------- */

/* A word, and whether it denies; false: it names nobody. */
static bool
take_sign(const char **word, bool *denies)
{
	if (**word == '-')
		*denies = true;
	if (**word == '-' || **word == '+')
		++*word;
	return **word != '\0';
}

static bool
host_matches(const char *host, const struct rhosts_query *query)
{
	if (host[0] == '@')
		return innetgr(host + 1, query->host, NULL, NULL) != 0 ||
		    innetgr(host + 1, query->address, NULL, NULL) != 0;
	return strcasecmp(host, query->host) == 0 ||
	    strcmp(host, query->address) == 0;
}

static bool
user_matches(const char *user, const struct rhosts_query *query)
{
	if (user[0] == '@')
		return innetgr(user + 1, NULL, query->client_user,
		    NULL) != 0;
	return strcmp(user, query->client_user) == 0;
}

enum rhosts_verdict
rhosts_line_judge(struct bytes line, const struct rhosts_query *query)
{
	static const char blanks[] = " \t\r";
	char text[RHOSTS_LINE_MAX + 1], *state;
	const char *host, *user;
	bool denies = false;

	if (line.len == 0 || !bytes_to_str(line, text, sizeof(text)))
		return RHOSTS_NONE;
	host = strtok_r(text, blanks, &state);
	if (host == NULL || host[0] == '#' || strcmp(host, "NO_PLUS") == 0)
		return RHOSTS_NONE;
	user = strtok_r(NULL, blanks, &state);
	if (user == NULL)
		user = query->server_user;
	else if (strtok_r(NULL, blanks, &state) != NULL ||
	    !take_sign(&user, &denies))
		return RHOSTS_NONE;
	if (!take_sign(&host, &denies) || !host_matches(host, query) ||
	    !user_matches(user, query))
		return RHOSTS_NONE;
	return denies ? RHOSTS_NO : RHOSTS_YES;
}

/* ---- one file ----------------------------------------------------------- */

/* The first line that means the client decides. A missing file says nothing. */
static MUST_CHECK bool
ask_file(const char *path, int fd, const struct rhosts_query *query,
    bool *permitted, struct err *err)
{
	enum rhosts_verdict verdict = RHOSTS_NONE;
	struct lines lines;
	struct bytes line;

	if (!lines_init(&lines, fd, path, err))
		return false;
	while (verdict == RHOSTS_NONE && lines_next(&lines, &line))
		verdict = rhosts_line_judge(line, query);
	if (verdict == RHOSTS_YES)
		log_debug("%s:%zu: the client is trusted", path,
		    lines.number);
	else if (verdict == RHOSTS_NO)
		log_debug("%s:%zu: the client is denied", path,
		    lines.number);
	lines_clear(&lines);
	*permitted = verdict == RHOSTS_YES;
	return true;
}

/* -1: there is nothing to read. */
static int
open_list(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd == -1)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	log_info("User list %.100s is not a regular file", path);
	close(fd);
	return -1;
}

static MUST_CHECK bool
ask_system(const struct rhosts_query *query, bool *permitted,
    struct err *err)
{
	static const char *const paths[] = { HOSTS_EQUIV, SHOSTS_EQUIV };
	struct stat st;

	for (size_t i = 0; i < ARRAY_LEN(paths) && !*permitted; i++) {
		int fd = open_list(paths[i], &st);

		if (fd != -1 &&
		    !ask_file(paths[i], fd, query, permitted, err))
			return false;
	}
	return true;
}

/* ---- the user's own files ----------------------------------------------- */

static bool
is_safe(const struct stat *st, const struct user *user)
{
	return (st->st_uid == 0 || st->st_uid == user->uid) &&
	    (st->st_mode & WRITABLE_BY_OTHERS) == 0;
}

static bool
home_is_safe(const struct conf *conf, const struct user *user)
{
	struct stat st;

	if (stat(user->home, &st) == -1) {
		log_info("Rhosts authentication refused for %.100s: no home "
		    "directory %.200s", user->name, user->home);
		return false;
	}
	if (!conf->strict_modes || is_safe(&st, user))
		return true;
	log_info("Rhosts authentication refused for %.100s: bad ownership or "
	    "modes for home directory.", user->name);
	return false;
}

static MUST_CHECK bool
ask_home(const struct conf *conf, const struct user *user,
    const struct rhosts_query *query, bool *permitted, struct err *err)
{
	static const char *const names[] = { ".shosts", ".rhosts" };
	const size_t count = conf->ignore_rhosts == IGNORE_RHOSTS_SHOSTS_ONLY ?
	    1 : ARRAY_LEN(names);
	char path[PATH_MAX];
	struct stat st;

	if (!home_is_safe(conf, user))
		return true;
	for (size_t i = 0; i < count && !*permitted; i++) {
		int fd, n = snprintf(path, sizeof(path), "%s/%s", user->home,
		    names[i]);

		if (n < 0 || (size_t)n >= sizeof(path) ||
		    (fd = open_list(path, &st)) == -1)
			continue;
		if (conf->strict_modes && !is_safe(&st, user)) {
			log_info("Rhosts authentication refused for %.100s: "
			    "bad modes for %.200s", user->name, path);
			close(fd);
			continue;
		}
		if (!ask_file(path, fd, query, permitted, err))
			return false;
	}
	return true;
}

bool
rhosts_permit(const struct conf *conf, const struct user *user,
    const struct rhosts_query *query, bool *permitted, struct err *err)
{
	struct as_user as;
	bool ok;

	*permitted = false;
	/* no other host vouches for our root, unless root itself says so */
	if (user->uid != 0 && !ask_system(query, permitted, err))
		return false;
	if (*permitted || conf->ignore_rhosts == IGNORE_RHOSTS_YES)
		return true;
	if (!as_user_begin(&as, user, err))
		return false;
	ok = ask_home(conf, user, query, permitted, err);
	return as_user_end(&as, err) && ok;
}
