/* SPDX-License-Identifier: ISC */
#include "regress/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/limits.h"
#include "sshd/listener/net_filter.h"

/* Descriptors that the tried calls work on, made before the filter. */
struct things {
	int tcp, epoll, pair[2];
	void *page;
};

typedef void try_fn(const struct things *things);

struct try_case {
	const char *name;
	try_fn *fn;
};

#define PAGE	4096

static void try_open(const struct things *t)
{ (void)t; syscall(SYS_open, "/etc/passwd", O_RDONLY); }
static void try_openat(const struct things *t)
{ (void)t; syscall(SYS_openat, AT_FDCWD, "/", O_PATH); }
static void try_stat(const struct things *t)
{ (void)t; syscall(SYS_newfstatat, AT_FDCWD, "/", NULL, 0); }
static void try_socket(const struct things *t)
{ (void)t; syscall(SYS_socket, AF_INET, SOCK_STREAM, 0); }
static void try_socketpair(const struct things *t)
{ int fds[2]; (void)t; syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, fds); }
static void try_connect(const struct things *t)
{ syscall(SYS_connect, t->tcp, NULL, 0); }
static void try_bind(const struct things *t)
{ syscall(SYS_bind, t->tcp, NULL, 0); }
static void try_listen(const struct things *t)
{ syscall(SYS_listen, t->tcp, 1); }
static void try_fork(const struct things *t)
{ (void)t; if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) == 0) _exit(0); }
static void try_clone3(const struct things *t)
{ (void)t; syscall(SYS_clone3, NULL, 0); }
static void try_execve(const struct things *t)
{ (void)t; syscall(SYS_execve, "/bin/true", NULL, NULL); }
static void try_kill(const struct things *t)
{ (void)t; syscall(SYS_kill, getpid(), 0); }
static void try_ptrace(const struct things *t)
{ (void)t; syscall(SYS_ptrace, 0, 0, 0, 0); }
static void try_memfd(const struct things *t)
{ (void)t; syscall(SYS_memfd_create, "x", 0); }
static void try_ioctl(const struct things *t)
{ syscall(SYS_ioctl, t->tcp, 0, 0); }
static void try_prctl(const struct things *t)
{ (void)t; syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0); }
static void try_setuid(const struct things *t)
{ (void)t; syscall(SYS_setuid, 0); }
static void try_sigaction(const struct things *t)
{ (void)t; syscall(SYS_rt_sigaction, SIGTERM, NULL, NULL, 8); }
static void try_dup_fcntl(const struct things *t)
{ syscall(SYS_fcntl, t->tcp, F_DUPFD, 0); }
static void try_mmap_exec(const struct things *t)
{ (void)t; syscall(SYS_mmap, NULL, PAGE, PROT_READ | PROT_EXEC,
    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }
static void try_mmap_file(const struct things *t)
{ syscall(SYS_mmap, NULL, PAGE, PROT_READ, MAP_SHARED, t->tcp, 0); }
static void try_mprotect_exec(const struct things *t)
{ syscall(SYS_mprotect, t->page, PAGE, PROT_READ | PROT_EXEC); }
static void try_other_option(const struct things *t)
{ int on = 1; syscall(SYS_setsockopt, t->tcp, SOL_SOCKET, SO_REUSEADDR, &on,
    sizeof(on)); }
static void try_peer_credentials(const struct things *t)
{ char b[16]; socklen_t n = sizeof(b); syscall(SYS_getsockopt, t->pair[0],
    SOL_SOCKET, SO_PEERCRED, b, &n); }
static void try_wrong_level(const struct things *t)
{ int on = 1; syscall(SYS_setsockopt, t->tcp, SOL_SOCKET, TCP_QUICKACK, &on,
    sizeof(on)); }
static void try_other_pipe_size(const struct things *t)
{ syscall(SYS_fcntl, t->pair[0], F_SETPIPE_SZ, 2 * PIPE_BUSY_SIZE); }

static const struct try_case forbidden[] = {
	{ "open", try_open }, { "openat", try_openat }, { "stat", try_stat },
	{ "socket", try_socket }, { "socketpair", try_socketpair },
	{ "connect", try_connect }, { "bind", try_bind },
	{ "listen", try_listen }, { "fork", try_fork },
	{ "clone3", try_clone3 }, { "execve", try_execve },
	{ "kill", try_kill }, { "ptrace", try_ptrace },
	{ "memfd_create", try_memfd }, { "ioctl", try_ioctl },
	{ "prctl", try_prctl }, { "setuid", try_setuid },
	{ "rt_sigaction", try_sigaction }, { "fcntl dup", try_dup_fcntl },
	{ "mmap exec", try_mmap_exec }, { "mmap file", try_mmap_file },
	{ "mprotect exec", try_mprotect_exec },
	{ "setsockopt reuse", try_other_option },
	{ "getsockopt peer", try_peer_credentials },
	{ "setsockopt level", try_wrong_level },
	{ "fcntl pipe size", try_other_pipe_size },
};

/* Calls a daily life needs; each must succeed, or the process says so. */
static void
need(bool ok)
{
	if (!ok)
		syscall(SYS_exit_group, 1);
}

static void
live(const struct things *t)
{
	struct epoll_event event = { .events = EPOLLIN };
	int on = 1, flags;
	char buf[64] = { 0 };
	struct iovec iov = { buf, 5 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct timespec ts;
	struct tcp_info info;
	socklen_t len = sizeof(info);
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(p != MAP_FAILED && mprotect(p, PAGE, PROT_READ) == 0 &&
	    munmap(p, PAGE) == 0);
	need(write(t->pair[0], "12345", 5) == 5);
	need(epoll_ctl(t->epoll, EPOLL_CTL_ADD, t->pair[1], &event) == 0 &&
	    epoll_wait(t->epoll, &event, 1, 0) == 1);
	need(recvmsg(t->pair[1], &msg, 0) == 5);
	need(sendmsg(t->pair[1], &msg, MSG_NOSIGNAL) == 5 &&
	    readv(t->pair[0], &iov, 1) == 5 && writev(t->pair[0], &iov, 1) == 5);
	need((flags = fcntl(t->pair[0], F_GETFL)) != -1 &&
	    fcntl(t->pair[0], F_SETFL, flags | O_NONBLOCK) == 0);
	need(fcntl(t->pair[0], F_SETPIPE_SZ, PIPE_BUSY_SIZE) == -1 &&
	    errno == EBADF);
	need(setsockopt(t->tcp, IPPROTO_TCP, TCP_NODELAY, &on,
	    sizeof(on)) == 0 && setsockopt(t->tcp, IPPROTO_TCP, TCP_QUICKACK,
	    &on, sizeof(on)) == 0 && setsockopt(t->tcp, SOL_SOCKET,
	    SO_KEEPALIVE, &on, sizeof(on)) == 0);
	need(getsockopt(t->tcp, IPPROTO_TCP, TCP_INFO, &info, &len) == 0);
	need(getrandom(buf, sizeof(buf), 0) == sizeof(buf));
	need(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts) == 0);
	need(shutdown(t->pair[0], SHUT_WR) == 0 && close(t->pair[0]) == 0);
	syscall(SYS_exit_group, 0);
}

static void
make_things(struct things *t)
{
	t->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	t->page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	    0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    t->pair), 0);
}

/* Runs fn in a child under the filter; returns its wait status. */
static int
run_filtered(const uint8_t *filter, size_t len, try_fn *fn)
{
	struct sock_fprog prog = {
		.len = (unsigned short)(len / sizeof(struct sock_filter)),
		.filter = (struct sock_filter *)(void *)(uintptr_t)filter,
	};
	const struct rlimit no_core = { 0, 0 };
	struct things things;
	int status;
	pid_t pid;

	make_things(&things);
	if ((pid = fork()) == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
		    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == -1)
			_exit(2);
		fn(&things);
		syscall(SYS_exit_group, 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(things.tcp);
	close(things.epoll);
	close(things.pair[0]);
	close(things.pair[1]);
	munmap(things.page, PAGE);
	return status;
}

static void
net_filter__lets_the_network_process_do_its_work(void **state)
{
	uint8_t *filter;
	size_t len;
	struct err err;

	(void)state;
	assert_true(net_filter_compile(&filter, &len, &err));
	assert_int_equal(len % sizeof(struct sock_filter), 0);
	assert_int_equal(run_filtered(filter, len, live), 0);
	free(filter);
}

static void
net_filter__kills_whoever_wants_files_sockets_processes_or_code(void **state)
{
	uint8_t *filter;
	size_t len;
	struct err err;

	(void)state;
	assert_true(net_filter_compile(&filter, &len, &err));
	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
		int status = run_filtered(filter, len, forbidden[i].fn);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: status 0x%x", forbidden[i].name,
			    (unsigned)status);
	}
	free(filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(net_filter__lets_the_network_process_do_its_work),
		TEST(net_filter__kills_whoever_wants_files_sockets_processes_or_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
