/* SPDX-License-Identifier: ISC */
/* stat, lstat, fstat, setstat, fsetstat, lsetstat. */
#include <errno.h>
#include <fcntl.h>
#include <time.h>

#include "sftp-server/reply.h"
#include "sftp-server/requests.h"

static void
stat_path(struct sftp *sftp, const struct sftp_request *q, bool follow)
{
	struct statx st;
	int r;

	log_verbose("%sstat name \"%s\"", follow ? "" : "l", sftp->path);
	r = sftp->tree->ops->stat(sftp->tree, sftp->path, follow, &st);
	if (r < 0)
		reply_result(sftp, q->id, r);
	else
		reply_attrs(sftp, q->id, &st);
}

void
sftp_run_stat(struct sftp *sftp, const struct sftp_request *q)
{
	stat_path(sftp, q, true);
}

void
sftp_run_lstat(struct sftp *sftp, const struct sftp_request *q)
{
	stat_path(sftp, q, false);
}

void
sftp_run_fstat(struct sftp *sftp, const struct sftp_request *q)
{
	const struct handle *handle = handles_find(&sftp->handles,
	    q->peer_handle, HANDLE_FILE);
	struct statx st;

	if (handle == NULL)
		reply_bad_handle(sftp, q->id);
	else if (statx(handle->file.fd, "", AT_EMPTY_PATH, TREE_STATX_MASK,
	    &st) == -1)
		reply_result(sftp, q->id, -errno);
	else
		reply_attrs(sftp, q->id, &st);
}

/* ---- setting -------------------------------------------------------------- */

struct change {
	struct tree *tree;
	const struct tree_target *target;
	const struct sftp_attrs *attrs;
};

static int
set_size(const struct change *c)
{
	log_info("set \"%s\" size %llu", c->target->path,
	    (unsigned long long)c->attrs->size);
	if (c->attrs->size > INT64_MAX)
		return -EINVAL;
	return c->tree->ops->set_size(c->tree, c->target,
	    (off_t)c->attrs->size);
}

static int
set_mode(const struct change *c)
{
	log_info("set \"%s\" mode %04o", c->target->path, c->attrs->mode);
	return c->tree->ops->set_mode(c->tree, c->target,
	    c->attrs->mode & 07777);
}

static int
set_times(const struct change *c)
{
	const struct timespec times[2] = {
		{ .tv_sec = c->attrs->atime }, { .tv_sec = c->attrs->mtime },
	};
	char text[64] = "";
	struct tm tm;

	if (localtime_r(&times[1].tv_sec, &tm) != NULL)
		strftime(text, sizeof(text), "%Y%m%d-%H:%M:%S", &tm);
	log_info("set \"%s\" modtime %s", c->target->path, text);
	return c->tree->ops->set_times(c->tree, c->target, times);
}

static int
set_owner(const struct change *c)
{
	log_info("set \"%s\" owner %lu group %lu", c->target->path,
	    (unsigned long)c->attrs->uid, (unsigned long)c->attrs->gid);
	return c->tree->ops->set_owner(c->tree, c->target, c->attrs->uid,
	    c->attrs->gid);
}

/* Each is tried whatever became of the others; the last failure is told. */
static void
set_attributes(struct sftp *sftp, const struct sftp_request *q,
    const struct tree_target *target)
{
	static const struct {
		uint32_t flag;
		int (*set)(const struct change *);
	} rows[] = {
		{ SFTP_ATTR_SIZE, set_size },
		{ SFTP_ATTR_MODE, set_mode },
		{ SFTP_ATTR_TIMES, set_times },
		{ SFTP_ATTR_OWNER, set_owner },
	};
	const struct change change = {
		.tree = sftp->tree, .target = target, .attrs = &q->attrs,
	};
	int result = 0, r;

	if ((q->attrs.flags & SFTP_ATTR_SIZE) != 0)
		sftp_settle(sftp);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if ((q->attrs.flags & rows[i].flag) != 0 &&
		    (r = rows[i].set(&change)) < 0)
			result = r;
	}
	reply_result(sftp, q->id, result);
}

void
sftp_run_setstat(struct sftp *sftp, const struct sftp_request *q)
{
	const struct tree_target target = {
		.path = sftp->path, .follow = true,
	};

	set_attributes(sftp, q, &target);
}

/* A link has no size to be set. */
void
sftp_run_lsetstat(struct sftp *sftp, const struct sftp_request *q)
{
	const struct tree_target target = { .path = sftp->path };

	if ((q->attrs.flags & SFTP_ATTR_SIZE) != 0)
		reply_status(sftp, q->id, SFTP_BAD_MESSAGE, NULL);
	else
		set_attributes(sftp, q, &target);
}

void
sftp_run_fsetstat(struct sftp *sftp, const struct sftp_request *q)
{
	const struct handle *handle = handles_find(&sftp->handles,
	    q->peer_handle, HANDLE_FILE);
	struct tree_target target;

	if (handle == NULL) {
		reply_bad_handle(sftp, q->id);
		return;
	}
	target = (struct tree_target){
		.path = handle->path, .file = &handle->file,
	};
	set_attributes(sftp, q, &target);
}
