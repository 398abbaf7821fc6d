/* SPDX-License-Identifier: ISC */
#include "sftp-server/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "sftp-server/files.h"
#include "sftp-server/reply.h"
#include "sftp-server/requests.h"

/* Replies that are not yet written. */
static size_t
unsent(const struct sftp *sftp)
{
	return queue_len(&sftp->out) + sftp->pages.len;
}

/* False: no whole message is there, or the session is over. */
static bool
next_message(struct sftp *sftp, struct bytes *message)
{
	switch (input_next(&sftp->in, message)) {
	case INPUT_MESSAGE:
		return true;
	case INPUT_NOTHING:
		return false;
	case INPUT_BAD:
		log_error("bad message from %s local user %s",
		    sftp->account->peer, sftp->account->user);
		sftp->status = SFTP_EXIT_BAD_MESSAGE;
		break;
	case INPUT_FAILED:
		sftp->status = SFTP_EXIT_FAILURE;
		break;
	}
	sftp->ended = true;
	return false;
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

	for (unsigned replies = 0; has_room(sftp); replies++) {
		if (replies == SFTP_OUT_REPLIES ||
		    unsent(sftp) - before >= SFTP_OUT_BATCH)
			return true;
		if (sftp->ended || !next_message(sftp, &message))
			return false;
		if (!sftp_dispatch(sftp, message))
			sftp->ended = true;
		input_done(&sftp->in);
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

static void
fill(struct sftp *sftp)
{
	if (!input_fill(&sftp->in))
		sftp->status = SFTP_EXIT_FAILURE;
}

/* Nothing is left to be done: waits for the client. */
static void
wait_idle(struct sftp *sftp)
{
	if ((queue_is_large(&sftp->in.queue) || queue_is_large(&sftp->out) ||
	    sftp->pages.fds[0] != -1) && queue_len(&sftp->in.queue) == 0 &&
	    !input_wait(&sftp->in, SFTP_IDLE_MS)) {
		queue_give_back(&sftp->in.queue);
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
	struct pollfd fds[2] = {
		{ .fd = sftp->out_fd, .events = POLLOUT },
		{ .fd = input_busy_fd(&sftp->in), .events = POLLIN },
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
		else if (sftp->in.at_end)
			return;
		else
			wait_idle(sftp);
	}
	drain(sftp);	/* the replies before a message that ends it */
}

int
sftp_serve(const struct sftp_options *options,
    const struct sftp_account *account, struct tree *tree,
    const struct sftp_client *client)
{
	int out_fd = client->out_fd, flags = fcntl(out_fd, F_GETFL);
	struct sftp sftp = {
		.options = options, .account = account, .tree = tree,
		.out_fd = out_fd,
		.names.groups = { .is_group = true },
	};
	struct err err;

	handles_init(&sftp.handles);
	pages_init(&sftp.pages, out_fd);
	log_info("session opened for local user %s from [%s]", account->user,
	    account->peer);
	signal(SIGPIPE, SIG_IGN);
	if (flags == -1 || !fd_set_nonblock(out_fd, !isatty(out_fd), &err) ||
	    !input_init(&sftp.in, client->in_fd, client->shared) ||
	    !queue_init(&sftp.out, SFTP_OUT_SIZE)) {
		log_error("session: %s", strerror(errno));
		sftp.status = SFTP_EXIT_FAILURE;
	} else
		serve(&sftp);
	files_end(&sftp);
	pages_close(&sftp.pages);
	(void)fcntl(out_fd, F_SETFL, flags);
	input_clear(&sftp.in);
	queue_clear(&sftp.out);
	log_info("session closed for local user %s from [%s]", account->user,
	    account->peer);
	return sftp.status;
}
