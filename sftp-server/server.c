/* SPDX-License-Identifier: ISC */
#include "sftp-server/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "sftp-server/files.h"
#include "sftp-server/reply.h"
#include "sftp-server/requests.h"

static size_t
queue_len(const struct sftp_queue *queue)
{
	return queue->end - queue->start;
}

static bool
queue_init(struct sftp_queue *queue, size_t cap)
{
	void *p = mmap(NULL, cap, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return false;
	*queue = (struct sftp_queue){ .p = p, .cap = cap };
	return true;
}

static void
queue_clear(struct sftp_queue *queue)
{
	if (queue->p != NULL)
		munmap(queue->p, queue->cap);
	*queue = (struct sftp_queue){ 0 };
}

/* Room for n bytes behind the end, where it can be had. */
static bool
queue_make_room(struct sftp_queue *queue, size_t n)
{
	size_t len = queue_len(queue);

	if (len == 0)
		queue->start = queue->end = 0;
	if (queue->cap - queue->end >= n)
		return true;
	if (queue->cap - len < n)
		return false;
	memmove(queue->p, queue->p + queue->start, len);
	queue->start = 0;
	queue->end = len;
	return true;
}

static void
queue_note_use(struct sftp_queue *queue)
{
	queue->dirty = MAX(queue->dirty, queue->end);
}

/* An idle session keeps little memory. The queue is empty. */
static void
queue_give_back(struct sftp_queue *queue)
{
	if (queue->dirty <= SFTP_KEPT_MAX)
		return;
	(void)madvise(queue->p + SFTP_KEPT_MAX, queue->cap - SFTP_KEPT_MAX,
	    MADV_DONTNEED);
	queue->dirty = 0;
}

/* False: no whole message is there, or the session is over. */
static bool
next_message(struct sftp *sftp, struct bytes *message)
{
	struct sftp_queue *in = &sftp->in;
	struct reader r = rd_init(bytes_of(in->p + in->start, queue_len(in)));
	uint32_t len;

	if (queue_len(in) < 4)
		return false;
	len = rd_u32(&r, "length");
	if (len == 0 || len > SFTP_MESSAGE_MAX) {
		log_error("bad message from %s local user %s",
		    sftp->account->peer, sftp->account->user);
		sftp->status = SFTP_EXIT_BAD_MESSAGE;
		sftp->ended = true;
		return false;
	}
	if (rd_left(&r) < len)
		return false;
	*message = bytes_of(r.p, len);
	in->start += 4 + (size_t)len;
	return true;
}

/* Replies that are not yet written. */
static size_t
unsent(const struct sftp *sftp)
{
	return queue_len(&sftp->out) + sftp->pages.len;
}

static bool
has_room(struct sftp *sftp)
{
	return pages_has_room(&sftp->pages) &&
	    queue_make_room(&sftp->out, REPLY_ROOM);
}

/*
 * Answers what is there, until a write is worth it or there is no room for
 * another answer: true then, as more may be there.
 */
static bool
answer(struct sftp *sftp)
{
	size_t before = unsent(sftp);
	struct bytes message;

	while (has_room(sftp)) {
		if (unsent(sftp) - before >= SFTP_OUT_BATCH)
			return true;
		if (sftp->ended || !next_message(sftp, &message))
			return false;
		if (!sftp_dispatch(sftp, message))
			sftp->ended = true;
		queue_note_use(&sftp->out);
	}
	return true;
}

static ssize_t
send_some(struct sftp *sftp)
{
	struct sftp_queue *out = &sftp->out;
	ssize_t n;

	if (sftp->pages.len != 0)
		return pages_send(&sftp->pages);
	n = write(sftp->out_fd, out->p + out->start, queue_len(out));
	if (n > 0)
		out->start += (size_t)n;
	return n;
}

/* Writes what the descriptor takes now. False: nobody reads any more. */
static bool
flush(struct sftp *sftp)
{
	while (unsent(sftp) != 0) {
		ssize_t n = send_some(sftp);

		if (n == 0)
			return false;
		if (n == -1 && errno == EAGAIN)
			return true;
		if (n == -1 && errno != EINTR)
			return false;
	}
	return true;
}

/* Waits, too, where both directions are one socket that does not. */
static ssize_t
read_some(int fd, void *p, size_t len)
{
	struct pollfd in = { .fd = fd, .events = POLLIN };
	ssize_t n;

	while ((n = read(fd, p, len)) == -1) {
		if (errno == EAGAIN)
			(void)poll(&in, 1, -1);
		else if (errno != EINTR)
			break;
	}
	return n;
}

/*
 * What a read is good for: all that fits, or what is missing of a long
 * message, which is then handled where it lies and leaves nothing to be moved.
 */
static size_t
read_len(const struct sftp_queue *in)
{
	size_t room = in->cap - in->end, have = queue_len(in);
	struct reader r = rd_init(bytes_of(in->p + in->start, have));
	size_t len = have < 4 ? 0 : 4 + (size_t)rd_u32(&r, "length");

	return len > SFTP_LONG_MESSAGE && len > have ?
	    MIN(room, len - have) : room;
}

static void
fill(struct sftp *sftp)
{
	struct sftp_queue *in = &sftp->in;
	ssize_t n;

	/* what is left of a message goes to the front when space gets short */
	if (!queue_make_room(in, in->cap / 4) && !queue_make_room(in, 1))
		return;
	n = read_some(sftp->in_fd, in->p + in->end, read_len(in));
	if (n == -1) {
		log_error("read: %s", strerror(errno));
		sftp->status = SFTP_EXIT_FAILURE;
	}
	if (n <= 0) {
		sftp->at_end = true;
		return;
	}
	in->end += (size_t)n;
	queue_note_use(in);
}

/* Nothing is left to be done: waits for the client. */
static void
wait_idle(struct sftp *sftp)
{
	struct pollfd in = { .fd = sftp->in_fd, .events = POLLIN };

	if ((sftp->in.dirty > SFTP_KEPT_MAX ||
	    sftp->out.dirty > SFTP_KEPT_MAX || sftp->pages.fds[0] != -1) &&
	    queue_len(&sftp->in) == 0 && poll(&in, 1, SFTP_IDLE_MS) == 0) {
		queue_give_back(&sftp->in);
		queue_give_back(&sftp->out);
		pages_close(&sftp->pages);
	}
	fill(sftp);
}

/*
 * The client is slow to take replies: reads its requests meanwhile, as far as
 * they find room, and no further.
 */
static void
wait_busy(struct sftp *sftp)
{
	bool has_room = queue_len(&sftp->in) < sftp->in.cap;
	struct pollfd fds[2] = {
		{ .fd = sftp->out_fd, .events = POLLOUT },
		{ .fd = has_room && !sftp->at_end ? sftp->in_fd : -1,
		    .events = POLLIN },
	};

	if (poll(fds, ARRAY_LEN(fds), -1) > 0 && fds[1].revents != 0)
		fill(sftp);
}

static void
drain(struct sftp *sftp)
{
	struct pollfd out = { .fd = sftp->out_fd, .events = POLLOUT };

	while (flush(sftp) && unsent(sftp) != 0) {
		if (poll(&out, 1, -1) == -1 && errno != EINTR)
			return;
	}
}

void
sftp_settle(struct sftp *sftp)
{
	if (sftp->pages.len == 0 && !sftp->pages.unread)
		return;
	drain(sftp);
	pages_settle(&sftp->pages);
}

/* Until the client has gone and all that it asked is answered. */
static void
serve(struct sftp *sftp)
{
	while (!sftp->ended) {
		bool more = answer(sftp);

		/* what the client hears of is in the log */
		log_flush();
		if (!flush(sftp))
			return;
		if (sftp->ended || (more && has_room(sftp)))
			continue;
		if (unsent(sftp) != 0)
			wait_busy(sftp);
		else if (sftp->at_end)
			return;
		else
			wait_idle(sftp);
	}
	drain(sftp);	/* the replies before a message that ends it */
}

int
sftp_serve(const struct sftp_options *options,
    const struct sftp_account *account, struct tree *tree, int in_fd,
    int out_fd)
{
	struct sftp sftp = {
		.options = options, .account = account, .tree = tree,
		.in_fd = in_fd, .out_fd = out_fd,
		.names.groups = { .is_group = true },
	};
	struct err err;
	int flags = fcntl(out_fd, F_GETFL);

	handles_init(&sftp.handles);
	pages_init(&sftp.pages, out_fd);
	log_info("session opened for local user %s from [%s]", account->user,
	    account->peer);
	signal(SIGPIPE, SIG_IGN);
	if (flags == -1 || !fd_set_nonblock(out_fd, !isatty(out_fd), &err) ||
	    !queue_init(&sftp.in, SFTP_IN_SIZE) ||
	    !queue_init(&sftp.out, SFTP_OUT_SIZE)) {
		log_error("session: %s", strerror(errno));
		sftp.status = SFTP_EXIT_FAILURE;
	} else
		serve(&sftp);
	files_end(&sftp);
	pages_close(&sftp.pages);
	(void)fcntl(out_fd, F_SETFL, flags);
	queue_clear(&sftp.in);
	queue_clear(&sftp.out);
	log_info("session closed for local user %s from [%s]", account->user,
	    account->peer);
	return sftp.status;
}
