/* SPDX-License-Identifier: ISC */
#include "sftp-server/pages.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_SIZE	524288	/* two replies of the greatest length */
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
}

static bool
open_pipe(struct pages *pages)
{
	int size;

	if (pages->fds[0] != -1)
		return true;
	if (pipe2(pages->fds, O_CLOEXEC | O_NONBLOCK) == -1)
		return false;
	/* a user has so many pages for pipes: then it stays small */
	(void)fcntl(pages->fds[1], F_SETPIPE_SZ, PIPE_SIZE);
	size = fcntl(pages->fds[1], F_GETPIPE_SZ);
	pages->slots_max = (size_t)MAX(size, 0) /
	    (size_t)sysconf(_SC_PAGESIZE);
	return true;
}

/* Each page, and a part of one at either end, takes a slot of the pipe. */
static size_t
slots_for(size_t len)
{
	return len / (size_t)sysconf(_SC_PAGESIZE) + 2;
}

ssize_t
pages_take(struct pages *pages, int fd, off_t offset, size_t len)
{
	size_t slots = slots_for(len), taken = 0;
	loff_t at = offset;
	ssize_t n = 0;

	if (!pages->possible || pages->count == PAGES_PARTS_MAX ||
	    !open_pipe(pages) || pages->slots_max - pages->slots < slots) {
		errno = EAGAIN;
		return -1;
	}
	while (taken < len && (n = splice(fd, &at, pages->fds[1], NULL,
	    len - taken, SPLICE_F_NONBLOCK)) > 0)
		taken += (size_t)n;
	if (taken == 0)
		return n;
	pages->parts[(pages->first + pages->count++) % PAGES_PARTS_MAX] =
	    (struct pages_part){ .len = taken, .slots = slots };
	pages->slots += slots;
	pages->len += taken;
	return (ssize_t)taken;
}

void
pages_follow(struct pages *pages, size_t queue_len)
{
	struct pages_part *part = &pages->parts[(pages->first + pages->count -
	    1) % PAGES_PARTS_MAX];

	part->before = queue_len - pages->before;
	pages->before = queue_len;
}

bool
pages_next(const struct pages *pages, size_t *before)
{
	*before = pages->parts[pages->first].before;
	return pages->count != 0;
}

void
pages_wrote(struct pages *pages, size_t n)
{
	struct pages_part *part = &pages->parts[pages->first];

	if (pages->count == 0)
		return;
	assert(n <= part->before);
	part->before -= n;
	pages->before -= n;
}

ssize_t
pages_send(struct pages *pages)
{
	struct pages_part *part = &pages->parts[pages->first];
	ssize_t n = splice(pages->fds[0], NULL, pages->out_fd, NULL,
	    part->len, SPLICE_F_NONBLOCK);

	if (n <= 0)
		return n;
	pages->unread = true;
	pages->len -= (size_t)n;
	part->len -= (size_t)n;
	if (part->len == 0) {
		pages->slots -= part->slots;
		pages->first = (pages->first + 1) % PAGES_PARTS_MAX;
		pages->count--;
	}
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
