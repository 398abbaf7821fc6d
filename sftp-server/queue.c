/* SPDX-License-Identifier: ISC */
#include "sftp-server/queue.h"

#include <string.h>
#include <sys/mman.h>

#include "sftp-server/limits.h"

bool
queue_init(struct sftp_queue *queue, size_t cap)
{
	void *p = mmap(NULL, cap, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return false;
	*queue = (struct sftp_queue){ .p = p, .cap = cap };
	return true;
}

void
queue_clear(struct sftp_queue *queue)
{
	if (queue->p != NULL)
		munmap(queue->p, queue->cap);
	*queue = (struct sftp_queue){ 0 };
}

bool
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

void
queue_note_use(struct sftp_queue *queue)
{
	if (queue->end > queue->dirty)
		queue->dirty = queue->end;
}

bool
queue_is_large(const struct sftp_queue *queue)
{
	return queue->dirty > SFTP_KEPT_MAX;
}

void
queue_give_back(struct sftp_queue *queue)
{
	if (!queue_is_large(queue))
		return;
	(void)madvise(queue->p + SFTP_KEPT_MAX, queue->cap - SFTP_KEPT_MAX,
	    MADV_DONTNEED);
	queue->dirty = 0;
}
