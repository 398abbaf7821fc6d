/* SPDX-License-Identifier: ISC */
/*
 * ranges - which bytes of a file were read, whatever the order.
 *
 * Shapes:  a few runs that don't touch, ascending; whoever reads in order,
 *          or with some requests out of order, has one in the end.
 * Units:   bytes; end is behind the last.
 * Errors:  none: of more runs than fit, the shortest is forgotten.
 * Owns:    nothing.
 * Source:  -
 */
#ifndef SFTP_SERVER_RANGES_H
#define SFTP_SERVER_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RANGES_MAX	8	/* readers out of order are by less */

struct range {
	uint64_t start, end;
};

struct ranges {
	unsigned count;
	struct range v[RANGES_MAX];
};

/* offset + len must not wrap around. */
void ranges_add(struct ranges *ranges, uint64_t offset, size_t len);
/* Were all of the first size bytes read? False where one was forgotten. */
bool ranges_cover(const struct ranges *ranges, uint64_t size);

#endif
