/* SPDX-License-Identifier: ISC */
#include "lib/base/shared_pipe.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_SIZE	65536	/* whole pages, of any size that Linux has */
#define CACHE_LINE	64
#define ROOM_PART	2	/* of it: a writer that waits hears of no less */

_Static_assert((SHARED_PIPE_SIZE & (SHARED_PIPE_SIZE - 1)) == 0,
    "positions wrap at 2^32");

/* Who says "I sleep" looks again after it; who moves on looks for that. */
struct shared_pipe_head {
	_Alignas(CACHE_LINE) _Atomic uint32_t written;
	_Atomic uint32_t writer_sleeps;
	_Alignas(CACHE_LINE) _Atomic uint32_t taken;
	_Atomic uint32_t wanted;	/* bytes; 0: the reader is awake */
};

bool
shared_pipe_make(int *memory, struct err *err)
{
	struct rlimit limit;
	int fd;

	/* it would send SIGXFSZ */
	if (getrlimit(RLIMIT_FSIZE, &limit) == -1 ||
	    limit.rlim_cur < HEAD_SIZE + SHARED_PIPE_SIZE)
		return err_set(err, ERR_DENIED, "limit of file size");
	fd = memfd_create("pipe", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd == -1)
		return err_sys(err, "memfd_create");
	if (ftruncate(fd, HEAD_SIZE + SHARED_PIPE_SIZE) == -1 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW |
	    F_SEAL_SEAL) == -1) {
		err_sys(err, "memory of a pipe");
		close(fd);
		return false;
	}
	*memory = fd;
	return true;
}

static MUST_CHECK bool
map_at(uint8_t *at, size_t len, int memory, off_t offset)
{
	return mmap(at, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
	    memory, offset) != MAP_FAILED;
}

bool
shared_pipe_map_reader(struct shared_pipe *pipe, int memory, int bell,
    struct err *err)
{
	const size_t len = HEAD_SIZE + 2 * SHARED_PIPE_SIZE;
	uint8_t *base = mmap(NULL, len, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (base == MAP_FAILED)
		return err_sys(err, "mmap");
	if (!map_at(base, HEAD_SIZE + SHARED_PIPE_SIZE, memory, 0) ||
	    !map_at(base + HEAD_SIZE + SHARED_PIPE_SIZE, SHARED_PIPE_SIZE,
	    memory, HEAD_SIZE)) {
		err_sys(err, "mmap");
		munmap(base, len);
		return false;
	}
	*pipe = (struct shared_pipe){
		.head = (struct shared_pipe_head *)base,
		.p = base + HEAD_SIZE, .bell = bell,
	};
	return true;
}

bool
shared_pipe_map_writer(struct shared_pipe *pipe, int memory, int bell,
    struct err *err)
{
	uint8_t *base = mmap(NULL, HEAD_SIZE + SHARED_PIPE_SIZE,
	    PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);

	if (base == MAP_FAILED)
		return err_sys(err, "mmap");
	*pipe = (struct shared_pipe){
		.head = (struct shared_pipe_head *)base,
		.p = base + HEAD_SIZE, .bell = bell,
	};
	return true;
}

static void
unmap(struct shared_pipe *pipe, size_t len)
{
	if (pipe->head != NULL)
		munmap(pipe->head, len);
	*pipe = (struct shared_pipe){ .bell = -1 };
}

void
shared_pipe_unmap_reader(struct shared_pipe *pipe)
{
	unmap(pipe, HEAD_SIZE + 2 * SHARED_PIPE_SIZE);
}

void
shared_pipe_unmap_writer(struct shared_pipe *pipe)
{
	unmap(pipe, HEAD_SIZE + SHARED_PIPE_SIZE);
}

/* A byte that finds no room is not missed: others are there. */
static void
ring(const struct shared_pipe *pipe)
{
	(void)send(pipe->bell, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool
shared_pipe_hush(const struct shared_pipe *pipe)
{
	char rung[64];
	ssize_t n = recv(pipe->bell, rung, sizeof(rung), MSG_DONTWAIT);

	return n > 0 || (n == -1 && (errno == EAGAIN || errno == EINTR));
}

/* ---- the writer ------------------------------------------------------- */

/* False: what the reader says can't be. */
static bool
room(const struct shared_pipe *pipe, size_t *n)
{
	uint32_t used = pipe->position - atomic_load_explicit(
	    &pipe->head->taken, memory_order_acquire);

	*n = SHARED_PIPE_SIZE - used;
	return used <= SHARED_PIPE_SIZE;
}

/* There is room for it. */
static void
put(struct shared_pipe *pipe, const uint8_t *data, size_t len)
{
	size_t at = pipe->position % SHARED_PIPE_SIZE;
	size_t first = MIN(len, SHARED_PIPE_SIZE - at);

	memcpy(pipe->p + at, data, first);
	memcpy(pipe->p, data + first, len - first);
	pipe->position += (uint32_t)len;
}

static void
tell_reader(const struct shared_pipe *pipe)
{
	struct shared_pipe_head *head = pipe->head;
	uint32_t wanted;

	atomic_store(&head->written, pipe->position);
	wanted = atomic_load(&head->wanted);
	if (wanted != 0 &&
	    pipe->position - atomic_load(&head->taken) >= wanted &&
	    atomic_exchange(&head->wanted, 0) != 0)
		ring(pipe);
}

/* True: it is told of room; false: there is some already. */
static bool
await_room(const struct shared_pipe *pipe)
{
	size_t n;

	atomic_store(&pipe->head->writer_sleeps, 1);
	if (!room(pipe, &n) || n < SHARED_PIPE_SIZE / ROOM_PART)
		return true;
	return atomic_exchange(&pipe->head->writer_sleeps, 0) == 0;
}

/* From the first byte that was not written; as much as there is room for. */
static MUST_CHECK bool
put_some(struct shared_pipe *pipe, const struct iovec *iov, unsigned count,
    size_t skip, size_t *written)
{
	size_t left;

	if (!room(pipe, &left))
		return false;
	*written = 0;
	for (unsigned i = 0; i < count; i++) {
		size_t passed = MIN(skip, iov[i].iov_len);
		size_t n = MIN(left, iov[i].iov_len - passed);

		skip -= passed;
		put(pipe, (const uint8_t *)iov[i].iov_base + passed, n);
		left -= n;
		*written += n;
	}
	if (*written != 0)
		tell_reader(pipe);
	return true;
}

ssize_t
shared_pipe_write(struct shared_pipe *pipe, const struct iovec *iov,
    unsigned count)
{
	size_t total = 0, done = 0, n;

	for (unsigned i = 0; i < count; i++)
		total += iov[i].iov_len;
	do {
		if (!put_some(pipe, iov, count, done, &n)) {
			errno = EPROTO;
			return -1;
		}
		done += n;
	} while (done < total && !await_room(pipe));
	if (done == 0 && total != 0) {
		errno = EAGAIN;
		return -1;
	}
	return (ssize_t)done;
}

void
shared_pipe_release(const struct shared_pipe *pipe)
{
	size_t n;

	if (room(pipe, &n) && n == SHARED_PIPE_SIZE)
		(void)madvise(pipe->p, SHARED_PIPE_SIZE, MADV_REMOVE);
}

/* ---- the reader ------------------------------------------------------- */

bool
shared_pipe_look(const struct shared_pipe *pipe, struct bytes *there,
    struct err *err)
{
	uint32_t len = atomic_load_explicit(&pipe->head->written,
	    memory_order_acquire) - pipe->position;

	if (len > SHARED_PIPE_SIZE)
		return err_set(err, ERR_RANGE, "position in a shared pipe");
	*there = bytes_of(pipe->p + pipe->position % SHARED_PIPE_SIZE, len);
	return true;
}

static void
tell_writer(const struct shared_pipe *pipe)
{
	struct shared_pipe_head *head = pipe->head;

	if (atomic_load(&head->writer_sleeps) != 0 &&
	    atomic_exchange(&head->writer_sleeps, 0) != 0)
		ring(pipe);
}

void
shared_pipe_take(struct shared_pipe *pipe, size_t n)
{
	struct shared_pipe_head *head = pipe->head;

	pipe->position += (uint32_t)n;
	atomic_store(&head->taken, pipe->position);
	if (atomic_load(&head->written) - pipe->position <=
	    SHARED_PIPE_SIZE - SHARED_PIPE_SIZE / ROOM_PART)
		tell_writer(pipe);
}

bool
shared_pipe_await(struct shared_pipe *pipe, size_t n)
{
	struct shared_pipe_head *head = pipe->head;

	/* a long message may need room that is less than what was waited for */
	tell_writer(pipe);
	atomic_store(&head->wanted, (uint32_t)n);
	if (atomic_load(&head->written) - pipe->position < n)
		return true;
	atomic_store(&head->wanted, 0);
	return false;
}
