/* SPDX-License-Identifier: ISC */
#include "monitor/lines.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/base/log.h"

static MUST_CHECK bool
start(struct lines *lines, FILE *file, const char *source, struct err *err)
{
	*lines = (struct lines){
		.file = file, .source = source,
		.buf = malloc(LINE_BYTES_MAX),
	};
	if (file != NULL && lines->buf != NULL)
		return true;
	lines_clear(lines);
	return err_set(err, ERR_NOMEM, "lines of a file");
}

bool
lines_init(struct lines *lines, int fd, const char *source, struct err *err)
{
	FILE *file = fdopen(fd, "r");

	if (file == NULL)
		close(fd);
	return start(lines, file, source, err);
}

bool
lines_init_bytes(struct lines *lines, struct bytes text, const char *source,
    struct err *err)
{
	return start(lines, fmemopen((void *)text.p, text.len, "r"), source,
	    err);
}

void
lines_clear(struct lines *lines)
{
	if (lines->file != NULL)
		fclose(lines->file);
	free(lines->buf);
	*lines = (struct lines){ 0 };
}

/* Once for a file: its owner may fill it with such lines. */
static void
skip(struct lines *lines)
{
	if (!lines->told)
		log_error("%s:%zu: skipped: a line is at most %d bytes long",
		    lines->source, lines->number, LINE_BYTES_MAX);
	lines->told = true;
}

bool
lines_next(struct lines *lines, struct bytes *line)
{
	size_t len = 0;
	bool too_long = false;
	int c;

	while ((c = getc_unlocked(lines->file)) != EOF) {
		if (c != '\n') {
			if (len == LINE_BYTES_MAX)
				too_long = true;
			else
				lines->buf[len++] = (char)c;
			continue;
		}
		lines->number++;
		if (!too_long)
			break;
		skip(lines);
		len = 0;
		too_long = false;
	}
	if (c == EOF) {
		if (len == 0)
			return false;
		lines->number++;
		if (too_long) {
			skip(lines);
			return false;
		}
	}
	*line = bytes_of(lines->buf, len);
	return true;
}
