/* SPDX-License-Identifier: ISC */
#include "sshd/session/auth_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define TEMPLATE	"/tmp/sshauth.XXXXXXXXXXXXXXX"

static bool
write_all(int fd, struct bytes b, struct err *err)
{
	while (b.len != 0) {
		ssize_t n = write(fd, b.p, b.len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return err_sys(err, "file for SSH_USER_AUTH");
		b = bytes_of(b.p + n, b.len - (size_t)n);
	}
	return true;
}

bool
auth_file_write(struct bytes info, char **path, struct err *err)
{
	char *name;
	bool ok;
	int fd;

	*path = NULL;
	if (info.len == 0)
		return true;
	if ((name = strdup(TEMPLATE)) == NULL)
		return err_set(err, ERR_NOMEM, "file for SSH_USER_AUTH");
	if ((fd = mkostemp(name, O_CLOEXEC)) == -1) {
		err_sys(err, "file for SSH_USER_AUTH");
		free(name);
		return false;
	}
	ok = write_all(fd, info, err);
	close(fd);
	if (ok)
		*path = name;
	else
		auth_file_remove(name);
	return ok;
}

void
auth_file_remove(char *path)
{
	if (path != NULL)
		(void)unlink(path);
	free(path);
}
