/* SPDX-License-Identifier: ISC */
/*
 * queue - bytes in memory that is used again, as a line from end to end.
 *
 * Shapes:  bytes at [start, end) of p.
 * Units:   bytes.
 * Errors:  false: no memory, or no room.
 * Owns:    the memory; an idle session gives most of it back.
 * Source:  mmap(2), madvise(2).
 */
#ifndef SFTP_SERVER_QUEUE_H
#define SFTP_SERVER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/compiler.h"

struct sftp_queue {
	uint8_t *p;
	size_t start, end, cap;
	size_t dirty;		/* highest end since the memory was given back */
};

MUST_CHECK bool queue_init(struct sftp_queue *queue, size_t cap);
void queue_clear(struct sftp_queue *queue);

static inline size_t
queue_len(const struct sftp_queue *queue)
{
	return queue->end - queue->start;
}

/* Room for n bytes behind the end, where it can be had. */
MUST_CHECK bool queue_make_room(struct sftp_queue *queue, size_t n);
/* Bytes were put there, up to the end. */
void queue_note_use(struct sftp_queue *queue);
/* Is there memory that is worth giving back? */
bool queue_is_large(const struct sftp_queue *queue);
/* The queue is empty. */
void queue_give_back(struct sftp_queue *queue);

#endif
