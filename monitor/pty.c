/* SPDX-License-Identifier: ISC */
#include "monitor/pty.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE_WITH_GROUP	0620	/* for write(1): set-group-id tty */
#define MODE_ALONE	0600

/*
 * Through the descriptor, which is this terminal whatever its path is by now.
 * devpts is mounted with the group tty where there is one: then it stays.
 */
static MUST_CHECK bool
give_to(int slave, uid_t uid, gid_t gid, struct err *err)
{
	struct stat st;
	bool with_group;

	if (fstat(slave, &st) == -1)
		return err_sys(err, "fstat of a terminal");
	with_group = (st.st_mode & 0777) == MODE_WITH_GROUP;
	if (fchown(slave, uid, with_group ? (gid_t)-1 : gid) == -1 ||
	    fchmod(slave, with_group ? MODE_WITH_GROUP : MODE_ALONE) == -1)
		return err_sys(err, "owner of a terminal");
	return true;
}

static MUST_CHECK bool
prepare(int master, bool is_root, uid_t uid, gid_t gid, char *tty,
    struct err *err)
{
	bool ok;
	int slave;

	if (unlockpt(master) == -1 ||
	    ptsname_r(master, tty, TTY_PATH_MAX) != 0)
		return err_sys(err, "unlockpt");
	if (!is_root)
		return true;
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave == -1)
		return err_sys(err, "TIOCGPTPEER");
	ok = give_to(slave, uid, gid, err);
	close(slave);
	return ok;
}

bool
pty_make(bool is_root, uid_t uid, gid_t gid, int *master,
    char tty[static TTY_PATH_MAX], struct err *err)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd == -1)
		return err_sys(err, "posix_openpt");
	if (!prepare(fd, is_root, uid, gid, tty, err)) {
		close(fd);
		return false;
	}
	*master = fd;
	return true;
}
