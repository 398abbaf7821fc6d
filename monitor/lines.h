/* SPDX-License-Identifier: ISC */
/*
 * lines - the lines of a text file, one at a time, in bounded memory.
 *
 * Shapes:  lines without their newline; a last line may lack it.
 * Units:   LINE_BYTES_MAX; a longer line is skipped, but counted. The first
 *          such line is logged with its place.
 * Errors:  lines_init() fails when memory is out; a read error ends the file.
 * Owns:    the descriptor given to lines_init(), and its buffers; the name of
 *          the source borrows.
 * Source:  -
 */
#ifndef MONITOR_LINES_H
#define MONITOR_LINES_H

#include <stdio.h>

#include "lib/base/bytes.h"
#include "lib/base/err.h"

#define LINE_BYTES_MAX	65536	/* sshd(8) promises 8 KiB */

struct lines {
	FILE *file;
	const char *source;	/* its name, for the log */
	char *buf;
	size_t number;		/* of the line last returned, from 1 */
	bool told;		/* of a line that is too long */
};

/* Takes fd, also on failure. */
MUST_CHECK bool lines_init(struct lines *lines, int fd, const char *source,
    struct err *err);
/* Of text that borrows; it may be empty, but p is not NULL. */
MUST_CHECK bool lines_init_bytes(struct lines *lines, struct bytes text,
    const char *source, struct err *err);
void lines_clear(struct lines *lines);
/* False at the end. The line borrows until the next call. */
bool lines_next(struct lines *lines, struct bytes *line);

#endif
