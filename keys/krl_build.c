/* SPDX-License-Identifier: ISC */
/* krl_set_build(): how a set becomes a file, in about its shortest form. */
#include "keys/krl_set.h"

#include <stdlib.h>

#include "lib/wire/writer.h"

#define PART_HEAD	5	/* type and length */
#define BITMAP_MAX	2047	/* bytes: longer ones ssh-keygen won't read */
#define LONE_COST	8	/* one serial more in a list */
#define RANGE_COST	(PART_HEAD + 16)

/* ---- sorting and merging ------------------------------------------------ */

static int
compare_ranges(const void *a, const void *b)
{
	const struct krl_range *x = a, *y = b;

	if (x->ca != y->ca)
		return x->ca < y->ca ? -1 : 1;
	return x->low == y->low ? 0 : x->low < y->low ? -1 : 1;
}

static int
compare_items(const void *a, const void *b)
{
	const struct krl_item *x = a, *y = b;
	int order;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->ca != y->ca)
		return x->ca < y->ca ? -1 : 1;
	order = memcmp(x->p, y->p, MIN(x->len, y->len));
	if (order != 0 || x->len == y->len)
		return order;
	return x->len < y->len ? -1 : 1;
}

static void
merge_ranges(struct krl_set *set)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->range_count; i++) {
		struct krl_range next = set->ranges[i], *last;

		last = kept == 0 ? NULL : &set->ranges[kept - 1];
		if (last != NULL && last->ca == next.ca &&
		    (last->high == UINT64_MAX || next.low <= last->high + 1))
			last->high = MAX(last->high, next.high);
		else
			set->ranges[kept++] = next;
	}
	set->range_count = kept;
}

static void
merge_items(struct krl_set *set)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->item_count; i++) {
		if (kept != 0 && compare_items(&set->items[kept - 1],
		    &set->items[i]) == 0)
			free(set->items[i].p);
		else
			set->items[kept++] = set->items[i];
	}
	set->item_count = kept;
}

static void
sort_set(struct krl_set *set)
{
	if (set->range_count != 0)
		qsort(set->ranges, set->range_count, sizeof(*set->ranges),
		    compare_ranges);
	if (set->item_count != 0)
		qsort(set->items, set->item_count, sizeof(*set->items),
		    compare_items);
	merge_ranges(set);
	merge_items(set);
}

/* ---- serials ------------------------------------------------------------ */

static bool
is_lone(const struct krl_range *range)
{
	return range->low == range->high;
}

static size_t
cost_apart(const struct krl_range *range)
{
	return is_lone(range) ? LONE_COST : RANGE_COST;
}

/* Bytes of a bitmap over count ranges; more than BITMAP_MAX: none can be. */
static size_t
bitmap_len(const struct krl_range *ranges, size_t count)
{
	uint64_t bits = ranges[count - 1].high - ranges[0].low;

	return bits / 8 + 1 > BITMAP_MAX ? BITMAP_MAX + 1 :
	    (size_t)(bits / 8 + 1);
}

/*
 * How many ranges from here on are shorter together as a bitmap: as long as
 * each one adds fewer bytes to it than it would take by itself.
 */
static size_t
bitmap_count(const struct krl_range *ranges, size_t count)
{
	size_t n = 1, apart = cost_apart(&ranges[0]), with;

	if (bitmap_len(ranges, 1) > RANGE_COST)
		return 0;
	while (n < count) {
		with = bitmap_len(ranges, n + 1);
		if (with > BITMAP_MAX || with - bitmap_len(ranges, n) >
		    cost_apart(&ranges[n]))
			break;
		apart += cost_apart(&ranges[n]);
		n++;
	}
	with = PART_HEAD + 8 + 4 + 1 + bitmap_len(ranges, n);
	return n > 1 && with < apart ? n : 0;
}

static void
wr_bitmap(struct writer *w, const struct krl_range *ranges, size_t count)
{
	uint8_t map[BITMAP_MAX] = { 0 };
	size_t len = bitmap_len(ranges, count), at;

	for (size_t i = 0; i < count; i++) {
		for (uint64_t bit = ranges[i].low - ranges[0].low;
		    bit <= ranges[i].high - ranges[0].low; bit++)
			map[len - 1 - bit / 8] |= (uint8_t)(1 << bit % 8);
	}
	wr_u8(w, KRL_CERT_SERIAL_BITMAP);
	at = w->len;
	wr_u32(w, 0);
	wr_u64(w, ranges[0].low);
	wr_mpint(w, bytes_of(map, len));
	if (!w->full)
		put_u32(w->p + at, (uint32_t)(w->len - at - 4));
}

static void
wr_range(struct writer *w, const struct krl_range *range)
{
	wr_u8(w, KRL_CERT_SERIAL_RANGE);
	wr_u32(w, 16);
	wr_u64(w, range->low);
	wr_u64(w, range->high);
}

/* Single serials, up to the next range or bitmap; returns how many. */
static size_t
wr_list(struct writer *w, const struct krl_range *ranges, size_t count)
{
	size_t n = 0;

	while (n < count && is_lone(&ranges[n]) &&
	    bitmap_count(ranges + n, count - n) == 0)
		n++;
	wr_u8(w, KRL_CERT_SERIAL_LIST);
	wr_u32(w, (uint32_t)(8 * n));
	for (size_t i = 0; i < n; i++)
		wr_u64(w, ranges[i].low);
	return n;
}

static void
wr_serials(struct writer *w, const struct krl_range *ranges, size_t count)
{
	size_t n;

	for (size_t i = 0; i < count; i += n) {
		n = bitmap_count(ranges + i, count - i);
		if (n != 0)
			wr_bitmap(w, ranges + i, n);
		else if (is_lone(&ranges[i]))
			n = wr_list(w, ranges + i, count - i);
		else {
			wr_range(w, &ranges[i]);
			n = 1;
		}
	}
}

/* ---- sections ----------------------------------------------------------- */

/* All items of a kind (and a CA) as one run of strings; none: no section. */
static void
wr_items(struct writer *w, const struct krl_set *set, enum krl_kind kind,
    size_t ca, uint8_t type)
{
	size_t at = 0;

	for (size_t i = 0; i < set->item_count; i++) {
		const struct krl_item *item = &set->items[i];

		if (item->kind != kind || item->ca != ca)
			continue;
		if (at == 0) {
			wr_u8(w, type);
			at = w->len;
			wr_u32(w, 0);
		}
		wr_string(w, bytes_of(item->p, item->len));
	}
	if (at != 0 && !w->full)
		put_u32(w->p + at, (uint32_t)(w->len - at - 4));
}

static void
wr_certificates(struct writer *w, const struct krl_set *set, size_t ca)
{
	size_t first = 0, count = 0, at;

	while (first < set->range_count && set->ranges[first].ca != ca)
		first++;
	while (first + count < set->range_count &&
	    set->ranges[first + count].ca == ca)
		count++;
	wr_u8(w, KRL_SECTION_CERTIFICATES);
	at = w->len;
	wr_u32(w, 0);
	wr_string(w, bytes_of(set->cas[ca].p, set->cas[ca].len));
	wr_cstring(w, "");
	wr_serials(w, set->ranges + first, count);
	wr_items(w, set, KRL_KEY_ID, ca, KRL_CERT_KEY_ID);
	if (!w->full)
		put_u32(w->p + at, (uint32_t)(w->len - at - 4));
}

/* No encoding of a range is longer than a part of its own. */
static size_t
size_max(const struct krl_set *set)
{
	size_t size = 256 + (set->comment == NULL ? 0 : strlen(set->comment));

	for (size_t i = 0; i < set->ca_count; i++)
		size += 64 + set->cas[i].len;
	for (size_t i = 0; i < set->item_count; i++)
		size += 16 + set->items[i].len;
	return size + set->range_count * (RANGE_COST + PART_HEAD);
}

bool
krl_set_build(struct krl_set *set, uint8_t **file, size_t *len,
    struct err *err)
{
	struct writer w;
	uint8_t *p;

	sort_set(set);
	if ((p = malloc(size_max(set))) == NULL)
		return err_set(err, ERR_NOMEM, "revocation list");
	w = wr_init(p, size_max(set));
	wr_bytes(&w, KRL_MAGIC, sizeof(KRL_MAGIC));
	wr_u32(&w, KRL_FORMAT);
	wr_u64(&w, set->version);
	wr_u64(&w, set->generated);
	wr_u64(&w, 0);
	wr_cstring(&w, "");
	wr_cstring(&w, set->comment == NULL ? "" : set->comment);
	wr_items(&w, set, KRL_KEY, 0, KRL_SECTION_KEYS);
	wr_items(&w, set, KRL_SHA256, 0, KRL_SECTION_SHA256);
	wr_items(&w, set, KRL_SHA1, 0, KRL_SECTION_SHA1);
	for (size_t ca = 0; ca < set->ca_count; ca++)
		wr_certificates(&w, set, ca);
	if (!wr_end(&w, err) || (w.len > KRL_FILE_MAX &&
	    !err_set(err, ERR_RANGE, "revocation list"))) {
		free(p);
		return false;
	}
	*file = p;
	*len = w.len;
	return true;
}
