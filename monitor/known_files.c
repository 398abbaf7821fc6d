/* SPDX-License-Identifier: ISC */
#include "monitor/known_files.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/safe_path.h"
#include "monitor/lines.h"

struct question {
	const struct conf *conf;
	const struct user *user;
	const char *host;
	const struct pubkey *key, *ca;
	enum known_status status;
	bool is_unreadable;		/* a file of the host is */
};

static MUST_CHECK bool
read_lines(struct question *q, const char *path, int fd, struct err *err)
{
	struct known_host known;
	struct lines lines;
	struct bytes line;

	if (!lines_init(&lines, fd, path, err))
		return false;
	while (lines_next(&lines, &line)) {
		if (!known_host_parse(line, &known))
			continue;
		if (known_host_matches(known.hosts, bytes_str(q->host)))
			known_host_judge(&known, q->key, q->ca, &q->status);
		known_host_clear(&known);
	}
	lines_clear(&lines);
	return true;
}

static bool
is_trustworthy(const struct question *q, const char *path, int fd,
    bool of_user)
{
	struct safe_path_reason why;
	struct stat st;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return false;
	if (!of_user || !q->conf->strict_modes ||
	    safe_path_check(fd, path, q->user->home, q->user->uid, &why))
		return true;
	log_info("Authentication refused for %.100s: bad owner or modes for "
	    "%.200s", q->user->name, path);
	return false;
}

static MUST_CHECK bool
read_file(struct question *q, const char *path, bool of_user,
    struct err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd == -1) {
		/* it may revoke what another file lists */
		if (!of_user && errno != ENOENT && errno != ENOTDIR) {
			log_error("%s: %s", path, strerror(errno));
			q->is_unreadable = true;
		}
		return true;
	}
	if (!is_trustworthy(q, path, fd, of_user)) {
		close(fd);
		return true;
	}
	return read_lines(q, path, fd, err);
}

static MUST_CHECK bool
read_users(struct question *q, const char *suffix, struct err *err)
{
	char path[PATH_MAX];
	struct as_user as;
	int n = snprintf(path, sizeof(path), "%s/.ssh/known_hosts%s",
	    q->user->home, suffix);
	bool ok;

	if (q->conf->ignore_user_known_hosts || n < 0 ||
	    (size_t)n >= sizeof(path))
		return true;
	if (!as_user_begin(&as, q->user, err))
		return false;
	ok = read_file(q, path, true, err);
	return as_user_end(&as, err) && ok;
}

bool
known_files_ask(const struct conf *conf, const struct user *user,
    const char *host, const struct pubkey *key, const struct pubkey *ca,
    enum known_status *status, struct err *err)
{
	static const struct {
		const char *system, *suffix;
	} rows[] = {
		{ SYSCONFDIR "/ssh_known_hosts", "" },
		{ SYSCONFDIR "/ssh_known_hosts2", "2" },
	};
	struct question q = {
		.conf = conf, .user = user, .host = host, .key = key,
		.ca = ca, .status = KNOWN_NEW,
	};

	for (size_t i = 0; i < ARRAY_LEN(rows) && q.status == KNOWN_NEW;
	    i++) {
		if (!read_file(&q, rows[i].system, false, err) ||
		    !read_users(&q, rows[i].suffix, err))
			return false;
	}
	*status = q.is_unreadable ? KNOWN_NEW : q.status;
	return true;
}
