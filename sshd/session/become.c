/* SPDX-License-Identifier: ISC */
#include "sshd/session/become.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/core.h"
#include "lib/base/log.h"
#include "sshd/session/jail.h"

/* Every directory from / down: root's, writable by nobody else. */
static bool
chroot_is_safe(const char *path, struct err *err)
{
	char part[4096];
	size_t len = strlen(path);
	struct stat st;

	if (path[0] != '/' || len >= sizeof(part))
		return err_set(err, ERR_DENIED, "chroot path is not absolute");
	for (size_t end = 1; end <= len; end++) {
		if (end != 1 && path[end] != '/' && path[end] != '\0')
			continue;
		memcpy(part, path, end);
		part[end] = '\0';
		if (stat(part, &st) == -1)
			return err_sys(err, "chroot path");
		if (S_ISDIR(st.st_mode) && st.st_uid == 0 &&
		    (st.st_mode & 022) == 0)
			continue;
		log_fatal("bad ownership or modes for chroot directory "
		    "%s\"%s\"", end == len ? "" : "component ", part);
		return err_set(err, ERR_DENIED, "chroot directory");
	}
	return true;
}

static bool
enter_chroot(struct bytes dir, struct err *err)
{
	char path[4096];

	if (dir.len == 0)
		return true;
	if (!bytes_to_str(dir, path, sizeof(path)))
		return err_set(err, ERR_RANGE, "chroot path");
	if (!chroot_is_safe(path, err))
		return false;
	if (chdir(path) == -1 || chroot(path) == -1 || chdir("/") == -1)
		return err_sys(err, "chroot");
	log_verbose("Changed root directory to \"%s\"", path);
	return true;
}

/* setresuid() that can be undone is the classic way to keep root. */
static bool
is_for_good(uid_t uid, gid_t gid, struct err *err)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	if (getresuid(&ruid, &euid, &suid) == -1 ||
	    getresgid(&rgid, &egid, &sgid) == -1)
		return err_sys(err, "getresuid");
	if (ruid != uid || euid != uid || suid != uid ||
	    rgid != gid || egid != gid || sgid != gid)
		return err_set(err, ERR_DENIED, "uid or gid did not change");
	if (uid != 0 && (setuid(0) == 0 || seteuid(0) == 0))
		return err_set(err, ERR_DENIED, "root could be had back");
	return true;
}

bool
become_user(const struct ipc_GRANT *grant, int *root_fd, struct err *err)
{
	if (geteuid() != 0) {
		if (grant->uid != geteuid())
			return err_set(err, ERR_DENIED,
			    "not root, and not our own user");
		return jail_open(grant, root_fd, err) &&
		    jail_lock(*root_fd, err);
	}
	if (!enter_chroot(grant->chroot_dir, err) ||
	    !jail_open(grant, root_fd, err))
		return false;
	if (setresgid(grant->gid, grant->gid, grant->gid) == -1)
		return err_sys(err, "setresgid");
	if (setresuid(grant->uid, grant->uid, grant->uid) == -1)
		return err_sys(err, "setresuid");
	/* the user's other processes may not trace us */
	return core_forbid(CORE_LIMIT_KEPT, err) &&
	    is_for_good(grant->uid, grant->gid, err) &&
	    jail_lock(*root_fd, err);
}
