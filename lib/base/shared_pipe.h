/* SPDX-License-Identifier: ISC */
/*
 * shared_pipe - a pipe whose bytes lie in memory of both processes.
 *
 * What is written is copied once, and handled where it lies: a pipe(2) copies
 * it twice and wakes the reader for each piece. A socket pair goes with it:
 * who sleeps is woken by a byte on it, and its end is the end of the pipe.
 *
 * Shapes:  struct shared_pipe is one side's view. The reader has the bytes
 *          mapped twice, one behind the other, so that they never wrap.
 * Units:   bytes; positions count all bytes that ever passed, modulo 2^32.
 * Errors:  bool and struct err; the writer's calls are those of write(2). What
 *          the other side says of its position is checked: ERR_RANGE, or EPROTO.
 * Trust:   the other side can change the bytes at any time, also while they
 *          are looked at: copy what is checked before it is used. Memory of a
 *          maker that can't be trusted may be too small: SIGBUS.
 * Owns:    the mapping; descriptors stay the caller's. A fork shares it.
 * Source:  memfd_create(2), mmap(2), unix(7).
 */
#ifndef LIB_BASE_SHARED_PIPE_H
#define LIB_BASE_SHARED_PIPE_H

#include <sys/uio.h>

#include "lib/base/bytes.h"
#include "lib/base/err.h"

#define SHARED_PIPE_SIZE	1048576	/* a power of two: some large messages */

struct shared_pipe_head;

struct shared_pipe {
	struct shared_pipe_head *head;	/* NULL: there is none */
	uint8_t *p;
	uint32_t position;		/* ours */
	int bell;			/* our end of the socket pair */
};

/*
 * Makes the memory: *memory is of a fixed size that nobody can change. Fails,
 * too, where RLIMIT_FSIZE forbids a file of that size.
 */
MUST_CHECK bool shared_pipe_make(int *memory, struct err *err);
MUST_CHECK bool shared_pipe_map_reader(struct shared_pipe *pipe, int memory,
    int bell, struct err *err);
/* NET: one mmap(2), readable and writable, MAP_SHARED. */
MUST_CHECK bool shared_pipe_map_writer(struct shared_pipe *pipe, int memory,
    int bell, struct err *err);
void shared_pipe_unmap_reader(struct shared_pipe *pipe);
void shared_pipe_unmap_writer(struct shared_pipe *pipe);

/* ---- the writer ------------------------------------------------------- */

/*
 * As writev(2) to a pipe that does not block. When not all was taken the bell
 * becomes readable once there is room: shared_pipe_hush(), then try again.
 */
MUST_CHECK ssize_t shared_pipe_write(struct shared_pipe *pipe,
    const struct iovec *iov, unsigned count);
/* Gives memory back to the kernel, if all that was written was taken. */
void shared_pipe_release(const struct shared_pipe *pipe);

/* ---- the reader ------------------------------------------------------- */

/* What is there now. */
MUST_CHECK bool shared_pipe_look(const struct shared_pipe *pipe,
    struct bytes *there, struct err *err);
/* Its first n bytes are not needed any more. */
void shared_pipe_take(struct shared_pipe *pipe, size_t n);
/*
 * Wants to sleep until n bytes are there (1 to SHARED_PIPE_SIZE). True: then
 * the bell rings. False: they are there now.
 */
bool shared_pipe_await(struct shared_pipe *pipe, size_t n);

/* ---- both ------------------------------------------------------------- */

/* Takes what rang off the bell. False: the other side is gone. */
bool shared_pipe_hush(const struct shared_pipe *pipe);

#endif
