/* SPDX-License-Identifier: ISC */
/* opendir and readdir. */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sftp-server/reply.h"
#include "sftp-server/requests.h"

void
sftp_run_opendir(struct sftp *sftp, const struct sftp_request *q)
{
	uint32_t index;
	int fd, r;

	log_info("opendir \"%s\"", sftp->path);
	fd = sftp->tree->ops->open_dir(sftp->tree, sftp->path);
	if (fd < 0) {
		reply_result(sftp, q->id, fd);
		return;
	}
	r = handles_add(&sftp->handles, HANDLE_DIR, sftp->path, &index);
	if (r < 0) {
		close(fd);
		reply_result(sftp, q->id, r);
		return;
	}
	sftp->handles.v[index].file.fd = fd;
	reply_handle(sftp, q->id, index);
}

/* The next entry; NULL at the end, or when *error is not 0. */
static const struct dirent64 *
next_entry(struct handle *handle, int *error)
{
	struct dir_buffer *dir = handle->dir;
	const struct dirent64 *entry;
	ssize_t n;

	*error = 0;
	if (dir->at >= dir->len) {
		n = getdents64(handle->file.fd, dir->bytes,
		    sizeof(dir->bytes));
		/* a directory that was removed has no more entries, POSIX */
		if (n == -1 && errno != ENOENT)
			*error = -errno;
		if (n <= 0)
			return NULL;
		dir->at = 0;
		dir->len = (size_t)n;
	}
	entry = (const void *)(dir->bytes + dir->at);
	dir->at += entry->d_reclen;
	return entry;
}

/* False: it is gone already, or may not be looked at. */
static bool
put_entry(struct sftp *sftp, const struct handle *handle,
    const struct dirent64 *entry, time_t now, struct writer *w)
{
	struct bytes name = bytes_str(entry->d_name);
	struct statx st;
	uint8_t *line;
	size_t len;

	if (statx(handle->file.fd, entry->d_name,
	    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, TREE_STATX_MASK, &st) == -1)
		return false;
	wr_string(w, name);
	wr_u32(w, 0);
	line = wr_reserve(w, LONG_NAME_MAX);
	assert(line != NULL);	/* see put_entries() */
	len = long_name(&sftp->names, &st, name, now, (char *)line);
	put_u32(line - 4, (uint32_t)len);
	w->len -= LONG_NAME_MAX - len;
	sftp_attrs_build(w, &st);
	return true;
}

/* As many entries as a message takes. */
static uint32_t
put_entries(struct sftp *sftp, struct handle *handle, struct writer *w,
    int *error)
{
	time_t now = time(NULL);
	const struct dirent64 *entry;
	uint32_t count = 0;

	*error = 0;
	while (w->len + SFTP_ENTRY_MAX <= SFTP_NAMES_MAX &&
	    (entry = next_entry(handle, error)) != NULL) {
		if (put_entry(sftp, handle, entry, now, w))
			count++;
	}
	return count;
}

void
sftp_run_readdir(struct sftp *sftp, const struct sftp_request *q)
{
	struct handle *handle = handles_find(&sftp->handles, q->peer_handle,
	    HANDLE_DIR);
	struct writer w;
	uint32_t count;
	int error;

	if (handle == NULL) {
		reply_bad_handle(sftp, q->id);
		return;
	}
	if (handle->dir == NULL) {
		if ((handle->dir = malloc(sizeof(*handle->dir))) == NULL) {
			reply_result(sftp, q->id, -ENOMEM);
			return;
		}
		handle->dir->at = handle->dir->len = 0;
	}
	w = reply_start(sftp, SFTP_NAME, q->id);
	wr_u32(&w, 0);
	count = put_entries(sftp, handle, &w, &error);
	if (count != 0) {
		put_u32(w.p + 9, count);
		reply_end(sftp, &w);
	} else if (error < 0)
		reply_result(sftp, q->id, error);
	else
		reply_status(sftp, q->id, SFTP_EOF, NULL);
}
