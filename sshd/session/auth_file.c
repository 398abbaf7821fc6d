/* SPDX-License-Identifier: ISC */
#include "sshd/session/auth_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "lib/base/log.h"

void
auth_file_write(struct session *ses)
{
	char name[] = AUTH_FILE_PREFIX "XXXXXXXXXXXXXXX";
	struct err err;
	int fd;

	if (ses->grant.auth_info.len == 0)
		return;
	if ((fd = mkostemp(name, O_CLOEXEC)) == -1) {
		log_error("file for SSH_USER_AUTH: %s: %s", name,
		    strerror(errno));
		return;
	}
	own_file_made(ses, &ses->auth_file, name);
	if (!fd_write_all(fd, ses->grant.auth_info, &err)) {
		log_error("file for SSH_USER_AUTH: %s: %s", name,
		    err_text(&err));
		own_file_remove(ses, &ses->auth_file);
	}
	close(fd);
}
