/* SPDX-License-Identifier: ISC */
/* check-file-name, check-file-handle, check-file: digests of file content. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sftp-server/digest.h"
#include "sftp-server/reply.h"
#include "sftp-server/requests.h"

#define BLOCK_MIN	256	/* filexfer-extensions-00, section 3 */
#define READ_SIZE	65536

struct check {
	const struct sftp *sftp;
	int fd;
	off_t offset;
	uint64_t left;		/* of what was asked */
	uint64_t block;		/* bytes of file for one digest; 0: all */
};

/* The digest of one block. *len: what was read for it. */
static int
check_block(struct check *check, struct file_digest *digest, uint64_t *len)
{
	uint64_t want = check->block == 0 ? check->left :
	    MIN(check->block, check->left);
	uint8_t buf[READ_SIZE];

	*len = 0;
	while (want != 0) {
		ssize_t n = pread(check->fd, buf,
		    (size_t)MIN(want, (uint64_t)sizeof(buf)), check->offset);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -errno;
		if (n == 0)
			break;
		if (!reply_is_awaited(check->sftp))
			return -ECANCELED;
		file_digest_add(digest, bytes_of(buf, (size_t)n));
		want -= (uint64_t)n;
		check->offset += n;
		check->left -= (uint64_t)n;
		*len += (uint64_t)n;
	}
	return 0;
}

/* -EMSGSIZE: more digests than a reply can hold. */
static int
check_all(struct check *check, const struct file_digest_row *row,
    struct writer *w)
{
	struct file_digest digest;
	uint8_t out[FILE_DIGEST_MAX];
	uint64_t len;
	bool is_first = true;
	int r;

	do {
		file_digest_start(&digest, row);
		if ((r = check_block(check, &digest, &len)) < 0)
			return r;
		/* an empty range has the digest of nothing */
		if (len == 0 && !is_first)
			break;
		file_digest_end(&digest, out);
		wr_bytes(w, out, row->size);
		is_first = false;
	} while (check->left != 0 && len != 0 && !w->full);
	return w->full ? -EMSGSIZE : 0;
}

static void
reply_digests(struct sftp *sftp, const struct sftp_request *q, int fd)
{
	const struct file_digest_row *row = file_digest_find(q->data);
	struct check check = {
		.sftp = sftp, .fd = fd, .offset = (off_t)q->offset,
		.block = q->number,
		.left = q->length == 0 ? UINT64_MAX : q->length,
	};
	struct writer w;
	int r;

	if (row == NULL) {
		reply_status(sftp, q->id, SFTP_OP_UNSUPPORTED,
		    "Operation unsupported: the digests are sha256, sha1, md5");
		return;
	}
	if (q->offset > INT64_MAX ||
	    (q->number != 0 && q->number < BLOCK_MIN)) {
		reply_result(sftp, q->id, -EINVAL);
		return;
	}
	w = reply_start(sftp, SFTP_EXTENDED_REPLY, q->id);
	if (q->kind == SFTP_CHECK_FILE)
		wr_cstring(&w, sftp_extension_name(q->kind));
	wr_cstring(&w, row->name);
	r = check_all(&check, row, &w);
	if (r < 0)
		reply_result(sftp, q->id, r);
	else
		reply_end(sftp, &w);
}

void
sftp_run_check_file_name(struct sftp *sftp, const struct sftp_request *q)
{
	struct tree_file file = { .fd = -1 };
	int r;

	log_verbose("check-file \"%s\"", sftp->path);
	r = sftp->tree->ops->open(sftp->tree, sftp->path,
	    O_RDONLY | TREE_O_NO_TRANSFER, 0, &file);
	if (r < 0) {
		reply_result(sftp, q->id, r);
		return;
	}
	reply_digests(sftp, q, file.fd);
	(void)sftp->tree->ops->close(sftp->tree, &file, true);
}

void
sftp_run_check_file_handle(struct sftp *sftp, const struct sftp_request *q)
{
	const struct handle *handle = handles_find(&sftp->handles,
	    q->peer_handle, HANDLE_FILE);

	if (handle == NULL) {
		reply_bad_handle(sftp, q->id);
		return;
	}
	log_verbose("check-file \"%s\"", handle->path);
	reply_digests(sftp, q, handle->file.fd);
}

void
sftp_run_check_file(struct sftp *sftp, const struct sftp_request *q)
{
	sftp_run_check_file_handle(sftp, q);
}
