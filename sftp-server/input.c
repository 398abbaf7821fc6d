/* SPDX-License-Identifier: ISC */
#include "sftp-server/input.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/wire/reader.h"
#include "sftp-server/limits.h"
#include "sftp-server/messages.h"

#define LENGTH_LEN	4
/* Of a write, before its data: type, id, handle, offset, length. */
#define WRITE_HEAD_MAX	(1 + 4 + 4 + SFTP_HANDLE_MAX + 8 + 4)

_Static_assert(LENGTH_LEN + SFTP_MESSAGE_MAX <= SHARED_PIPE_SIZE,
    "a message fits");

static bool
is_shared(const struct sftp_input *in)
{
	return in->shared.head != NULL;
}

bool
input_init(struct sftp_input *in, int fd, const struct shared_pipe *shared)
{
	*in = (struct sftp_input){ .fd = fd, .next_len = LENGTH_LEN };
	if (shared != NULL)
		in->shared = *shared;
	return queue_init(&in->queue, SFTP_IN_SIZE);
}

void
input_clear(struct sftp_input *in)
{
	queue_clear(&in->queue);
}

/* Where is the message that begins there? */
static enum input_next
find_message(struct sftp_input *in, struct bytes there, struct bytes *message)
{
	struct reader r = rd_init(there);
	uint32_t len;

	in->next_len = LENGTH_LEN;
	if (there.len < LENGTH_LEN)
		return INPUT_NOTHING;
	len = rd_u32(&r, "length");
	if (len == 0 || len > SFTP_MESSAGE_MAX)
		return INPUT_BAD;
	in->next_len = LENGTH_LEN + (size_t)len;
	if (rd_left(&r) < len)
		return INPUT_NOTHING;
	*message = bytes_of(r.p, len);
	return INPUT_MESSAGE;
}

static bool
is_write(uint8_t type)
{
	enum sftp_request_id kind;

	return sftp_find_request(type, (struct bytes){ 0 }, &kind) &&
	    kind == SFTP_WRITE;
}

/*
 * A copy that stays as it is. Behind the head of a write there are old bytes:
 * its data are where input_data() says.
 */
static struct bytes
copy_message(struct sftp_input *in, struct bytes message)
{
	struct sftp_queue *queue = &in->queue;
	size_t head = MIN(message.len, WRITE_HEAD_MAX);

	memcpy(queue->p, message.p, head);
	if (!is_write(queue->p[0])) {
		memcpy(queue->p + head, message.p + head, message.len - head);
		head = message.len;
	}
	queue->end = in->copied = head;
	queue_note_use(queue);
	queue->end = 0;
	return bytes_of(queue->p, message.len);
}

static enum input_next
next_shared(struct sftp_input *in, struct bytes *message)
{
	enum input_next found;
	struct bytes there;
	struct err err;

	if (!shared_pipe_look(&in->shared, &there, &err)) {
		log_error("input: %s: %s", err.what, err_text(&err));
		return INPUT_FAILED;
	}
	found = find_message(in, there, &in->lent);
	if (found == INPUT_MESSAGE)
		*message = copy_message(in, in->lent);
	return found;
}

enum input_next
input_next(struct sftp_input *in, struct bytes *message)
{
	struct sftp_queue *queue = &in->queue;

	if (is_shared(in))
		return next_shared(in, message);
	return find_message(in, bytes_of(queue->p + queue->start,
	    queue_len(queue)), message);
}

void
input_done(struct sftp_input *in)
{
	if (is_shared(in))
		shared_pipe_take(&in->shared, in->next_len);
	else
		in->queue.start += in->next_len;
	in->lent = (struct bytes){ 0 };
	in->copied = 0;
}

struct bytes
input_data(const struct sftp_input *in, struct bytes data)
{
	size_t at;

	if (in->lent.len == in->copied || data.len == 0)
		return data;
	at = (size_t)(data.p - in->queue.p);
	return at + data.len <= in->copied ? data :
	    bytes_of(in->lent.p + at, data.len);
}

bool
input_wait(struct sftp_input *in, int timeout_ms)
{
	struct pollfd fd = { .fd = in->fd, .events = POLLIN };

	if (is_shared(in) && !in->at_end &&
	    !shared_pipe_await(&in->shared, in->next_len))
		return true;
	return poll(&fd, 1, timeout_ms) != 0;
}

/* The bell's end is the input's, once nothing is left of it. */
static void
fill_shared(struct sftp_input *in)
{
	if (input_wait(in, -1) && !shared_pipe_hush(&in->shared))
		in->at_end = true;
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
read_len(const struct sftp_input *in)
{
	const struct sftp_queue *queue = &in->queue;
	size_t room = queue->cap - queue->end, have = queue_len(queue);

	return in->next_len > SFTP_LONG_MESSAGE &&
	    in->next_len > have ? MIN(room, in->next_len - have) : room;
}

bool
input_fill(struct sftp_input *in)
{
	struct sftp_queue *queue = &in->queue;
	ssize_t n;

	if (is_shared(in)) {
		fill_shared(in);
		return true;
	}
	/* what is left of a message goes to the front when space gets short */
	if (!queue_make_room(queue, queue->cap / 4) &&
	    !queue_make_room(queue, 1))
		return true;
	n = read_some(in->fd, queue->p + queue->end, read_len(in));
	in->at_end = n <= 0;
	if (n == -1) {
		log_error("read: %s", strerror(errno));
		return false;
	}
	queue->end += (size_t)n;
	queue_note_use(queue);
	return true;
}

int
input_busy_fd(const struct sftp_input *in)
{
	bool has_room = queue_len(&in->queue) < in->queue.cap;

	return !is_shared(in) && !in->at_end && has_room ? in->fd : -1;
}
