/* SPDX-License-Identifier: ISC */
/*
 * pages - file contents that reach the client's pipe without being copied.
 *
 * Shapes:  a pipe of our own, the line, in which replies stand behind each
 *          other: bytes that were copied, and pages of files. It goes to the
 *          client before anything that comes later.
 * Units:   bytes; slots of a pipe, which hold a page or a part of one.
 * Errors:  what can't go this way is read and written like everything else.
 * Owns:    the line.
 * Source:  splice(2), pipe(7).
 *
 * Whoever changes such a page before it was read out of the client's pipe
 * changes the reply: see pages_settle().
 */
#ifndef SFTP_SERVER_PAGES_H
#define SFTP_SERVER_PAGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/base/bytes.h"
#include "lib/base/compiler.h"

#define PAGES_BEFORE_MAX	4096	/* bytes in front, which are copied */

struct pages {
	int out_fd;
	bool possible;		/* out_fd is a pipe, and we may have one */
	bool unread;		/* some may lie in it still */
	int fds[2];		/* the line; -1: not needed so far */
	size_t len;		/* of the line */
	size_t slots_max, slots; /* used, at most */
	size_t last;		/* slots of the last reply */
};

void pages_init(struct pages *pages, int out_fd);
/* Gives the line back, with what may stand there. */
void pages_close(struct pages *pages);

/* Is there room for a reply like the last one? */
bool pages_has_room(const struct pages *pages);
/* May len bytes of a file, and so many before them, join the line? */
MUST_CHECK bool pages_fit(struct pages *pages, size_t before_len, size_t len);
/*
 * They fit: the bytes join the line, and then the pages. How much of both
 * did; when not all, errno tells why, 0 that the file has ended, and EINVAL
 * that it never gives pages. Then pages_take_back() is called for.
 */
MUST_CHECK size_t pages_join(struct pages *pages, struct bytes before, int fd,
    off_t offset, size_t len);
/* The whole line, pages->len bytes. False: it can't be had. */
MUST_CHECK bool pages_take_back(struct pages *pages, uint8_t *p);

/* Hands on the line, as write(2) does. */
MUST_CHECK ssize_t pages_send(struct pages *pages);
/* The line is empty: waits until the client's pipe was read, too. */
void pages_settle(struct pages *pages);

#endif
