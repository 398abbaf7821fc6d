/* SPDX-License-Identifier: ISC */
/*
 * input - the client's messages, one after the other.
 *
 * Shapes:  from a descriptor they are read into a queue. From memory that the
 *          network process shares, a message is copied before it is looked at,
 *          but for the data of a write: nobody looks at those, and the kernel
 *          takes them from where they lie.
 * Units:   bytes, see limits.h.
 * Errors:  of a descriptor or of the other process: logged; the session ends.
 * Owns:    the queue; descriptor and shared memory stay the caller's.
 * Source:  draft-ietf-secsh-filexfer-02, section 3.
 */
#ifndef SFTP_SERVER_INPUT_H
#define SFTP_SERVER_INPUT_H

#include "lib/base/bytes.h"
#include "lib/base/shared_pipe.h"
#include "sftp-server/queue.h"

struct sftp_input {
	int fd;
	struct shared_pipe shared;	/* head NULL: plain bytes come on fd */
	struct sftp_queue queue;
	struct bytes lent;		/* the message in shared memory */
	size_t copied;			/* of it, into the queue */
	size_t next_len;		/* of the message and its length field */
	bool at_end;			/* the client sends no more */
};

/* shared: the reader's side, or NULL. */
MUST_CHECK bool input_init(struct sftp_input *in, int fd,
    const struct shared_pipe *shared);
void input_clear(struct sftp_input *in);

enum input_next {
	INPUT_MESSAGE,
	INPUT_NOTHING,	/* no whole one is there */
	INPUT_BAD,	/* and never will be */
	INPUT_FAILED,	/* the same, and it is not the client's doing: logged */
};

/* The message, after its length; valid until input_done(). */
MUST_CHECK enum input_next input_next(struct sftp_input *in,
    struct bytes *message);
void input_done(struct sftp_input *in);
/*
 * Where data of this message really are. Those that were not copied can change
 * while one looks.
 */
MUST_CHECK struct bytes input_data(const struct sftp_input *in,
    struct bytes data);

/* Waits for more, at most so long (-1: for ever). */
MUST_CHECK bool input_wait(struct sftp_input *in, int timeout_ms);
/* Takes what has come, or waits for it. False: an error. */
MUST_CHECK bool input_fill(struct sftp_input *in);
/*
 * What poll(2) is to watch while replies wait, so that the client can go on;
 * -1: nothing can be taken. Then: input_fill().
 */
MUST_CHECK int input_busy_fd(const struct sftp_input *in);

#endif
