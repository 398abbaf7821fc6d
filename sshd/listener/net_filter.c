/* SPDX-License-Identifier: ISC */
#include "sshd/listener/net_filter.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "lib/base/fd.h"
#include "lib/base/limits.h"

#define FILTER_MAX	65536	/* of IPC_SETUP; the kernel takes 32 KiB */

/*
 * Everything else kills the process; the kernel writes the call's number to
 * its log (audit type 1326). What makes files, sockets or processes has no
 * row, and no memory is ever executable. Calls that only other machines have
 * are skipped by libseccomp (negative numbers).
 */
static const int plain_calls[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
	SCMP_SYS(recvmsg), SCMP_SYS(recvfrom), SCMP_SYS(recv),
	SCMP_SYS(shutdown), SCMP_SYS(close),
	SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2),
	SCMP_SYS(epoll_ctl), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(ppoll_time64),
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(futex), SCMP_SYS(futex_time64), SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64),
	SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigreturn), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
	SCMP_SYS(exit), SCMP_SYS(exit_group),
#ifdef __SANITIZE_ADDRESS__
	SCMP_SYS(sched_yield),
#endif
};

/* Calls that are allowed with one value of these bits of one argument. */
struct one_argument {
	int call;
	unsigned argument;
	uint64_t mask, value;
};

#define ALL_BITS	UINT32_MAX	/* int arguments: the kernel sees 32 */

static const struct one_argument one_argument_calls[] = {
	{ SCMP_SYS(mprotect), 2, PROT_EXEC, 0 },
	/* it connects: a forwarded socket that was reset, to anywhere */
	{ SCMP_SYS(sendmsg), 2, MSG_FASTOPEN, 0 },
	{ SCMP_SYS(sendto), 3, MSG_FASTOPEN, 0 },
	{ SCMP_SYS(send), 3, MSG_FASTOPEN, 0 },
	{ SCMP_SYS(fcntl), 1, ALL_BITS, F_GETFL },
	{ SCMP_SYS(fcntl), 1, ALL_BITS, F_SETFL },
	{ SCMP_SYS(fcntl), 1, ALL_BITS, F_GETFD },
	{ SCMP_SYS(fcntl), 1, ALL_BITS, F_SETFD },
	{ SCMP_SYS(fcntl64), 1, ALL_BITS, F_GETFL },
	{ SCMP_SYS(fcntl64), 1, ALL_BITS, F_SETFL },
};

struct socket_option {
	int call;
	int level, name;
};

static const struct socket_option socket_options[] = {
	{ SCMP_SYS(setsockopt), IPPROTO_TCP, TCP_NODELAY },
	{ SCMP_SYS(setsockopt), IPPROTO_TCP, TCP_QUICKACK },
	{ SCMP_SYS(setsockopt), IPPROTO_TCP, TCP_NOTSENT_LOWAT },
	{ SCMP_SYS(setsockopt), IPPROTO_IP, IP_TOS },
	{ SCMP_SYS(setsockopt), IPPROTO_IPV6, IPV6_TCLASS },
	{ SCMP_SYS(setsockopt), SOL_SOCKET, SO_KEEPALIVE },
	{ SCMP_SYS(setsockopt), SOL_SOCKET, SO_RCVLOWAT },
	{ SCMP_SYS(getsockopt), SOL_SOCKET, SO_ERROR },
	{ SCMP_SYS(getsockopt), IPPROTO_TCP, TCP_INFO },
};

static const struct scmp_arg_cmp wider_pipe[] = {
	SCMP_A1(SCMP_CMP_MASKED_EQ, ALL_BITS, F_SETPIPE_SZ),
	SCMP_A2(SCMP_CMP_MASKED_EQ, ALL_BITS, PIPE_BUSY_SIZE),
};

static const int map_calls[] = { SCMP_SYS(mmap), SCMP_SYS(mmap2) };

/*
 * libseccomp answers 0 for a call that this machine does not have when its
 * number is a pseudo one; anything else is our mistake.
 */
static bool
allow(scmp_filter_ctx ctx, int call, unsigned count,
    const struct scmp_arg_cmp *arguments, struct err *err)
{
	int rc = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, call, count,
	    arguments);

	if (rc == 0 || (call < 0 && (rc == -EDOM || rc == -EINVAL)))
		return true;
	errno = -rc;
	return err_sys(err, "seccomp rule");
}

static bool
add_rules(scmp_filter_ctx ctx, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(plain_calls); i++) {
		if (!allow(ctx, plain_calls[i], 0, NULL, err))
			return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(one_argument_calls); i++) {
		const struct one_argument *row = &one_argument_calls[i];
		const struct scmp_arg_cmp arguments[] = {
			SCMP_CMP(row->argument, SCMP_CMP_MASKED_EQ, row->mask,
			    row->value),
		};

		if (!allow(ctx, row->call, 1, arguments, err))
			return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(socket_options); i++) {
		const struct socket_option *row = &socket_options[i];
		const struct scmp_arg_cmp arguments[] = {
			SCMP_A1(SCMP_CMP_MASKED_EQ, ALL_BITS,
			    (uint32_t)row->level),
			SCMP_A2(SCMP_CMP_MASKED_EQ, ALL_BITS,
			    (uint32_t)row->name),
		};

		if (!allow(ctx, row->call, 2, arguments, err))
			return false;
	}
	if (!allow(ctx, SCMP_SYS(fcntl), ARRAY_LEN(wider_pipe), wider_pipe,
	    err) || !allow(ctx, SCMP_SYS(fcntl64), ARRAY_LEN(wider_pipe),
	    wider_pipe, err))
		return false;
	/* anonymous memory only, never executable, and no descriptor */
	for (size_t i = 0; i < ARRAY_LEN(map_calls); i++) {
		const struct scmp_arg_cmp arguments[] = {
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
			SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS,
			    MAP_ANONYMOUS),
			SCMP_A4(SCMP_CMP_MASKED_EQ, ALL_BITS, UINT32_MAX),
		};

		if (!allow(ctx, map_calls[i], 3, arguments, err))
			return false;
	}
	return true;
}

static bool
export_filter(scmp_filter_ctx ctx, uint8_t **out, size_t *out_len,
    struct err *err)
{
	int fd = memfd_create("net-filter", MFD_CLOEXEC), rc;
	bool ok;

	if (fd == -1)
		return err_sys(err, "memfd_create");
	if ((rc = seccomp_export_bpf(ctx, fd)) != 0) {
		errno = -rc;
		err_sys(err, "seccomp_export_bpf");
		close(fd);
		return false;
	}
	ok = lseek(fd, 0, SEEK_SET) == 0;
	if (!ok)
		err_sys(err, "lseek");
	ok = ok && fd_read_file(fd, FILTER_MAX, out, out_len, err);
	close(fd);
	return ok;
}

bool
net_filter_compile(uint8_t **out, size_t *out_len, struct err *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool ok;

	if (ctx == NULL)
		return err_set(err, ERR_NOMEM, "seccomp_init");
	/* a tree over the call numbers: read and write are found quickly */
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	ok = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS) == 0;
	if (!ok)
		err_set(err, ERR_UNEXPECTED, "seccomp_attr_set");
	ok = ok && add_rules(ctx, err) && export_filter(ctx, out, out_len, err);
	seccomp_release(ctx);
	return ok;
}
