/* SPDX-License-Identifier: ISC */
#include "lib/ipc/ipc.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/fd.h"

/* A datagram that the socket did not take, with its own descriptors. */
struct ipc_unsent {
	struct ipc_unsent *next;
	size_t len;
	unsigned fd_count;
	int fds[IPC_FDS_MAX];
	uint8_t bytes[];
};

union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int) * IPC_FDS_MAX)];
};

void
ipc_init(struct ipc *ipc, int fd, enum ipc_edge incoming)
{
	*ipc = (struct ipc){ .fd = fd, .incoming = incoming };
}

static void
unsent_close(struct ipc_unsent *unsent)
{
	for (unsigned i = 0; i < unsent->fd_count; i++) {
		if (unsent->fds[i] != -1)
			close(unsent->fds[i]);
	}
	unsent->fd_count = 0;
}

static void
unsent_free(struct ipc_unsent *unsent)
{
	unsent_close(unsent);
	explicit_bzero(unsent->bytes, unsent->len);
	free(unsent);
}

/* Shared secrets of key exchanges come this way, passwords will. */
void
ipc_forget(struct ipc *ipc)
{
	if (ipc->buf != NULL)
		explicit_bzero(ipc->buf, ipc->buf_used);
	free(ipc->buf);
	ipc->buf = NULL;
	ipc->buf_used = 0;
}

void
ipc_clear(struct ipc *ipc)
{
	struct ipc_unsent *unsent;

	while ((unsent = ipc->head) != NULL) {
		ipc->head = unsent->next;
		unsent_free(unsent);
	}
	if (ipc->loop != NULL)
		loop_unwatch(ipc->loop, &ipc->watch);
	if (ipc->fd != -1)
		close(ipc->fd);
	ipc_forget(ipc);
	*ipc = (struct ipc){ .fd = -1 };
}

bool
ipc_pair(int fds[static 2], struct err *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == -1)
		return err_sys(err, "socketpair");
	return true;
}

/* Returns 1 when sent, 0 when the socket is full, -1 on failure. */
static int
send_datagram(struct ipc *ipc, struct bytes datagram, const int *fds,
    unsigned fd_count, struct err *err)
{
	struct iovec iov = { (void *)datagram.p, datagram.len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	union control control;
	struct cmsghdr *cmsg;

	if (fd_count != 0) {
		memset(&control, 0, sizeof(control));
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
		memcpy(CMSG_DATA(cmsg), fds, sizeof(int) * fd_count);
	}
	for (;;) {
		if (sendmsg(ipc->fd, &msg, MSG_NOSIGNAL) != -1)
			return 1;
		if (errno == EINTR)
			continue;
		/* the user's descriptors that are under way are too many */
		if (errno == ETOOMANYREFS && msg.msg_control != NULL) {
			msg.msg_control = NULL;
			msg.msg_controllen = 0;
			continue;
		}
		if (errno == EAGAIN && ipc->loop != NULL)
			return 0;
		if (errno == EAGAIN) {
			struct pollfd pfd = { ipc->fd, POLLOUT, 0 };

			(void)poll(&pfd, 1, -1);
			continue;
		}
		if (errno == EPIPE || errno == ECONNRESET)
			err_set(err, ERR_CLOSED, "send to peer process");
		else
			err_sys(err, "send to peer process");
		return -1;
	}
}

static void
unsent_copy(struct ipc_unsent *unsent, const int *fds, unsigned fd_count)
{
	for (unsigned i = 0; i < fd_count; i++) {
		unsent->fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 0);
		unsent->fd_count = i + 1;
		if (unsent->fds[i] == -1) {
			unsent_close(unsent);
			return;
		}
	}
}

static bool
queue_datagram(struct ipc *ipc, struct bytes datagram, const int *fds,
    unsigned fd_count, struct err *err)
{
	struct ipc_unsent *unsent;

	if (ipc->unsent_bytes + datagram.len > IPC_QUEUE_MAX)
		return err_set(err, ERR_RANGE, "queue to peer process");
	if ((unsent = calloc(1, sizeof(*unsent) + datagram.len)) == NULL)
		return err_set(err, ERR_NOMEM, "queue to peer process");
	unsent->len = datagram.len;
	memcpy(unsent->bytes, datagram.p, datagram.len);
	unsent_copy(unsent, fds, fd_count);
	if (ipc->tail != NULL)
		ipc->tail->next = unsent;
	else
		ipc->head = unsent;
	ipc->tail = unsent;
	ipc->unsent_bytes += unsent->len;
	loop_modify(ipc->loop, &ipc->watch, EPOLLIN | EPOLLOUT);
	return true;
}

static bool
flush_queue(struct ipc *ipc, struct err *err)
{
	struct ipc_unsent *unsent;

	while ((unsent = ipc->head) != NULL) {
		int sent = send_datagram(ipc, bytes_of(unsent->bytes,
		    unsent->len), unsent->fds, unsent->fd_count, err);

		if (sent <= 0)
			return sent == 0;
		ipc->head = unsent->next;
		if (ipc->head == NULL)
			ipc->tail = NULL;
		ipc->unsent_bytes -= unsent->len;
		unsent_free(unsent);
	}
	if (ipc->loop != NULL)
		loop_modify(ipc->loop, &ipc->watch, EPOLLIN);
	return true;
}

/* A datagram larger than the stack should hold is encoded on the heap. */
#define ENCODE_ON_STACK	4096

bool
ipc_send_fds(struct ipc *ipc, enum ipc_id id, const void *message,
    const int *fds, unsigned fd_count, struct err *err)
{
	uint8_t on_stack[ENCODE_ON_STACK], *buf = on_stack;
	size_t cap = ipc_encoded_max(id, message), len;
	struct bytes datagram;
	int sent;
	bool ok = false;

	if (ipc->fd == -1)
		return err_set(err, ERR_CLOSED, "send to peer process");
	if (cap > IPC_MESSAGE_MAX)
		return err_set(err, ERR_RANGE, "message to peer process");
	if (cap > sizeof(on_stack) && (buf = malloc(cap)) == NULL)
		return err_set(err, ERR_NOMEM, "message to peer process");
	if (!ipc_encode(id, message, buf, cap, &len, err))
		goto out;
	datagram = bytes_of(buf, len);
	sent = ipc->head != NULL ? 0 :
	    send_datagram(ipc, datagram, fds, fd_count, err);
	ok = sent == 1 || (sent == 0 &&
	    queue_datagram(ipc, datagram, fds, fd_count, err));
 out:
	explicit_bzero(buf, cap);
	if (buf != on_stack)
		free(buf);
	return ok;
}

bool
ipc_send(struct ipc *ipc, enum ipc_id id, const void *message, struct err *err)
{
	return ipc_send_fds(ipc, id, message, NULL, 0, err);
}

static void
collect_fds(struct msghdr *msg, struct ipc_message *message)
{
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg != NULL;
	    cmsg = CMSG_NXTHDR(msg, cmsg)) {
		size_t count;

		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int),
			    sizeof(fd));
			if (message->fd_count < IPC_FDS_MAX)
				message->fds[message->fd_count++] = fd;
			else
				close(fd);
		}
	}
}

/* The policy of the table. */
static bool
check_row(struct ipc *ipc, unsigned state, const struct ipc_message *message,
    bool no_room, struct err *err)
{
	const struct ipc_row *row = &ipc_rows[message->id];

	if (row->edge != ipc->incoming)
		return err_set(err, ERR_UNEXPECTED, "message from the wrong side");
	if (ipc->used[message->id] < UINT16_MAX)
		ipc->used[message->id]++;
	if ((row->states & state) == 0)
		return err_set(err, ERR_UNEXPECTED, row->name);
	if (row->limit != MANY && ipc->used[message->id] > row->limit)
		return err_set(err, ERR_RANGE, row->name);
	if (message->fd_count >= row->fds_min &&
	    message->fd_count <= row->fds_max)
		return true;
	err_set(err, ERR_RANGE, "number of descriptors");
	if (no_room)	/* it is not the sender's fault */
		*err = (struct err){ .code = ERR_SYS, .sys = EMFILE,
		    .what = "descriptors of a message" };
	return false;
}

bool
ipc_recv(struct ipc *ipc, unsigned state, struct ipc_message *message,
    bool *got, struct err *err)
{
	struct iovec iov;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	union control control;
	bool no_room;
	ssize_t n;

	*got = false;
	message->fd_count = 0;
	for (unsigned i = 0; i < IPC_FDS_MAX; i++)
		message->fds[i] = -1;
	if (ipc->fd == -1)
		return err_set(err, ERR_CLOSED, "receive from peer process");
	if (ipc->buf == NULL && (ipc->buf = malloc(IPC_MESSAGE_MAX)) == NULL)
		return err_set(err, ERR_NOMEM, "message from peer process");
	iov = (struct iovec){ ipc->buf, IPC_MESSAGE_MAX };
	msg.msg_control = &control;
	msg.msg_controllen = sizeof(control);
	do
		n = recvmsg(ipc->fd, &msg, MSG_CMSG_CLOEXEC);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN)
		return true;
	if (n == -1 && errno == ECONNRESET)
		return err_set(err, ERR_CLOSED, "receive from peer process");
	if (n == -1)
		return err_sys(err, "receive from peer process");
	ipc->buf_used = MAX(ipc->buf_used, (size_t)n);
	collect_fds(&msg, message);
	no_room = (msg.msg_flags & MSG_CTRUNC) != 0 &&
	    message->fd_count < IPC_FDS_MAX;
	if (no_room) {
		/* in our table: to us it is a message without any */
		ipc_message_clear(message);
		msg.msg_flags &= ~MSG_CTRUNC;
	}
	/* the end; or a datagram without bytes, with descriptors perhaps */
	if (n == 0)
		err_set(err, ERR_CLOSED, "receive from peer process");
	else if ((msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		err_set(err, ERR_RANGE, "message from peer process");
	else if (ipc_decode(bytes_of(ipc->buf, (size_t)n), &message->id,
	    &message->u, err) && check_row(ipc, state, message,
	    no_room, err)) {
		*got = true;
		return true;
	}
	ipc_message_clear(message);
	return false;
}

int
ipc_take_fd(struct ipc_message *message, unsigned i)
{
	int fd = message->fds[i];

	message->fds[i] = -1;
	return fd;
}

void
ipc_message_clear(struct ipc_message *message)
{
	for (unsigned i = 0; i < message->fd_count; i++) {
		if (message->fds[i] != -1)
			close(message->fds[i]);
		message->fds[i] = -1;
	}
	message->fd_count = 0;
}

static void
ipc_event(void *arg, uint32_t events)
{
	struct ipc *ipc = arg;
	struct err err;

	/* a failed flush shows again as EOF on the next receive */
	if ((events & EPOLLOUT) != 0 && !flush_queue(ipc, &err))
		events |= EPOLLHUP;
	if ((events & ~(uint32_t)EPOLLOUT) != 0)
		ipc->user_fn(ipc->user_arg, events);
}

bool
ipc_settle(struct ipc *ipc, struct err *err)
{
	if (ipc->loop != NULL)
		loop_unwatch(ipc->loop, &ipc->watch);
	ipc->loop = NULL;
	return flush_queue(ipc, err);
}

/* The loop's descriptor is the parent's, too: not even a watch may change. */
void
ipc_leave_to_parent(struct ipc *ipc)
{
	ipc->loop = NULL;
	while (ipc->head != NULL) {
		struct ipc_unsent *unsent = ipc->head;

		ipc->head = unsent->next;
		unsent_free(unsent);
	}
	ipc->tail = NULL;
	ipc->unsent_bytes = 0;
}

bool
ipc_watch(struct ipc *ipc, struct loop *loop, loop_fn *fn, void *arg,
    struct err *err)
{
	if (!fd_set_nonblock(ipc->fd, true, err) ||
	    !loop_watch(loop, &ipc->watch, ipc->fd, EPOLLIN, ipc_event, ipc,
	    err))
		return false;
	ipc->loop = loop;
	ipc->user_fn = fn;
	ipc->user_arg = arg;
	return true;
}
