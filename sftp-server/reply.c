/* SPDX-License-Identifier: ISC */
#include "sftp-server/reply.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>

#define DATA_HEAD	13	/* length, type, id, length of the data */

static const char *const status_texts[SFTP_STATUS_COUNT] = {
	[SFTP_OK] = "Success",
	[SFTP_EOF] = "End of file",
	[SFTP_NO_SUCH_FILE] = "No such file",
	[SFTP_PERMISSION_DENIED] = "Permission denied",
	[SFTP_FAILURE] = "Failure",
	[SFTP_BAD_MESSAGE] = "Bad message",
	[SFTP_NO_CONNECTION] = "No connection",
	[SFTP_CONNECTION_LOST] = "Connection lost",
	[SFTP_OP_UNSUPPORTED] = "Operation unsupported",
};

static const struct {
	int error;
	enum sftp_status status;
} errno_rows[] = {
	{ 0, SFTP_OK },
	{ ENOENT, SFTP_NO_SUCH_FILE },
	{ ENOTDIR, SFTP_NO_SUCH_FILE },
	{ EBADF, SFTP_NO_SUCH_FILE },
	{ ELOOP, SFTP_NO_SUCH_FILE },
	{ EPERM, SFTP_PERMISSION_DENIED },
	{ EACCES, SFTP_PERMISSION_DENIED },
	{ EFAULT, SFTP_PERMISSION_DENIED },
	{ ENAMETOOLONG, SFTP_BAD_MESSAGE },
	{ EINVAL, SFTP_BAD_MESSAGE },
	{ ENOSYS, SFTP_OP_UNSUPPORTED },
};

static enum sftp_status
status_of_errno(int error)
{
	for (size_t i = 0; i < ARRAY_LEN(errno_rows); i++) {
		if (errno_rows[i].error == error)
			return errno_rows[i].status;
	}
	return SFTP_FAILURE;
}

struct writer
reply_start(struct sftp *sftp, uint8_t type, uint32_t id)
{
	struct sftp_queue *out = &sftp->out;
	struct writer w = wr_init(out->p + out->end, REPLY_ROOM);

	assert(out->cap - out->end >= REPLY_ROOM);
	wr_u32(&w, 0);		/* the length, once it is known */
	wr_u8(&w, type);
	wr_u32(&w, id);
	return w;
}

static void
end_before(struct sftp *sftp, struct writer *w, size_t more)
{
	assert(!w->full);
	put_u32(w->p, (uint32_t)(w->len - 4 + more));
	sftp->out.end += w->len;
}

void
reply_end(struct sftp *sftp, struct writer *w)
{
	end_before(sftp, w, 0);
}

bool
reply_is_awaited(const struct sftp *sftp)
{
	struct pollfd out = { .fd = sftp->out_fd };

	return poll(&out, 1, 0) == 0;
}

void
reply_status(struct sftp *sftp, uint32_t id, enum sftp_status status,
    const char *text)
{
	struct writer w = reply_start(sftp, SFTP_STATUS, id);

	if (status == SFTP_OK || status == SFTP_EOF)
		log_debug("sent status %s", status_texts[status]);
	else
		log_info("sent status %s", status_texts[status]);
	wr_u32(&w, status);
	wr_cstring(&w, text == NULL ? status_texts[status] : text);
	wr_cstring(&w, "");	/* language */
	reply_end(sftp, &w);
}

void
reply_result(struct sftp *sftp, uint32_t id, int result)
{
	reply_status(sftp, id, status_of_errno(result < 0 ? -result : 0),
	    result < 0 ? strerror(-result) : NULL);
}

void
reply_bad_handle(struct sftp *sftp, uint32_t id)
{
	reply_status(sftp, id, SFTP_FAILURE, INVALID_HANDLE);
}

void
reply_handle(struct sftp *sftp, uint32_t id, uint32_t index)
{
	struct writer w = reply_start(sftp, SFTP_HANDLE, id);
	uint8_t handle[HANDLE_BYTES];

	handles_build(&sftp->handles, index, handle);
	wr_string(&w, bytes_of(handle, sizeof(handle)));
	reply_end(sftp, &w);
}

void
reply_attrs(struct sftp *sftp, uint32_t id, const struct statx *st)
{
	struct writer w = reply_start(sftp, SFTP_ATTRS, id);

	sftp_attrs_build(&w, st);
	reply_end(sftp, &w);
}

/*
 * The reply that joined the line is shorter than it says, as the file is: all
 * that stands there becomes part of the queue again, where that is mended.
 */
static ssize_t
shorten(struct sftp *sftp, size_t joined, size_t queued)
{
	struct sftp_queue *out = &sftp->out;
	size_t line_len = sftp->pages.len, left, n;
	int error = errno;

	n = joined - MIN(joined, queued);
	left = queued - MIN(joined, queued);
	assert(line_len + left <= out->cap);
	memmove(out->p + line_len, out->p + out->end - left, left);
	out->start = 0;
	out->end = line_len + left;
	if (!pages_take_back(&sftp->pages, out->p)) {
		log_error("pages of a file: %s", strerror(errno));
		sftp->status = SFTP_EXIT_FAILURE;
		sftp->ended = true;
		out->end = DATA_HEAD;
		n = 0;
	}
	if (n == 0) {
		out->end -= DATA_HEAD;
		errno = error;
		return -1;
	}
	put_u32(out->p + out->end - n - DATA_HEAD,
	    (uint32_t)(n + DATA_HEAD - 4));
	put_u32(out->p + out->end - n - 4, (uint32_t)n);
	return (ssize_t)n;
}

ssize_t
reply_pages(struct sftp *sftp, uint32_t id, int fd, off_t offset, size_t len)
{
	struct sftp_queue *out = &sftp->out;
	struct writer w;
	size_t queued, joined;

	if (!pages_fit(&sftp->pages, out->end - out->start + DATA_HEAD, len)) {
		errno = EAGAIN;
		return -1;
	}
	w = reply_start(sftp, SFTP_DATA, id);
	wr_u32(&w, (uint32_t)len);
	end_before(sftp, &w, len);
	queued = out->end - out->start;
	joined = pages_join(&sftp->pages, bytes_of(out->p + out->start,
	    queued), fd, offset, len);
	if (joined < queued + len)
		return shorten(sftp, joined, queued);
	out->start = out->end;
	return (ssize_t)len;
}

void
reply_name(struct sftp *sftp, uint32_t id, const char *name)
{
	struct writer w = reply_start(sftp, SFTP_NAME, id);

	wr_u32(&w, 1);
	wr_cstring(&w, name);
	wr_cstring(&w, name);
	wr_u32(&w, 0);		/* no attributes */
	reply_end(sftp, &w);
}
