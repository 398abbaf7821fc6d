/* SPDX-License-Identifier: ISC */
/*
 * hostile_child - takes the place of sshd-net or sshd-session and hands its
 * socket to a test.
 *
 * The monitor starts it as it starts those: descriptor 3 is the socket to the
 * monitor. It connects to the socket "control" in the directory of its
 * own file, passes descriptor 3 on, and lives until the test lets go.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MONITOR_FD	3

static int
connect_control(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char own[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash;
	int fd;

	if (len == -1)
		return -1;
	own[len] = '\0';
	if ((slash = strrchr(own, '/')) == NULL)
		return -1;
	*slash = '\0';
	len = snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/control", own);
	if (len < 0 || (size_t)len >= sizeof(sun.sun_path))
		return -1;
	if ((fd = socket(AF_UNIX, SOCK_STREAM, 0)) == -1)
		return -1;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		return -1;
	return fd;
}

static int
pass(int control, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} u = { 0 };
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &u, .msg_controllen = sizeof(u),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(control, &m, 0) == 1 ? 0 : -1;
}

int
main(void)
{
	int control = connect_control();
	char byte;

	if (control == -1 || pass(control, MONITOR_FD) == -1)
		return 1;
	close(MONITOR_FD);
	/* the test closes its end, or says how to end */
	if (read(control, &byte, 1) == 1 && byte == 'a')
		abort();
	return 0;
}
