/* SPDX-License-Identifier: ISC */
#include "sftp-server/ranges.h"

#include <string.h>

#include "lib/base/compiler.h"

static void
remove_at(struct ranges *ranges, unsigned at, unsigned count)
{
	memmove(ranges->v + at, ranges->v + at + count,
	    (ranges->count - at - count) * sizeof(ranges->v[0]));
	ranges->count -= count;
}

static unsigned
shortest(const struct ranges *ranges)
{
	const struct range *v = ranges->v;
	unsigned at = 0;

	for (unsigned i = 1; i < ranges->count; i++) {
		if (v[i].end - v[i].start < v[at].end - v[at].start)
			at = i;
	}
	return at;
}

static void
insert_at(struct ranges *ranges, unsigned at, struct range new)
{
	if (ranges->count == RANGES_MAX) {
		unsigned gone = shortest(ranges);

		remove_at(ranges, gone, 1);
		at -= gone < at;
	}
	memmove(ranges->v + at + 1, ranges->v + at,
	    (ranges->count - at) * sizeof(ranges->v[0]));
	ranges->v[at] = new;
	ranges->count++;
}

void
ranges_add(struct ranges *ranges, uint64_t offset, size_t len)
{
	struct range new = { offset, offset + len };
	unsigned first = 0, last;

	if (len == 0)
		return;
	while (first < ranges->count && ranges->v[first].end < new.start)
		first++;
	/* those from first to last touch the new one */
	for (last = first; last < ranges->count &&
	    ranges->v[last].start <= new.end; last++) {
		new.start = MIN(new.start, ranges->v[last].start);
		new.end = MAX(new.end, ranges->v[last].end);
	}
	if (last == first) {
		insert_at(ranges, first, new);
		return;
	}
	ranges->v[first] = new;
	remove_at(ranges, first + 1, last - first - 1);
}

bool
ranges_cover(const struct ranges *ranges, uint64_t size)
{
	return size == 0 || (ranges->count != 0 && ranges->v[0].start == 0 &&
	    ranges->v[0].end >= size);
}
