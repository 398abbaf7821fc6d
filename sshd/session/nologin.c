/* SPDX-License-Identifier: ISC */
#include "sshd/session/nologin.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"

#define NOLOGIN_FILE	"/etc/nologin"
#define EXIT_NOLOGIN	254

static bool
is_locked_in(const struct ipc_GRANT *grant)
{
	return grant->chroot_dir.len != 0 || grant->sftp_root.len != 0;
}

static bool
is_exempt(const struct ipc_GRANT *grant)
{
	return grant->pam || grant->uid == 0;
}

static void
look(struct nologin *nologin)
{
	struct stat st;

	nologin->is_there = stat(NOLOGIN_FILE, &st) == 0;
	if (nologin->is_there)
		nologin->fd = open(NOLOGIN_FILE,
		    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void
nologin_look(struct session *ses)
{
	if (is_locked_in(&ses->grant) && !is_exempt(&ses->grant))
		look(&ses->nologin);
}

/* The descriptor is shared by all children, so its position is not used. */
static void
show(int fd)
{
	char buf[4096];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, buf, sizeof(buf), at)) > 0 &&
	    write(STDERR_FILENO, buf, (size_t)n) == n)
		at += n;
}

void
nologin_refuse(struct session *ses)
{
	if (is_exempt(&ses->grant))
		return;
	if (!is_locked_in(&ses->grant))
		look(&ses->nologin);
	if (!ses->nologin.is_there)
		return;
	log_info("User %s not allowed because " NOLOGIN_FILE " exists",
	    ses->user);
	show(ses->nologin.fd);
	_exit(EXIT_NOLOGIN);
}
