/* SPDX-License-Identifier: ISC */
#include "sshd/net/packet_memory.h"

#include <sys/mman.h>

bool
packet_memory_init(struct packet_memory *m, size_t cap, struct err *err)
{
	void *p = mmap(NULL, cap, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*m = (struct packet_memory){ 0 };
	if (p == MAP_FAILED)
		return err_set(err, ERR_NOMEM, "packet memory");
	*m = (struct packet_memory){ p, cap };
	return true;
}

bool
packet_memory_grow(struct packet_memory *m, size_t cap, struct err *err)
{
	void *p = mremap(m->p, m->cap, cap, MREMAP_MAYMOVE);

	if (p == MAP_FAILED)
		return err_set(err, ERR_NOMEM, "packet memory");
	*m = (struct packet_memory){ p, cap };
	return true;
}

void
packet_memory_trim(struct packet_memory *m)
{
	if (m->p != NULL)
		(void)madvise(m->p, m->cap, MADV_DONTNEED);
}

void
packet_memory_clear(struct packet_memory *m)
{
	if (m->p != NULL)
		(void)munmap(m->p, m->cap);
	*m = (struct packet_memory){ 0 };
}
