/* SPDX-License-Identifier: ISC */
#include "fuzz/mutate.h"

#include "lib/base/compiler.h"
#include "lib/wire/writer.h"

#define CHANGES_MAX	6	/* to one input */
#define RUN_MAX		64	/* bytes inserted or taken out at once */

uint64_t
mutate_random(struct mutate *m)
{
	uint64_t z = m->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

size_t
mutate_below(struct mutate *m, size_t n)
{
	return n == 0 ? 0 : (size_t)(mutate_random(m) % n);
}

struct buffer {
	uint8_t *p;
	size_t len, cap;
};

typedef void change(struct mutate *, struct buffer *, struct bytes other);

static void
flip_bit(struct mutate *m, struct buffer *b, struct bytes other)
{
	(void)other;
	if (b->len != 0)
		b->p[mutate_below(m, b->len)] ^=
		    (uint8_t)(1u << mutate_below(m, 8));
}

static void
set_byte(struct mutate *m, struct buffer *b, struct bytes other)
{
	static const uint8_t edges[] = { 0, 1, 0x7f, 0x80, 0xff, '\n', ' ',
	    '"', ',', '-', '0', '%' };
	uint64_t r = mutate_random(m);

	(void)other;
	if (b->len != 0)
		b->p[mutate_below(m, b->len)] = (r & 1) != 0 ?
		    (uint8_t)(r >> 8) : edges[(r >> 8) % sizeof(edges)];
}

static void
truncate_end(struct mutate *m, struct buffer *b, struct bytes other)
{
	(void)other;
	b->len = mutate_below(m, b->len + 1);
}

static void
cut_run(struct mutate *m, struct buffer *b, struct bytes other)
{
	size_t at = mutate_below(m, b->len + 1);
	size_t n = mutate_below(m, MIN(b->len - at, RUN_MAX) + 1);

	(void)other;
	memmove(b->p + at, b->p + at + n, b->len - at - n);
	b->len -= n;
}

static void
insert(struct buffer *b, size_t at, struct bytes what)
{
	size_t n = MIN(what.len, b->cap - b->len);

	if (n == 0)
		return;
	memmove(b->p + at + n, b->p + at, b->len - at);
	memcpy(b->p + at, what.p, n);
	b->len += n;
}

static void
insert_random(struct mutate *m, struct buffer *b, struct bytes other)
{
	uint8_t run[RUN_MAX];

	(void)other;
	for (size_t i = 0; i < sizeof(run); i++)
		run[i] = (uint8_t)mutate_random(m);
	insert(b, mutate_below(m, b->len + 1),
	    bytes_of(run, mutate_below(m, sizeof(run))));
}

/* One part twice: list entries, messages. */
static void
repeat(struct mutate *m, struct buffer *b, struct bytes other)
{
	uint8_t run[RUN_MAX];
	size_t at = mutate_below(m, b->len + 1);
	size_t n = mutate_below(m, MIN(b->len - at, sizeof(run)) + 1);

	(void)other;
	memcpy(run, b->p + at, n);
	insert(b, mutate_below(m, b->len + 1), bytes_of(run, n));
}

static void
splice(struct mutate *m, struct buffer *b, struct bytes other)
{
	size_t from = mutate_below(m, other.len + 1);
	size_t n = mutate_below(m, MIN(other.len - from, 8 * RUN_MAX) + 1);

	if (n != 0)
		insert(b, mutate_below(m, b->len + 1),
		    bytes_of(other.p + from, n));
}

/* Where four bytes may be a length: something about as long, or absurd. */
static void
edit_length(struct mutate *m, struct buffer *b, struct bytes other)
{
	uint8_t *p;
	uint32_t values[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff,
	    0xfffffffc, 65536, 32768, 262144, 0, 0, 0, 0, 0 };
	size_t at;

	(void)other;
	if (b->len < 4)
		return;
	at = mutate_below(m, b->len - 3);
	p = b->p + at;
	values[9] = (uint32_t)(b->len - at - 4);
	values[10] = values[9] + 1;
	values[11] = (uint32_t)p[3] + 1;
	values[12] = (uint32_t)p[3] - 1;
	values[13] = (uint32_t)mutate_below(m, b->len + 1);
	put_u32(p, values[mutate_below(m, ARRAY_LEN(values))]);
}

static change *const changes[] = {
	flip_bit, set_byte, set_byte, truncate_end, cut_run, insert_random,
	repeat, splice, edit_length, edit_length,
};

size_t
mutate_run(struct mutate *m, uint8_t *buf, size_t len, size_t cap,
    struct bytes other)
{
	struct buffer b = { buf, len, cap };
	size_t count = 1 + mutate_below(m, CHANGES_MAX);

	for (size_t i = 0; i < count; i++)
		changes[mutate_below(m, ARRAY_LEN(changes))](m, &b, other);
	return b.len;
}
