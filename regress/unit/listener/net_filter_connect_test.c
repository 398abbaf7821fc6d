/* SPDX-License-Identifier: ISC */
/*
 * A network process that was taken over holds a forwarded socket whose other
 * end has reset it: sending with MSG_FASTOPEN would connect it to anywhere.
 */
#include "regress/unit/test.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sshd/listener/net_filter.h"

#define NOT_KILLED	3

struct hosts {
	int allowed, forbidden;			/* listen */
	struct sockaddr_in allowed_at, forbidden_at;
};

static int
listen_somewhere(struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*at = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_not_equal(fd, -1);
	assert_int_equal(bind(fd, (struct sockaddr *)at, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)at, &len), 0);
	return fd;
}

/* As the session process connects, and as the other end then resets. */
static int
reset_connection(const struct hosts *hosts)
{
	const struct linger at_once = { .l_onoff = 1 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0), peer;
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };

	assert_int_not_equal(fd, -1);
	(void)connect(fd, (const struct sockaddr *)&hosts->allowed_at,
	    sizeof(hosts->allowed_at));
	assert_int_equal(poll(&pfd, 1, 10000), 1);
	assert_int_not_equal(peer = accept(hosts->allowed, NULL, NULL), -1);
	assert_int_equal(setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once,
	    sizeof(at_once)), 0);
	close(peer);
	pfd.events = POLLIN;
	assert_int_equal(poll(&pfd, 1, 10000), 1);
	return fd;
}

typedef void send_fn(int fd, const struct sockaddr_in *to);

static void
by_sendto(int fd, const struct sockaddr_in *to)
{
	(void)!sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
	    (const struct sockaddr *)to, sizeof(*to));
}

static void
by_sendmsg(int fd, const struct sockaddr_in *to)
{
	char x = 'x';
	struct iovec iov = { &x, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_name = (void *)(uintptr_t)to, .msg_namelen = sizeof(*to) };

	(void)!sendmsg(fd, &msg, MSG_FASTOPEN | MSG_NOSIGNAL);
}

/* Wait status of a child that sends under the filter, several times. */
static int
send_filtered(const struct sock_fprog *prog, int fd, send_fn *fn,
    const struct sockaddr_in *to)
{
	const struct rlimit no_core = { 0, 0 };
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
		    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, prog) == -1)
			_exit(2);
		for (int i = 0; i < 4; i++)
			fn(fd, to);
		_exit(NOT_KILLED);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
net_filter__a_reset_connection_is_not_pointed_elsewhere(void **state)
{
	static send_fn *const ways[] = { by_sendto, by_sendmsg };
	struct hosts hosts;
	struct sock_fprog prog;
	struct pollfd pfd;
	struct err err;
	uint8_t *filter;
	size_t len;

	(void)state;
	assert_true(net_filter_compile(&filter, &len, &err));
	prog = (struct sock_fprog){
		.len = (unsigned short)(len / sizeof(struct sock_filter)),
		.filter = (struct sock_filter *)(void *)filter,
	};
	hosts.allowed = listen_somewhere(&hosts.allowed_at);
	hosts.forbidden = listen_somewhere(&hosts.forbidden_at);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		int fd = reset_connection(&hosts), status;

		status = send_filtered(&prog, fd, ways[i],
		    &hosts.forbidden_at);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGSYS);
		pfd = (struct pollfd){ hosts.forbidden, POLLIN, 0 };
		assert_int_equal(poll(&pfd, 1, 0), 0);
		close(fd);
	}
	close(hosts.allowed);
	close(hosts.forbidden);
	free(filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(net_filter__a_reset_connection_is_not_pointed_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
