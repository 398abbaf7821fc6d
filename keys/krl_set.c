/* SPDX-License-Identifier: ISC */
#include "keys/krl_set.h"

#include <endian.h>
#include <stdlib.h>

void
krl_set_clear(struct krl_set *set)
{
	for (size_t i = 0; i < set->ca_count; i++)
		free(set->cas[i].p);
	for (size_t i = 0; i < set->item_count; i++)
		free(set->items[i].p);
	free(set->cas);
	free(set->ranges);
	free(set->items);
	free(set->comment);
	*set = (struct krl_set){ 0 };
}

/* ---- adding ------------------------------------------------------------- */

/* Room for one more element; the array doubles at each power of two. */
static MUST_CHECK bool
grow(void **array, size_t count, size_t size, struct err *err)
{
	void *more;

	if (count != 0 && (count & (count - 1)) != 0)
		return true;
	more = reallocarray(*array, count == 0 ? 1 : 2 * count, size);
	if (more == NULL)
		return err_set(err, ERR_NOMEM, "revocation list");
	*array = more;
	return true;
}

static MUST_CHECK bool
append_item(struct krl_item **items, size_t *count, struct krl_item item,
    struct bytes data, struct err *err)
{
	void *array = *items;

	if (!grow(&array, *count, sizeof(item), err))
		return false;
	*items = array;
	if ((item.p = malloc(data.len + 1)) == NULL)
		return err_set(err, ERR_NOMEM, "revocation list");
	if (data.len != 0)
		memcpy(item.p, data.p, data.len);
	item.len = data.len;
	(*items)[(*count)++] = item;
	return true;
}

static MUST_CHECK bool
find_ca(struct krl_set *set, struct bytes ca, size_t *place, struct err *err)
{
	for (size_t i = 0; i < set->ca_count; i++) {
		if (bytes_equal(ca, bytes_of(set->cas[i].p,
		    set->cas[i].len))) {
			*place = i;
			return true;
		}
	}
	*place = set->ca_count;
	return append_item(&set->cas, &set->ca_count,
	    (struct krl_item){ 0 }, ca, err);
}

bool
krl_set_add_serials(struct krl_set *set, struct bytes ca, uint64_t low,
    uint64_t high, struct err *err)
{
	void *array = set->ranges;
	size_t place;

	if (low == 0 || low > high)
		return err_set(err, ERR_RANGE, "serial");
	if (!find_ca(set, ca, &place, err) ||
	    !grow(&array, set->range_count, sizeof(*set->ranges), err))
		return false;
	set->ranges = array;
	set->ranges[set->range_count++] = (struct krl_range){
		.ca = place, .low = low, .high = high,
	};
	return true;
}

bool
krl_set_add_key_id(struct krl_set *set, struct bytes ca, struct bytes key_id,
    struct err *err)
{
	struct krl_item item = { .kind = KRL_KEY_ID };

	return find_ca(set, ca, &item.ca, err) && append_item(&set->items,
	    &set->item_count, item, key_id, err);
}

bool
krl_set_add(struct krl_set *set, enum krl_kind kind, struct bytes data,
    struct err *err)
{
	return append_item(&set->items, &set->item_count,
	    (struct krl_item){ .kind = kind }, data, err);
}

/* ---- out of a file ------------------------------------------------------ */

/* A file may list serial 0, which means nothing. */
static MUST_CHECK bool
load_range(struct krl_set *set, const struct krl_entry *entry, uint64_t low,
    uint64_t high, struct err *err)
{
	if (low == 0)
		low = 1;
	return high == 0 ||
	    krl_set_add_serials(set, entry->ca, low, high, err);
}

static MUST_CHECK bool
load_list(struct krl_set *set, const struct krl_entry *entry,
    struct err *err)
{
	for (size_t i = 0; i < entry->data.len; i += sizeof(uint64_t)) {
		uint64_t serial;

		memcpy(&serial, entry->data.p + i, sizeof(serial));
		serial = be64toh(serial);
		if (!load_range(set, entry, serial, serial, err))
			return false;
	}
	return true;
}

static MUST_CHECK bool
load_bitmap(struct krl_set *set, const struct krl_entry *entry,
    struct err *err)
{
	const struct bytes map = entry->data;

	for (size_t i = 0; i < map.len * 8; i++) {
		if ((map.p[map.len - 1 - i / 8] >> (i % 8) & 1) == 0)
			continue;
		if (UINT64_MAX - entry->low < i)
			return err_set(err, ERR_RANGE, "bitmap of serials");
		if (!load_range(set, entry, entry->low + i, entry->low + i,
		    err))
			return false;
	}
	return true;
}

static bool
load_entry(void *arg, const struct krl_entry *entry, struct err *err)
{
	struct krl_set *set = arg;

	switch (entry->kind) {
	case KRL_SERIAL_LIST:
		return load_list(set, entry, err);
	case KRL_SERIAL_RANGE:
		return load_range(set, entry, entry->low, entry->high, err);
	case KRL_SERIAL_BITMAP:
		return load_bitmap(set, entry, err);
	case KRL_KEY_ID:
		return krl_set_add_key_id(set, entry->ca, entry->data, err);
	case KRL_KEY:
	case KRL_SHA1:
	case KRL_SHA256:
		break;
	}
	return krl_set_add(set, entry->kind, entry->data, err);
}

bool
krl_set_load(struct krl_set *set, struct bytes file, struct err *err)
{
	struct krl_head head;

	if (!krl_walk(file, &head, load_entry, set, err))
		return false;
	set->version = head.version;
	set->generated = head.generated;
	free(set->comment);
	set->comment = head.comment.len == 0 ? NULL :
	    bytes_dup_str(head.comment);
	return true;
}
