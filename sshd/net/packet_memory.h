/* SPDX-License-Identifier: ISC */
/*
 * packet_memory - one run of anonymous memory for a stream of packets.
 *
 * Shapes:  address space is taken at once, pages as they are touched, and
 *          given back when the connection is idle.
 * Units:   bytes.
 * Errors:  ERR_NOMEM.
 * Owns:    its mapping.
 * Source:  mmap(2), mremap(2), madvise(2).
 */
#ifndef SSHD_NET_PACKET_MEMORY_H
#define SSHD_NET_PACKET_MEMORY_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

struct packet_memory {
	uint8_t *p;
	size_t cap;
};

MUST_CHECK bool packet_memory_init(struct packet_memory *m, size_t cap,
    struct err *err);
/* May move; the contents stay. */
MUST_CHECK bool packet_memory_grow(struct packet_memory *m, size_t cap,
    struct err *err);
/* The contents are lost, the pages are the kernel's again. */
void packet_memory_trim(struct packet_memory *m);
void packet_memory_clear(struct packet_memory *m);

#endif
