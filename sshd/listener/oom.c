/* SPDX-License-Identifier: ISC */
#include "sshd/listener/oom.h"

#include <fcntl.h>
#include <string.h>

#include "lib/base/compiler.h"

#define SCORE_FILE	"/proc/self/oom_score_adj"
#define SCORE_NEVER	"-1000\n"

void
oom_protect(char *old, size_t old_len)
{
	AUTO_CLOSE int fd = open(SCORE_FILE, O_RDWR | O_CLOEXEC);
	ssize_t n;

	old[0] = '\0';
	if (fd == -1 || (n = read(fd, old, old_len - 1)) <= 0)
		return;
	old[n] = '\0';
	old[strcspn(old, "\n")] = '\0';
	if (pwrite(fd, SCORE_NEVER, strlen(SCORE_NEVER), 0) == -1)
		old[0] = '\0';
}

void
oom_restore(const char *old)
{
	AUTO_CLOSE int fd = -1;
	ssize_t n;

	if (*old == '\0')
		return;
	if ((fd = open(SCORE_FILE, O_WRONLY | O_CLOEXEC)) == -1)
		return;
	n = write(fd, old, strlen(old));
	(void)n;
}
