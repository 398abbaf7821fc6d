/* SPDX-License-Identifier: ISC */
#include "sftp-server/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sftp-server/reply.h"
#include "sftp-server/requests.h"

#define MODE_FILE	0666	/* of open without permissions */

static int
open_flags(uint32_t pflags)
{
	static const struct {
		uint32_t pflag;
		int flag;
	} rows[] = {
		{ SFTP_OPEN_APPEND, O_APPEND }, { SFTP_OPEN_CREATE, O_CREAT },
		{ SFTP_OPEN_TRUNCATE, O_TRUNC }, { SFTP_OPEN_EXCLUSIVE, O_EXCL },
	};
	int flags = (pflags & SFTP_OPEN_WRITE) == 0 ? O_RDONLY :
	    (pflags & SFTP_OPEN_READ) == 0 ? O_WRONLY : O_RDWR;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if ((pflags & rows[i].pflag) != 0)
			flags |= rows[i].flag;
	}
	/* alone it has no meaning */
	return (flags & O_CREAT) != 0 ? flags : flags & ~O_EXCL;
}

static void
log_open_request(const struct sftp *sftp, uint32_t pflags, mode_t mode)
{
	static const char *const names[] = {
		"READ", "WRITE", "APPEND", "CREATE", "TRUNCATE", "EXCL",
	};
	char text[64] = "";
	size_t len = 0;

	for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
		if ((pflags >> i & 1) != 0)
			len += (size_t)snprintf(text + len,
			    sizeof(text) - len, "%s%s",
			    len == 0 ? "" : ",", names[i]);
	}
	log_info("open \"%s\" flags %s mode 0%o", sftp->path, text, mode);
}

/* -m decides over new files whatever the umask says. */
static int
open_with_mode(struct sftp *sftp, int flags, mode_t mode,
    struct tree_file *file)
{
	const struct sftp_options *options = sftp->options;
	mode_t old = 0;
	int r;

	if (options->has_file_mode) {
		mode = options->file_mode;
		old = umask(0);
	}
	r = sftp->tree->ops->open(sftp->tree, sftp->path, flags, mode, file);
	if (options->has_file_mode)
		(void)umask(old);
	return r;
}

static bool
is_writer(const struct handle *handle)
{
	return handle->kind == HANDLE_FILE &&
	    (handle->flags & O_ACCMODE) != O_RDONLY;
}

void
sftp_run_open(struct sftp *sftp, const struct sftp_request *q)
{
	mode_t mode = (q->attrs.flags & SFTP_ATTR_MODE) != 0 ?
	    q->attrs.mode : MODE_FILE;
	struct tree_file file = { .fd = -1 };
	struct handle *handle;
	uint32_t index;
	int r;

	log_open_request(sftp, q->number, mode);
	if ((q->number & (SFTP_OPEN_WRITE | SFTP_OPEN_CREATE |
	    SFTP_OPEN_TRUNCATE)) != 0 && sftp_refuse_read_only(sftp, q->kind)) {
		reply_status(sftp, q->id, SFTP_PERMISSION_DENIED, NULL);
		return;
	}
	if ((q->number & SFTP_OPEN_TRUNCATE) != 0)
		sftp_settle(sftp);
	r = open_with_mode(sftp, open_flags(q->number), mode & 07777,
	    &file);
	if (r < 0) {
		reply_result(sftp, q->id, r);
		return;
	}
	r = handles_add(&sftp->handles, HANDLE_FILE, sftp->path, &index);
	if (r < 0) {
		(void)sftp->tree->ops->close(sftp->tree, &file, false);
		reply_result(sftp, q->id, r);
		return;
	}
	handle = &sftp->handles.v[index];
	handle->file = file;
	handle->flags = open_flags(q->number);
	sftp->writers += is_writer(handle);
	reply_handle(sftp, q->id, index);
}

static int
close_handle(struct sftp *sftp, struct handle *handle, bool is_complete)
{
	int fd = handle->file.fd;

	sftp->writers -= is_writer(handle);
	if (handle->kind == HANDLE_FILE)
		return sftp->tree->ops->close(sftp->tree, &handle->file,
		    is_complete && handle->file.error == 0);
	return close(fd) == -1 ? -errno : 0;
}

void
sftp_run_close(struct sftp *sftp, const struct sftp_request *q)
{
	struct handle *handle = handles_find_any(&sftp->handles,
	    q->peer_handle);
	int r;

	if (handle == NULL) {
		reply_status(sftp, q->id, SFTP_NO_SUCH_FILE, INVALID_HANDLE);
		return;
	}
	if (handle->kind == HANDLE_FILE)
		log_info("close \"%s\" bytes read %llu written %llu",
		    handle->path, (unsigned long long)handle->file.bytes_read,
		    (unsigned long long)handle->file.bytes_written);
	else
		log_info("closedir \"%s\"", handle->path);
	r = close_handle(sftp, handle, true);
	handles_remove(&sftp->handles, handle);
	reply_result(sftp, q->id, r);
}

static void
force_close(void *arg, struct handle *handle)
{
	if (handle->kind == HANDLE_FILE)
		log_info("forced close \"%s\" bytes read %llu written %llu",
		    handle->path, (unsigned long long)handle->file.bytes_read,
		    (unsigned long long)handle->file.bytes_written);
	else
		log_info("forced closedir \"%s\"", handle->path);
	(void)close_handle(arg, handle, false);
}

void
files_end(struct sftp *sftp)
{
	handles_clear(&sftp->handles, force_close, sftp);
}

/* ---- data ----------------------------------------------------------------- */

/* Whoever appends may send any offset: it has no meaning. */
static uint64_t
write_offset(const struct handle *handle, const struct sftp_request *q)
{
	return q->kind == SFTP_WRITE && (handle->flags & O_APPEND) != 0 ?
	    0 : q->offset;
}

/* An open file, and an offset that the kernel can hold; or else answered. */
static struct handle *
need_file(struct sftp *sftp, const struct sftp_request *q)
{
	struct handle *handle = handles_find(&sftp->handles, q->peer_handle,
	    HANDLE_FILE);

	if (handle == NULL)
		reply_bad_handle(sftp, q->id);
	else if (write_offset(handle, q) > INT64_MAX) {
		reply_result(sftp, q->id, -EINVAL);
		handle = NULL;
	}
	return handle;
}

/*
 * Sees on the way whether the page cache had it: only then is it no use to
 * ask for more ahead. Of the first piece it does not matter: a short file has
 * no other.
 */
static ssize_t
read_some(struct handle *handle, uint8_t *data, size_t len, off_t offset)
{
	const struct iovec iov = { data, len };
	bool is_first = handle->file.bytes_read == 0;
	ssize_t had = 0, n;

	if (!is_first && !handle->is_slow) {
		had = preadv2(handle->file.fd, &iov, 1, offset, RWF_NOWAIT);
		if (had == (ssize_t)len || had == 0)
			return had;
		had = MAX(had, 0);
	}
	do
		n = pread(handle->file.fd, data + had, len - (size_t)had,
		    offset + had);
	while (n == -1 && errno == EINTR);
	/* otherwise it was the end of the file that made it short */
	handle->is_slow = !is_first && n > 0;
	return had != 0 && n == -1 ? had : had + n;
}

/* Whoever reads one piece behind the other will want the next ones. */
static void
anticipate(struct handle *handle, uint64_t offset, size_t len)
{
	bool is_next = offset == handle->next_offset;

	handle->next_offset = offset + len;
	if (!is_next || !handle->is_slow ||
	    handle->next_offset + SFTP_AHEAD / 2 < handle->ahead)
		return;
	if (handle->ahead == 0)
		(void)posix_fadvise(handle->file.fd, 0, 0,
		    POSIX_FADV_SEQUENTIAL);
	if (handle->ahead < handle->next_offset)
		handle->ahead = handle->next_offset;
	(void)posix_fadvise(handle->file.fd, (off_t)handle->ahead, SFTP_AHEAD,
	    POSIX_FADV_WILLNEED);
	handle->ahead += SFTP_AHEAD;
}

/* The last piece of a file is no page. */
static bool
reaches(struct handle *handle, uint64_t end)
{
	struct stat st;

	if (end > handle->size && fstat(handle->file.fd, &st) == 0)
		handle->size = (uint64_t)st.st_size;
	return end <= handle->size;
}

/*
 * Of a file that has turned out to be a long one, by a client that has none
 * open for writing: requests take effect in their order, and pages that are
 * still on their way would show what is written after them. (Of a file that
 * is opened for writing later, the client knows the handle only when it has
 * read all that was sent before.) -1: the data is to be copied.
 */
static ssize_t
send_pages(struct sftp *sftp, struct handle *handle, off_t offset, size_t len,
    uint32_t id)
{
	uint8_t byte;
	const struct iovec last = { &byte, 1 };
	ssize_t n;

	if (len < SFTP_PAGES_MIN || handle->file.bytes_read == 0 ||
	    handle->has_no_pages || sftp->writers != 0 ||
	    !reaches(handle, (uint64_t)offset + len))
		return -1;
	handle->is_slow = handle->is_slow || preadv2(handle->file.fd, &last, 1,
	    offset + (off_t)len - 1, RWF_NOWAIT) == -1;
	n = reply_pages(sftp, id, handle->file.fd, offset, len);
	handle->has_no_pages = n == -1 && errno == EINVAL;
	if (n < (ssize_t)len)
		handle->size = 0;
	return n;
}

/* Copies: into the reply that it begins, and ends where there is data. */
static ssize_t
copy_data(struct sftp *sftp, struct handle *handle, off_t offset, size_t len,
    uint32_t id)
{
	struct writer w = reply_start(sftp, SFTP_DATA, id);
	uint8_t *data;
	ssize_t n;

	wr_u32(&w, 0);
	data = wr_reserve(&w, len);
	n = read_some(handle, data, len, offset);
	if (n < 0 || (n == 0 && len != 0))
		return n;
	put_u32(data - 4, (uint32_t)n);
	w.len -= len - (size_t)n;
	reply_end(sftp, &w);
	return n;
}

void
sftp_run_read(struct sftp *sftp, const struct sftp_request *q)
{
	struct handle *handle = need_file(sftp, q);
	size_t len = MIN(q->number, SFTP_DATA_MAX);
	ssize_t n;

	if (handle == NULL)
		return;
	n = send_pages(sftp, handle, (off_t)q->offset, len, q->id);
	if (n == -1)
		n = copy_data(sftp, handle, (off_t)q->offset, len, q->id);
	if (n == -1) {
		int error = errno;

		log_error("process_read: read \"%s\": %s", handle->path,
		    strerror(error));
		reply_result(sftp, q->id, -error);
		return;
	}
	if (n == 0 && len != 0) {
		reply_status(sftp, q->id, SFTP_EOF, NULL);
		return;
	}
	tree_file_note_read(&handle->file, q->offset, (size_t)n);
	anticipate(handle, q->offset, (size_t)n);
}

/* Nothing is written too: the handle may be none that can be. */
static int
write_all(struct handle *handle, struct bytes data, off_t offset)
{
	do {
		ssize_t n = pwrite(handle->file.fd, data.p, data.len, offset);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -errno;
		/* no file system should, and it would never end */
		if (n == 0 && data.len != 0)
			return -EIO;
		data.p += n;
		data.len -= (size_t)n;
		offset += n;
		handle->file.bytes_written += (uint64_t)n;
	} while (data.len != 0);
	return 0;
}

void
sftp_run_write(struct sftp *sftp, const struct sftp_request *q)
{
	struct handle *handle = need_file(sftp, q);
	int r;

	if (handle == NULL)
		return;
	r = write_all(handle, q->data, (off_t)write_offset(handle, q));
	if (r < 0) {
		log_error("process_write: write \"%s\": %s", handle->path,
		    strerror(-r));
		handle->file.error = r;
	}
	reply_result(sftp, q->id, r);
}

void
sftp_run_fsync(struct sftp *sftp, const struct sftp_request *q)
{
	const struct handle *handle = handles_find(&sftp->handles,
	    q->peer_handle, HANDLE_FILE);

	if (handle == NULL) {
		reply_status(sftp, q->id, SFTP_NO_SUCH_FILE, INVALID_HANDLE);
		return;
	}
	log_verbose("fsync \"%s\"", handle->path);
	reply_result(sftp, q->id,
	    fsync(handle->file.fd) == -1 ? -errno : 0);
}
