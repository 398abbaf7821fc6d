/* SPDX-License-Identifier: ISC */
#include "keys/tool/files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base64.h"
#include "keys/krl.h"
#include "lib/base/fd.h"
#include "lib/base/text.h"

#define READ_FIRST	65536

/* ---- reading ------------------------------------------------------------ */

/* Not only regular files: a pipe is fine for a tool. */
static MUST_CHECK bool
read_all(int fd, struct bytes *out, struct err *err)
{
	size_t len = 0, cap = READ_FIRST;
	uint8_t *buf = malloc(cap), *more;
	ssize_t n = 0;

	while (buf != NULL) {
		if (len + 1 == cap) {
			if (cap > KRL_FILE_MAX)
				break;
			if ((more = realloc(buf, cap *= 2)) == NULL)
				break;
			buf = more;
		}
		n = read(fd, buf + len, cap - len - 1);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	if (buf != NULL && n == 0) {
		buf[len] = '\0';
		*out = bytes_of(buf, len);
		return true;
	}
	if (n == -1)
		err_sys(err, "read");
	else
		err_set(err, cap > KRL_FILE_MAX ? ERR_RANGE : ERR_NOMEM,
		    "file");
	free(buf);
	return false;
}

bool
file_read(const char *path, struct bytes *out, struct err *err)
{
	int fd;
	bool ok;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, out, err);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1)
		return err_sys(err, "open");
	ok = read_all(fd, out, err);
	close(fd);
	return ok;
}

void
file_free(struct bytes *file)
{
	void *p = (void *)(uintptr_t)file->p;

	if (p != NULL)
		explicit_bzero(p, file->len);
	free(p);
	*file = (struct bytes){ 0 };
}

bool
file_next_line(struct bytes *text, struct bytes *line)
{
	const uint8_t *end;

	if (text->len == 0)
		return false;
	end = memchr(text->p, '\n', text->len);
	*line = bytes_of(text->p, end == NULL ? text->len :
	    (size_t)(end - text->p));
	*text = bytes_of(text->p + line->len, text->len - line->len);
	if (text->len != 0)
		*text = bytes_of(text->p + 1, text->len - 1);
	if (line->len != 0 && line->p[line->len - 1] == '\r')
		line->len--;
	return true;
}

bool
file_line_is_empty(struct bytes line)
{
	line = text_skip(line, TEXT_BLANK);
	return line.len == 0 || line.p[0] == '#';
}

/* ---- writing ------------------------------------------------------------ */

/* link() fails on an existing name, rename() replaces it. */
static MUST_CHECK bool
give_name(const char *from, const char *to, bool replace, struct err *err)
{
	if (replace)
		return rename(from, to) == 0 || err_sys(err, "rename");
	if (link(from, to) == -1)
		return err_sys(err, "link");
	(void)unlink(from);
	return true;
}

bool
file_write(const char *path, struct bytes content, mode_t mode, bool replace,
    struct err *err)
{
	char *unfinished;
	bool ok;
	int fd;

	if (asprintf(&unfinished, "%s.XXXXXXXXXX", path) == -1)
		return err_set(err, ERR_NOMEM, "path");
	if ((fd = mkostemp(unfinished, O_CLOEXEC)) == -1) {
		free(unfinished);
		return err_sys(err, "open");
	}
	ok = fchmod(fd, mode) == 0 || err_sys(err, "fchmod");
	ok = ok && fd_write_all(fd, content, err);
	ok = ok && (fsync(fd) == 0 || err_sys(err, "fsync"));
	if (close(fd) == -1 && ok)
		ok = err_sys(err, "close");
	ok = ok && give_name(unfinished, path, replace, err);
	if (!ok)
		(void)unlink(unfinished);
	free(unfinished);
	return ok;
}

/* ---- text --------------------------------------------------------------- */

char *
file_public_line(const struct pubkey *key, const char *comment)
{
	size_t cap = BASE64_LEN(key->blob_len) + 1;
	char *base64 = malloc(cap), *line = NULL;

	if (base64 != NULL && base64_encode(bytes_of(key->blob, key->blob_len),
	    BASE64_PADDED, base64, cap, NULL) &&
	    asprintf(&line, "%s %s%s%s\n", key->row->name, base64,
	    comment[0] == '\0' ? "" : " ", comment) == -1)
		line = NULL;
	free(base64);
	return line;
}

const char *
file_reason(const struct err *err)
{
	static char text[128];

	if (err->code == ERR_SYS)
		return err_text(err);
	(void)snprintf(text, sizeof(text), "%s (%s)", err_text(err),
	    err->what);
	return text;
}
