/* SPDX-License-Identifier: ISC */
#include "sshd/session/jail.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/fsuid.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sftp-server/landlock.h"
#include "sftp-server/rooted.h"

/*
 * A chroot is no jail for root and for programs, but there is neither here.
 * It takes away what Landlock leaves: looking at files, and their modes.
 */
static bool
open_and_enter(const char *path, bool is_root, int *root_fd, struct err *err)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return err_sys(err, "SftpRoot");
	if (is_root && (fchdir(fd) == -1 || chroot(".") == -1)) {
		err_sys(err, "SftpRoot");
		close(fd);
		return false;
	}
	*root_fd = fd;
	return true;
}

bool
jail_open(const struct ipc_GRANT *grant, int *root_fd, struct err *err)
{
	bool is_root = geteuid() == 0, ok;
	char path[PATH_MAX];

	if (grant->sftp_root.len == 0)
		return true;
	if (!bytes_to_str(grant->sftp_root, path, sizeof(path)))
		return err_set(err, ERR_RANGE, "SftpRoot");
	if (!rooted_is_possible(err))
		return false;
	/* times in log lines and listings are the host's */
	tzset();
	/* the user's, not root's: it may lie where root has no rights */
	if (is_root) {
		(void)setfsgid(grant->gid);
		(void)setfsuid(grant->uid);
	}
	ok = open_and_enter(path, is_root, root_fd, err);
	if (is_root) {
		(void)setfsuid(0);
		(void)setfsgid(0);
	}
	if (ok)
		log_verbose("Locked into SftpRoot \"%s\"", path);
	else
		log_error("SftpRoot \"%s\": %s", path, err_text(err));
	return ok;
}

bool
jail_lock(int root_fd, struct err *err)
{
	if (root_fd == -1 || landlock_enter(root_fd, err))
		return true;
	if (err->code != ERR_NOT_FOUND)
		return false;
	log_info("SftpRoot: this kernel has no Landlock that could hold a "
	    "hijacked session too");
	return true;
}
