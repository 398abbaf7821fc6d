/* SPDX-License-Identifier: ISC */
#include "sftp-server/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sftp-server/limits.h"

#define PIPE_SIZE	524288	/* a reply of the greatest length, and more */
#define SETTLE_MS	1

void
pages_init(struct pages *pages, int out_fd)
{
	struct stat st;

	*pages = (struct pages){
		.out_fd = out_fd, .fds = { -1, -1 },
		.possible = fstat(out_fd, &st) == 0 && S_ISFIFO(st.st_mode),
	};
}

void
pages_close(struct pages *pages)
{
	for (int i = 0; i < 2; i++) {
		if (pages->fds[i] != -1)
			close(pages->fds[i]);
		pages->fds[i] = -1;
	}
	pages->len = pages->slots = 0;
}

static size_t
page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static bool
open_line(struct pages *pages)
{
	int size;

	if (pages->fds[0] != -1 || !pages->possible)
		return pages->possible;
	pages->possible = pipe2(pages->fds, O_CLOEXEC | O_NONBLOCK) == 0;
	if (!pages->possible)
		return false;
	/* a user has so many pages for pipes: then it stays small */
	(void)fcntl(pages->fds[1], F_SETPIPE_SZ, PIPE_SIZE);
	size = fcntl(pages->fds[1], F_GETPIPE_SZ);
	pages->slots_max = (size_t)MAX(size, 0) / page_size();
	return true;
}

bool
pages_has_room(const struct pages *pages)
{
	return pages->len == 0 || (pages->len < SFTP_PAGES_WAITING &&
	    pages->slots_max - pages->slots >= pages->last);
}

bool
pages_fit(struct pages *pages, size_t before_len, size_t len)
{
	/*
	 * Each page, and a part of one at either end, takes a slot; so do the
	 * bytes before them.
	 */
	pages->last = len / page_size() + 3;
	return before_len <= PAGES_BEFORE_MAX && open_line(pages) &&
	    pages->slots_max - pages->slots >= pages->last;
}

static size_t
join_bytes(struct pages *pages, struct bytes b)
{
	size_t done = 0;
	ssize_t n = 0;

	while (done < b.len && (n = write(pages->fds[1], b.p + done,
	    b.len - done)) > 0)
		done += (size_t)n;
	return done;
}

size_t
pages_join(struct pages *pages, struct bytes before, int fd, off_t offset,
    size_t len)
{
	size_t done = join_bytes(pages, before), all = before.len + len;
	loff_t at = offset;
	ssize_t n = -1;

	while (done >= before.len && done < all && (n = splice(fd, &at,
	    pages->fds[1], NULL, all - done, SPLICE_F_NONBLOCK)) > 0)
		done += (size_t)n;
	if (n == 0)
		errno = 0;
	pages->len += done;
	pages->slots += pages->last;
	return done;
}

bool
pages_take_back(struct pages *pages, uint8_t *p)
{
	ssize_t n;

	while (pages->len != 0 &&
	    (n = read(pages->fds[0], p, pages->len)) > 0) {
		p += n;
		pages->len -= (size_t)n;
	}
	pages->slots = 0;
	return pages->len == 0;
}

ssize_t
pages_send(struct pages *pages)
{
	ssize_t n = splice(pages->fds[0], NULL, pages->out_fd, NULL,
	    pages->len, SPLICE_F_NONBLOCK);

	if (n <= 0)
		return n;
	pages->unread = true;
	pages->len -= (size_t)n;
	if (pages->len == 0)
		pages->slots = 0;
	return n;
}

/* No event tells that a pipe is empty, but that its reader has gone. */
void
pages_settle(struct pages *pages)
{
	struct pollfd out = { .fd = pages->out_fd };
	int unread;

	while (pages->unread &&
	    ioctl(pages->out_fd, FIONREAD, &unread) == 0 && unread != 0 &&
	    poll(&out, 1, SETTLE_MS) == 0)
		;
	pages->unread = false;
}
