/* SPDX-License-Identifier: ISC */
#include "sshd/listener/net_filter.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "lib/base/limits.h"
#include "sshd/listener/filter.h"

#define FCNTL(operation)						\
	FILTER_IF(fcntl, 1, FILTER_ALL_BITS, operation)
#define FCNTL64(operation)						\
	FILTER_IF(fcntl64, 1, FILTER_ALL_BITS, operation)
#define SOCKET_OPTION(name, level, option)				\
	FILTER_IF_BOTH(name, 1, level, 2, option)

/* What makes files, sockets or processes has no row. */
static const struct filter_row rows[] = {
	FILTER_ALLOW(read), FILTER_ALLOW(write), FILTER_ALLOW(readv),
	FILTER_ALLOW(writev), FILTER_ALLOW(recvmsg), FILTER_ALLOW(recvfrom),
	FILTER_ALLOW(recv), FILTER_ALLOW(shutdown), FILTER_ALLOW(close),
	FILTER_ALLOW(epoll_wait), FILTER_ALLOW(epoll_pwait),
	FILTER_ALLOW(epoll_pwait2), FILTER_ALLOW(epoll_ctl),
	FILTER_ALLOW(poll), FILTER_ALLOW(ppoll), FILTER_ALLOW(ppoll_time64),
	/* it connects: a forwarded socket that was reset, to anywhere */
	FILTER_IF(sendmsg, 2, MSG_FASTOPEN, 0),
	FILTER_IF(sendto, 3, MSG_FASTOPEN, 0),
	FILTER_IF(send, 3, MSG_FASTOPEN, 0),
	FCNTL(F_GETFL), FCNTL(F_SETFL), FCNTL(F_GETFD), FCNTL(F_SETFD),
	FCNTL64(F_GETFL), FCNTL64(F_SETFL),
	/* a wider pipe */
	FILTER_IF_BOTH(fcntl, 1, F_SETPIPE_SZ, 2, PIPE_BUSY_SIZE),
	FILTER_IF_BOTH(fcntl64, 1, F_SETPIPE_SZ, 2, PIPE_BUSY_SIZE),
	/* shared_pipe.h; of what it has, only that can be mapped so */
	FILTER_IF_BOTH(mmap, 2, PROT_READ | PROT_WRITE, 3, MAP_SHARED),
	FILTER_IF_BOTH(mmap2, 2, PROT_READ | PROT_WRITE, 3, MAP_SHARED),
	SOCKET_OPTION(setsockopt, IPPROTO_TCP, TCP_NODELAY),
	SOCKET_OPTION(setsockopt, IPPROTO_TCP, TCP_QUICKACK),
	SOCKET_OPTION(setsockopt, IPPROTO_TCP, TCP_NOTSENT_LOWAT),
	SOCKET_OPTION(setsockopt, IPPROTO_IP, IP_TOS),
	SOCKET_OPTION(setsockopt, IPPROTO_IPV6, IPV6_TCLASS),
	SOCKET_OPTION(setsockopt, SOL_SOCKET, SO_KEEPALIVE),
	SOCKET_OPTION(setsockopt, SOL_SOCKET, SO_RCVLOWAT),
	SOCKET_OPTION(getsockopt, SOL_SOCKET, SO_ERROR),
	SOCKET_OPTION(getsockopt, IPPROTO_TCP, TCP_INFO),
};

bool
net_filter_compile(uint8_t **out, size_t *out_len, struct err *err)
{
	return filter_compile(rows, ARRAY_LEN(rows), out, out_len, err);
}
