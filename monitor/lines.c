/* SPDX-License-Identifier: ISC */
#include "monitor/lines.h"

#include <stdlib.h>
#include <unistd.h>

static MUST_CHECK bool
start(struct lines *lines, FILE *file, struct err *err)
{
	*lines = (struct lines){
		.file = file, .buf = malloc(LINE_BYTES_MAX),
	};
	if (file != NULL && lines->buf != NULL)
		return true;
	lines_clear(lines);
	return err_set(err, ERR_NOMEM, "lines of a file");
}

bool
lines_init(struct lines *lines, int fd, struct err *err)
{
	FILE *file = fdopen(fd, "r");

	if (file == NULL)
		close(fd);
	return start(lines, file, err);
}

bool
lines_init_bytes(struct lines *lines, struct bytes text, struct err *err)
{
	return start(lines, fmemopen((void *)text.p, text.len, "r"), err);
}

void
lines_clear(struct lines *lines)
{
	if (lines->file != NULL)
		fclose(lines->file);
	free(lines->buf);
	*lines = (struct lines){ 0 };
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
		len = 0;
		too_long = false;
	}
	if (c == EOF) {
		if (len == 0 || too_long)
			return false;
		lines->number++;
	}
	*line = bytes_of(lines->buf, len);
	return true;
}
