/* SPDX-License-Identifier: ISC */
/*
 * ipc - typed datagrams between two processes of one connection.
 *
 * Shapes:  SOCK_SEQPACKET; one datagram is a message as encoding.h has
 *          it, plus descriptors.
 * Units:   bytes; IPC_MESSAGE_MAX for a datagram.
 * Errors:  ERR_CLOSED when the other side is gone; anything malformed, of the
 *          wrong direction, in the wrong state, too often, or with the wrong
 *          number of descriptors is ERR_UNEXPECTED, ERR_RANGE, ... and means that
 *          the other side is hijacked or broken: end it.
 * Owns:    its socket and its unsent queue. Received descriptors belong to
 *          struct ipc_message until taken.
 * Source:  DESIGN.md section 2; unix(7).
 */
#ifndef LIB_IPC_IPC_H
#define LIB_IPC_IPC_H

#include "lib/base/loop.h"
#include "lib/ipc/encoding.h"

struct ipc {
	int fd;				/* -1 = closed */
	enum ipc_edge incoming;		/* the direction that we accept */
	uint16_t used[IPC_COUNT];	/* counted on arrival, before checks */
	uint8_t *buf;			/* the last datagram; IPC_MESSAGE_MAX */
	size_t buf_used;		/* bytes of buf that ever held one */
	struct ipc_unsent *head, *tail;	/* what the socket did not take yet */
	size_t unsent_bytes;
	struct watch watch;		/* see ipc_watch() */
	struct loop *loop;
	loop_fn *user_fn;
	void *user_arg;
};

/* One received message: id, its fields, its descriptors. */
struct ipc_message {
	enum ipc_id id;
	union ipc_any u;		/* strings borrow from ipc->buf */
	int fds[IPC_FDS_MAX];		/* -1 where absent or taken */
	unsigned fd_count;
};

/* Takes fd. The socket may be blocking or not; ipc_watch() makes it not. */
void ipc_init(struct ipc *ipc, int fd, enum ipc_edge incoming);
void ipc_clear(struct ipc *ipc);
/* A connected pair, both O_CLOEXEC. */
MUST_CHECK bool ipc_pair(int fds[static 2], struct err *err);

/*
 * Sends message (a struct ipc_NAME) with copies of descriptors; they stay the
 * caller's. Where copies can't be had, it leaves without any. With a loop, what
 * the socket does not take is queued up to IPC_QUEUE_MAX; without, the call
 * waits.
 */
MUST_CHECK bool ipc_send(struct ipc *ipc, enum ipc_id id, const void *message,
    struct err *err);
MUST_CHECK bool ipc_send_fds(struct ipc *ipc, enum ipc_id id,
    const void *message, const int *fds, unsigned fd_count, struct err *err);

/*
 * Receives one datagram and checks it against its row: direction, state
 * (one bit), count, payload, descriptors. *got is false when a non-blocking
 * socket has nothing. All descriptors come, or none: those that we can't open
 * are lost. After use: ipc_message_clear().
 */
MUST_CHECK bool ipc_recv(struct ipc *ipc, unsigned state,
    struct ipc_message *message, bool *got, struct err *err);
/* Moves descriptor i to the caller; -1 when absent. */
int ipc_take_fd(struct ipc_message *message, unsigned i);
/* Wipes and frees the room for datagrams; the next one makes it anew. */
void ipc_forget(struct ipc *ipc);
/* Closes the descriptors that nobody took. */
void ipc_message_clear(struct ipc_message *message);

/*
 * Watches the socket: fn(arg, events) when a datagram waits or the other
 * side has gone; unsent messages leave by themselves.
 */
MUST_CHECK bool ipc_watch(struct ipc *ipc, struct loop *loop, loop_fn *fn,
    void *arg, struct err *err);
/*
 * The loop is over: what is unsent leaves now, and later messages wait until
 * the socket takes them.
 */
MUST_CHECK bool ipc_settle(struct ipc *ipc, struct err *err);
/*
 * In a forked child: the loop and what is unsent stay its parent's affair;
 * what the child sends waits until the socket takes it.
 */
void ipc_leave_to_parent(struct ipc *ipc);

#endif
