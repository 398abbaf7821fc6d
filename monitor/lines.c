/* SPDX-License-Identifier: ISC */
#include "monitor/lines.h"

#include <stdlib.h>
#include <unistd.h>

bool
lines_init(struct lines *lines, int fd, struct err *err)
{
	*lines = (struct lines){ 0 };
	lines->file = fdopen(fd, "r");
	lines->buf = malloc(LINE_BYTES_MAX);
	if (lines->file == NULL)
		close(fd);
	if (lines->file == NULL || lines->buf == NULL) {
		lines_clear(lines);
		return err_set(err, ERR_NOMEM, "lines of a file");
	}
	return true;
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
