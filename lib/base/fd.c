/* SPDX-License-Identifier: ISC */
#include "lib/base/fd.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEV_NULL	makedev(1, 3)	/* Linux, admin-guide/devices.txt */

bool
fd_set_nonblock(int fd, bool on, struct err *err)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1)
		return err_sys(err, "fcntl");
	if (((flags & O_NONBLOCK) != 0) == on)
		return true;
	if (fcntl(fd, F_SETFL, flags ^ O_NONBLOCK) == -1)
		return err_sys(err, "fcntl");
	return true;
}

bool
fd_fill_standard(struct err *err)
{
	/* opened is the lowest that is free; a chroot may have no /dev */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) == -1 &&
		    open("/dev/null", O_RDWR) == -1)
			return err_sys(err, "open /dev/null");
	}
	return true;
}

bool
fd_inherit_as(int fd, int to, struct err *err)
{
	if (fd == to) {
		if (fcntl(fd, F_SETFD, 0) == -1)
			return err_sys(err, "fcntl");
	} else if (dup2(fd, to) == -1)
		return err_sys(err, "dup2");
	return true;
}

bool
fd_write_all(int fd, struct bytes content, struct err *err)
{
	while (content.len != 0) {
		ssize_t n = write(fd, content.p, content.len);

		if (n == -1) {
			if (errno == EINTR)
				continue;
			return err_sys(err, "write");
		}
		content.p += n;
		content.len -= (size_t)n;
	}
	return true;
}

bool
fd_seal_bytes(const char *name, struct bytes content, int *fd_out,
    struct err *err)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd == -1)
		return err_sys(err, "memfd_create");
	if (!fd_write_all(fd, content, err)) {
		close(fd);
		return false;
	}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |
	    F_SEAL_SEAL) == -1) {
		err_sys(err, "seal");
		close(fd);
		return false;
	}
	*fd_out = fd;
	return true;
}

bool
fd_map(int fd, size_t max, struct bytes *out, struct err *err)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) == -1)
		return err_sys(err, "fstat");
	if (st.st_size < 0 || (uintmax_t)st.st_size > max)
		return err_set(err, ERR_RANGE, "size of shared memory");
	if (st.st_size == 0) {
		*out = (struct bytes){ 0 };
		return true;
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return err_sys(err, "mmap");
	(void)madvise(p, (size_t)st.st_size, MADV_DONTDUMP);
	*out = (struct bytes){ p, (size_t)st.st_size };
	return true;
}

static bool
is_readable_whole(const struct stat *st)
{
	return S_ISREG(st->st_mode) || (S_ISCHR(st->st_mode) &&
	    st->st_rdev == DEV_NULL);
}

bool
fd_read_file(int fd, size_t max, uint8_t **out, size_t *len_out,
    struct err *err)
{
	struct stat st;
	uint8_t *buf;
	size_t len = 0, cap;

	if (fstat(fd, &st) == -1)
		return err_sys(err, "fstat");
	if (!is_readable_whole(&st))
		return err_set(err, ERR_FORMAT, "not a regular file");
	if ((uintmax_t)st.st_size > max)
		return err_set(err, ERR_RANGE, "file too large");
	cap = (size_t)st.st_size + 1;
	if ((buf = malloc(cap)) == NULL)
		return err_set(err, ERR_NOMEM, "file");
	for (;;) {
		ssize_t n = read(fd, buf + len, cap - len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			err_sys(err, "read");
			break;
		}
		if (n == 0) {
			buf[len] = 0;
			*out = buf;
			*len_out = len;
			return true;
		}
		len += (size_t)n;
		if (len == cap) {	/* grew while we read */
			err_set(err, ERR_RANGE, "file changes while read");
			break;
		}
	}
	explicit_bzero(buf, cap);	/* it may have been a private key */
	free(buf);
	return false;
}

void
fd_close_from(int first)
{
	(void)close_range((unsigned)first, ~0U, 0);
}
