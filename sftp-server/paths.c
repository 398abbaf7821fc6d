/* SPDX-License-Identifier: ISC */
/* Names: remove, mkdir, rmdir, rename, links, realpath. */
#include "sftp-server/reply.h"
#include "sftp-server/requests.h"

#define MODE_DIR	0777	/* of mkdir without permissions */

void
sftp_run_remove(struct sftp *sftp, const struct sftp_request *q)
{
	log_info("remove name \"%s\"", sftp->path);
	reply_result(sftp, q->id,
	    sftp->tree->ops->remove(sftp->tree, sftp->path));
}

void
sftp_run_mkdir(struct sftp *sftp, const struct sftp_request *q)
{
	mode_t mode = (q->attrs.flags & SFTP_ATTR_MODE) != 0 ?
	    q->attrs.mode & 07777 : MODE_DIR;

	log_info("mkdir name \"%s\" mode 0%o", sftp->path, mode);
	reply_result(sftp, q->id,
	    sftp->tree->ops->make_dir(sftp->tree, sftp->path, mode));
}

void
sftp_run_rmdir(struct sftp *sftp, const struct sftp_request *q)
{
	log_info("rmdir name \"%s\"", sftp->path);
	reply_result(sftp, q->id,
	    sftp->tree->ops->remove_dir(sftp->tree, sftp->path));
}

static void
rename_path(struct sftp *sftp, const struct sftp_request *q, bool replace)
{
	log_info("%s old \"%s\" new \"%s\"", sftp_request_name(q->kind),
	    sftp->path, sftp->path2);
	reply_result(sftp, q->id, sftp->tree->ops->rename(sftp->tree,
	    sftp->path, sftp->path2, replace));
}

void
sftp_run_rename(struct sftp *sftp, const struct sftp_request *q)
{
	rename_path(sftp, q, false);
}

void
sftp_run_posix_rename(struct sftp *sftp, const struct sftp_request *q)
{
	rename_path(sftp, q, true);
}

void
sftp_run_hardlink(struct sftp *sftp, const struct sftp_request *q)
{
	log_info("hardlink old \"%s\" new \"%s\"", sftp->path, sftp->path2);
	reply_result(sftp, q->id, sftp->tree->ops->link(sftp->tree,
	    sftp->path, sftp->path2));
}

void
sftp_run_symlink(struct sftp *sftp, const struct sftp_request *q)
{
	log_info("symlink old \"%s\" new \"%s\"", sftp->path, sftp->path2);
	reply_result(sftp, q->id, sftp->tree->ops->symlink(sftp->tree,
	    sftp->path, sftp->path2));
}

void
sftp_run_readlink(struct sftp *sftp, const struct sftp_request *q)
{
	char target[PATH_MAX];
	int r;

	log_verbose("readlink \"%s\"", sftp->path);
	r = sftp->tree->ops->read_link(sftp->tree, sftp->path, target);
	if (r < 0)
		reply_result(sftp, q->id, r);
	else
		reply_name(sftp, q->id, target);
}

/* Some clients ask by an empty path where they are. */
void
sftp_run_realpath(struct sftp *sftp, const struct sftp_request *q)
{
	char path[PATH_MAX];
	int r;

	if (sftp->path[0] == '\0')
		memcpy(sftp->path, ".", 2);
	log_verbose("realpath \"%s\"", sftp->path);
	r = sftp->tree->ops->real_path(sftp->tree, sftp->path, path);
	if (r < 0)
		reply_result(sftp, q->id, r);
	else
		reply_name(sftp, q->id, path);
}
