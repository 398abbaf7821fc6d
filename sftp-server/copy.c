/* SPDX-License-Identifier: ISC */
/* copy-data: from one open file into another, without the client's line. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sftp-server/reply.h"
#include "sftp-server/requests.h"

#define COPY_STEP	1073741824	/* of one copy_file_range() */

struct copy {
	struct sftp *sftp;
	struct handle *from, *to;
	off_t from_offset, to_offset;
	uint64_t left;
};

/* Through our own memory, where the kernel does not copy between the two. */
static ssize_t
copy_by_hand(struct copy *c)
{
	struct sftp_queue *out = &c->sftp->out;
	uint8_t *buf = out->p + out->end;	/* free until the reply */
	size_t len = (size_t)MIN(c->left, (uint64_t)SFTP_DATA_MAX);
	ssize_t n, written;

	n = pread(c->from->file.fd, buf, len, c->from_offset);
	if (n <= 0)
		return n;
	written = pwrite(c->to->file.fd, buf, (size_t)n, c->to_offset);
	if (written > 0) {
		c->from_offset += written;
		c->to_offset += written;
	}
	return written;
}

static ssize_t
copy_step(struct copy *c, bool *by_hand)
{
	ssize_t n;

	if (!*by_hand) {
		n = copy_file_range(c->from->file.fd, &c->from_offset,
		    c->to->file.fd, &c->to_offset,
		    (size_t)MIN(c->left, (uint64_t)COPY_STEP), 0);
		/* 0: the end, or a file of /proc that shows no size */
		if (n > 0 || (n == -1 && errno != EXDEV && errno != EINVAL &&
		    errno != ENOSYS && errno != EOPNOTSUPP && errno != EBADF))
			return n;
		*by_hand = true;
	}
	return copy_by_hand(c);
}

static int
copy_all(struct copy *c)
{
	bool by_hand = false;

	while (c->left != 0) {
		ssize_t n = copy_step(c, &by_hand);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -errno;
		if (n == 0)
			break;
		if (!reply_is_awaited(c->sftp))
			return -ECANCELED;
		c->left -= (uint64_t)n;
		tree_file_note_read(&c->from->file,
		    (uint64_t)(c->from_offset - n), (size_t)n);
		c->to->file.bytes_written += (uint64_t)n;
	}
	return 0;
}

static bool
is_same_file(const struct handle *a, const struct handle *b)
{
	struct stat sa, sb;

	return fstat(a->file.fd, &sa) == -1 || fstat(b->file.fd, &sb) == -1 ||
	    (sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino);
}

/* length 0: up to the end of the file, and none given is not found */
void
sftp_run_copy_data(struct sftp *sftp, const struct sftp_request *q)
{
	struct copy copy = {
		.sftp = sftp,
		.from = handles_find(&sftp->handles, q->peer_handle,
		    HANDLE_FILE),
		.to = handles_find(&sftp->handles, q->peer_handle2,
		    HANDLE_FILE),
		.from_offset = (off_t)q->offset,
		.to_offset = (off_t)q->offset2,
		.left = q->length == 0 ? UINT64_MAX : q->length,
	};
	int r;

	if (copy.from == NULL || copy.to == NULL) {
		reply_bad_handle(sftp, q->id);
		return;
	}
	if (q->offset > INT64_MAX || q->offset2 > INT64_MAX) {
		reply_result(sftp, q->id, -EINVAL);
		return;
	}
	if (is_same_file(copy.from, copy.to)) {
		reply_status(sftp, q->id, SFTP_FAILURE,
		    "Failure: source and destination are the same file");
		return;
	}
	r = copy_all(&copy);
	if (r < 0)
		copy.to->file.error = r;
	reply_result(sftp, q->id, r);
}
