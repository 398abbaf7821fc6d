/* SPDX-License-Identifier: ISC */
#include "sshd/session/auth_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/log.h"

static bool
write_all(int fd, struct bytes b)
{
	while (b.len != 0) {
		ssize_t n = write(fd, b.p, b.len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return false;
		b = bytes_of(b.p + n, b.len - (size_t)n);
	}
	return true;
}

void
auth_file_write(struct session *ses)
{
	char name[] = AUTH_FILE_PREFIX "XXXXXXXXXXXXXXX";
	int fd;

	if (ses->grant.auth_info.len == 0)
		return;
	if ((fd = mkostemp(name, O_CLOEXEC)) == -1) {
		log_error("file for SSH_USER_AUTH: %s: %s", name,
		    strerror(errno));
		return;
	}
	own_file_made(ses, &ses->auth_file, name);
	if (!write_all(fd, ses->grant.auth_info)) {
		log_error("file for SSH_USER_AUTH: %s: %s", name,
		    strerror(errno));
		own_file_remove(ses, &ses->auth_file);
	}
	close(fd);
}
