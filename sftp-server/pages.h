/* SPDX-License-Identifier: ISC */
/*
 * pages - file contents that reach the client's pipe without being copied.
 *
 * Shapes:  pages of a file are taken into a pipe of our own, and from there
 *          they follow the bytes of the reply that announces them.
 * Units:   bytes.
 * Errors:  what can't go this way is read and written like everything else.
 * Owns:    the pipe.
 * Source:  splice(2), pipe(7).
 *
 * Whoever changes such a page before it was read out of the client's pipe
 * changes the reply: see pages_settle().
 */
#ifndef SFTP_SERVER_PAGES_H
#define SFTP_SERVER_PAGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/base/compiler.h"

#define PAGES_PARTS_MAX	16	/* replies, before something is written */

struct pages_part {
	size_t before;		/* bytes of the queue that go first */
	size_t len, slots;	/* of our pipe */
};

struct pages {
	int out_fd;
	bool possible;		/* out_fd is a pipe */
	bool unread;		/* some may lie in it still */
	int fds[2];		/* our pipe; -1: not needed so far */
	size_t slots_max, slots;
	size_t len;		/* of all parts */
	size_t before;		/* of all parts */
	struct pages_part parts[PAGES_PARTS_MAX];
	unsigned first, count;
};

void pages_init(struct pages *pages, int out_fd);
/* Nothing is on its way: gives the pipe back. */
void pages_close(struct pages *pages);

/*
 * Takes len bytes of a file, less at its end. -1: they have to be read; errno
 * is EINVAL when this file never gives pages.
 */
MUST_CHECK ssize_t pages_take(struct pages *pages, int fd, off_t offset,
    size_t len);
/* What was just taken follows a queue that is now queue_len long. */
void pages_follow(struct pages *pages, size_t queue_len);

/* How many bytes of the queue go before the next pages; false: no pages. */
MUST_CHECK bool pages_next(const struct pages *pages, size_t *before);
/* The queue got shorter by that. */
void pages_wrote(struct pages *pages, size_t n);
/* Hands on the next pages, as writev(2) does. */
MUST_CHECK ssize_t pages_send(struct pages *pages);

/* All is sent: waits until the pages in the client's pipe were read, too. */
void pages_settle(struct pages *pages);

#endif
