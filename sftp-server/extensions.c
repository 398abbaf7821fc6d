/* SPDX-License-Identifier: ISC */
/* statvfs, fstatvfs, limits, expand-path, home-directory, users-groups. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/resource.h>

#include "sftp-server/reply.h"
#include "sftp-server/requests.h"

#define STATVFS_READ_ONLY	1
#define STATVFS_NO_SETUID	2

static void
reply_statvfs(struct sftp *sftp, uint32_t id, const struct statvfs *st)
{
	struct writer w = reply_start(sftp, SFTP_EXTENDED_REPLY, id);

	wr_u64(&w, st->f_bsize);
	wr_u64(&w, st->f_frsize);
	wr_u64(&w, st->f_blocks);
	wr_u64(&w, st->f_bfree);
	wr_u64(&w, st->f_bavail);
	wr_u64(&w, st->f_files);
	wr_u64(&w, st->f_ffree);
	wr_u64(&w, st->f_favail);
	wr_u64(&w, st->f_fsid);
	wr_u64(&w, ((st->f_flag & ST_RDONLY) != 0 ? STATVFS_READ_ONLY : 0u) |
	    ((st->f_flag & ST_NOSUID) != 0 ? STATVFS_NO_SETUID : 0u));
	wr_u64(&w, st->f_namemax);
	reply_end(sftp, &w);
}

void
sftp_run_statvfs(struct sftp *sftp, const struct sftp_request *q)
{
	struct statvfs st;
	int r;

	log_info("statvfs \"%s\"", sftp->path);
	r = sftp->tree->ops->statvfs(sftp->tree, sftp->path, &st);
	if (r < 0)
		reply_result(sftp, q->id, r);
	else
		reply_statvfs(sftp, q->id, &st);
}

void
sftp_run_fstatvfs(struct sftp *sftp, const struct sftp_request *q)
{
	const struct handle *handle = handles_find(&sftp->handles,
	    q->peer_handle, HANDLE_FILE);
	struct statvfs st;

	if (handle == NULL)
		reply_bad_handle(sftp, q->id);
	else if (fstatvfs(handle->file.fd, &st) == -1)
		reply_result(sftp, q->id, -errno);
	else
		reply_statvfs(sftp, q->id, &st);
}

/* 0, 1, 2, and whatever the libraries open; 0 says that nothing is known. */
static uint64_t
handle_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur <= 5)
		return 0;
	return limit.rlim_cur - 5;
}

void
sftp_run_limits(struct sftp *sftp, const struct sftp_request *q)
{
	struct writer w = reply_start(sftp, SFTP_EXTENDED_REPLY, q->id);

	wr_u64(&w, SFTP_MESSAGE_MAX);
	wr_u64(&w, SFTP_DATA_MAX);	/* read */
	wr_u64(&w, SFTP_DATA_MAX);	/* write */
	wr_u64(&w, handle_limit());
	reply_end(sftp, &w);
}

/* Home of a user, "" for the session's own; NULL: no such user. */
static const char *
home_of(const struct sftp *sftp, const char *user)
{
	const struct passwd *pw;

	if (*user == '\0' || strcmp(user, sftp->account->user) == 0)
		return sftp->account->home;
	if (sftp->tree->has_no_names)
		return NULL;
	pw = getpwnam(user);
	return pw == NULL ? NULL : pw->pw_dir;
}

/*
 * "~user" as a shell has it. "~" is where the session started: that is the
 * home directory, or what stands for it in a chroot.
 */
static int
expand(const struct sftp *sftp, const char *path, char out[static PATH_MAX])
{
	char user[256];
	size_t len;
	const char *home;

	if (path[0] != '~') {
		snprintf(out, PATH_MAX, "%s", path[0] == '\0' ? "." : path);
		return 0;
	}
	len = strcspn(path + 1, "/");
	if (len == 0) {
		snprintf(out, PATH_MAX, ".%s", path + 1);
		return 0;
	}
	if (!bytes_to_str(bytes_of(path + 1, len), user, sizeof(user)) ||
	    (home = home_of(sftp, user)) == NULL)
		return -ENOENT;
	if (snprintf(out, PATH_MAX, "%s%s", home, path + 1 + len) >= PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

void
sftp_run_expand_path(struct sftp *sftp, const struct sftp_request *q)
{
	char path[PATH_MAX];
	int r;

	r = expand(sftp, sftp->path, sftp->path2);
	log_verbose("expand \"%s\"", r == 0 ? sftp->path2 : sftp->path);
	if (r == 0)
		r = sftp->tree->ops->real_path(sftp->tree, sftp->path2, path);
	if (r < 0)
		reply_result(sftp, q->id, r);
	else
		reply_name(sftp, q->id, path);
}

void
sftp_run_home_directory(struct sftp *sftp, const struct sftp_request *q)
{
	const char *home = home_of(sftp, sftp->path);

	if (home == NULL) {
		reply_status(sftp, q->id, SFTP_FAILURE, "No such user");
		return;
	}
	log_verbose("home-directory \"%s\"", home);
	reply_name(sftp, q->id, home);
}

/* Names of a run of ids, as a string of strings; unknown ones are empty. */
static void
put_names(struct writer *w, struct id_names *names, struct bytes ids)
{
	struct reader r = rd_init(ids);
	size_t start = w->len;

	wr_u32(w, 0);
	while (rd_left(&r) >= 4)
		wr_cstring(w, id_name_find(names, rd_u32(&r, "id")));
	if (!w->full)
		put_u32(w->p + start, (uint32_t)(w->len - start - 4));
}

void
sftp_run_users_groups_by_id(struct sftp *sftp, const struct sftp_request *q)
{
	struct writer w;

	if (q->data.len % 4 != 0 || q->data2.len % 4 != 0 ||
	    q->data.len > SFTP_IDS_MAX * 4 || q->data2.len > SFTP_IDS_MAX * 4) {
		reply_status(sftp, q->id, SFTP_BAD_MESSAGE, NULL);
		return;
	}
	w = reply_start(sftp, SFTP_EXTENDED_REPLY, q->id);
	put_names(&w, &sftp->names.users, q->data);
	put_names(&w, &sftp->names.groups, q->data2);
	log_verbose("users-groups-by-id: %zu users, %zu groups",
	    q->data.len / 4, q->data2.len / 4);
	if (w.full)
		reply_result(sftp, q->id, -EMSGSIZE);
	else
		reply_end(sftp, &w);
}
