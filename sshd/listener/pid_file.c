/* SPDX-License-Identifier: ISC */
#include "sshd/listener/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/compiler.h"
#include "lib/base/log.h"

/* An empty file would outlive us, and name no process. */
static void
give_up(const char *path, int fd)
{
	struct stat st;

	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		(void)unlink(path);
	close(fd);
}

/* False when it could not be written. */
static bool
write_pid(const char *path)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY,
	    0644);

	if (fd == -1 || write(fd, text, (size_t)len) != len) {
		log_error("Couldn't create pid file \"%s\": %s", path,
		    strerror(errno));
		give_up(path, fd);
		return false;
	}
	close(fd);
	return true;
}

void
pid_file_remove(const char *path)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[24] = { 0 };

	if (fd == -1 || read(fd, text, sizeof(text) - 1) <= 0 ||
	    strtol(text, NULL, 10) != (long)getpid())
		return;
	(void)unlink(path);
}

void
pid_file_move(char held[static PATH_MAX], const char *path)
{
	if (held[0] != '\0' && (path == NULL || strcmp(path, held) != 0)) {
		pid_file_remove(held);
		held[0] = '\0';
	}
	if (path != NULL && write_pid(path))
		snprintf(held, PATH_MAX, "%s", path);
}
