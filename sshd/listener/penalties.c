/* SPDX-License-Identifier: ISC */
#include "sshd/listener/penalties.h"

#include <stdlib.h>
#include <sys/random.h>

#define BUCKETS		4096	/* 65536 sources: sixteen in each */
#define HEAP_FIRST	64

struct penalty {
	struct penalty *next;		/* in its bucket */
	struct cidr source;
	int64_t ends_ms;
	enum child_end end;		/* what it was last given for */
	bool active;
	size_t heap_at;
};

static const struct reason {
	size_t offset;			/* of a price in struct conf_penalties */
	const char *text;
} reasons[END_COUNT] = {
#define PRICE(f)	offsetof(struct conf_penalties, f)
	[END_ORDERLY] = { 0, "" },
	[END_GRACE] = { PRICE(grace_exceeded_s),
	    "penalty: exceeded LoginGraceTime" },
	[END_CRASH] = { PRICE(crash_s), "penalty: caused crash" },
	[END_NET_CRASH] = { PRICE(crash_s), "penalty: caused crash" },
	[END_AUTH_FAILED] = { PRICE(authfail_s),
	    "penalty: failed authentication" },
	[END_REFUSED] = { PRICE(refuseconnection_s),
	    "penalty: connection prohibited by RefuseConnection" },
	[END_INVALID_USER] = { PRICE(invaliduser_s),
	    "penalty: attempted authentication by invalid user" },
	[END_NO_AUTH] = { PRICE(noauth_s),
	    "penalty: connections without attempting authentication" },
	[END_OURS] = { 0, "" },
#undef PRICE
};

const char *
penalties_reason(enum child_end end)
{
	return reasons[end].text;
}

static int64_t
ms_of(double seconds)
{
	/* the configuration ends at 2^31 seconds */
	return (int64_t)(seconds * 1000);
}

static int64_t
price_ms(const struct conf_penalties *conf, enum child_end end)
{
	if (!conf->enabled || end == END_ORDERLY || end == END_OURS)
		return 0;
	return ms_of(*(const double *)((const char *)conf +
	    reasons[end].offset));
}

struct cidr
penalties_source(const struct conf *conf, const struct ip_addr *ip)
{
	return cidr_around(ip, ip->family == AF_INET ?
	    conf->per_source_net_block_size_v4 :
	    conf->per_source_net_block_size_v6);
}

static struct penalty_table *
table_of(struct penalties *penalties, const struct cidr *source)
{
	return source->net.family == AF_INET ? &penalties->v4 :
	    &penalties->v6;
}

static uint32_t
limit_of(const struct conf_penalties *conf, const struct cidr *source)
{
	return source->net.family == AF_INET ? conf->max_sources4 :
	    conf->max_sources6;
}

static bool
denies_all(const struct conf_penalties *conf, const struct cidr *source)
{
	return source->net.family == AF_INET ? conf->overflow_deny :
	    conf->overflow6_deny;
}

/* ---- buckets ------------------------------------------------------------- */

static size_t
bucket_of(const struct penalties *penalties, const struct cidr *source)
{
	uint64_t hash = penalties->seed;

	for (size_t i = 0; i < sizeof(source->net.b); i++) {
		hash = (hash ^ source->net.b[i]) * 0x100000001b3u;
		hash ^= hash >> 29;
	}
	return (size_t)((hash * 0x9e3779b97f4a7c15u) >> 32) % BUCKETS;
}

static bool
same_source(const struct cidr *a, const struct cidr *b)
{
	return a->bits == b->bits && a->net.family == b->net.family &&
	    memcmp(a->net.b, b->net.b, sizeof(a->net.b)) == 0;
}

static struct penalty *
find(struct penalties *penalties, const struct cidr *source)
{
	const struct penalty_table *table = table_of(penalties, source);
	struct penalty *p = table->buckets == NULL ? NULL :
	    table->buckets[bucket_of(penalties, source)];

	while (p != NULL && !same_source(&p->source, source))
		p = p->next;
	return p;
}

/* ---- heap ---------------------------------------------------------------- */

static void
heap_put(struct penalty_table *table, size_t at, struct penalty *penalty)
{
	table->heap[at] = penalty;
	penalty->heap_at = at;
}

static void
heap_up(struct penalty_table *table, struct penalty *penalty)
{
	size_t at = penalty->heap_at;

	for (; at != 0; at = (at - 1) / 2) {
		struct penalty *above = table->heap[(at - 1) / 2];

		if (above->ends_ms <= penalty->ends_ms)
			break;
		heap_put(table, at, above);
	}
	heap_put(table, at, penalty);
}

static void
heap_down(struct penalty_table *table, struct penalty *penalty)
{
	size_t at = penalty->heap_at, below;

	while ((below = 2 * at + 1) < table->count) {
		if (below + 1 < table->count &&
		    table->heap[below + 1]->ends_ms <
		    table->heap[below]->ends_ms)
			below++;
		if (penalty->ends_ms <= table->heap[below]->ends_ms)
			break;
		heap_put(table, at, table->heap[below]);
		at = below;
	}
	heap_put(table, at, penalty);
}

static bool
heap_reserve(struct penalty_table *table)
{
	size_t cap = table->cap == 0 ? HEAP_FIRST : table->cap * 2;
	struct penalty **heap;

	if (table->count < table->cap)
		return true;
	if ((heap = reallocarray(table->heap, cap, sizeof(*heap))) == NULL)
		return false;
	table->heap = heap;
	table->cap = cap;
	return true;
}

/* ---- entries ------------------------------------------------------------- */

static void
remove_first(struct penalties *penalties, struct penalty_table *table)
{
	struct penalty *first = table->heap[0];
	struct penalty **at =
	    &table->buckets[bucket_of(penalties, &first->source)];
	struct penalty *last = table->heap[--table->count];

	while (*at != first)
		at = &(*at)->next;
	*at = first->next;
	if (last != first) {
		last->heap_at = 0;
		heap_down(table, last);
	}
	free(first);
}

static void
remove_ended(struct penalties *penalties, struct penalty_table *table,
    int64_t now_ms)
{
	while (table->count != 0 && table->heap[0]->ends_ms <= now_ms)
		remove_first(penalties, table);
}

static bool
table_reserve(struct penalties *penalties, struct penalty_table *table)
{
	if (table->buckets == NULL) {
		/* without randomness the hash is only weaker */
		if (penalties->seed == 0)
			(void)!getrandom(&penalties->seed,
			    sizeof(penalties->seed), 0);
		table->buckets = calloc(BUCKETS, sizeof(*table->buckets));
	}
	return table->buckets != NULL && heap_reserve(table);
}

/* NULL: there is no room, or memory is out. */
static struct penalty *
add_entry(struct penalties *penalties, const struct conf_penalties *conf,
    const struct cidr *source)
{
	struct penalty_table *table = table_of(penalties, source);
	struct penalty *new, **bucket;

	/* a reload may have made the table smaller */
	while (!denies_all(conf, source) && table->count != 0 &&
	    table->count >= limit_of(conf, source))
		remove_first(penalties, table);
	if (table->count >= limit_of(conf, source) ||
	    !table_reserve(penalties, table) ||
	    (new = calloc(1, sizeof(*new))) == NULL)
		return NULL;
	bucket = &table->buckets[bucket_of(penalties, source)];
	new->source = *source;
	new->next = *bucket;
	*bucket = new;
	heap_put(table, table->count++, new);
	return new;
}

struct penalty_result
penalties_add(struct penalties *penalties, const struct conf_penalties *conf,
    const struct cidr *source, enum child_end end, int64_t now_ms)
{
	struct penalty_table *table = table_of(penalties, source);
	struct penalty_result result = { .change = PENALTY_NONE };
	int64_t price = price_ms(conf, end), max_ms = ms_of(conf->max_s);
	struct penalty *penalty;

	if (price == 0 || source->net.family == 0)
		return result;
	remove_ended(penalties, table, now_ms);
	result.change = PENALTY_RAISED;
	if ((penalty = find(penalties, source)) == NULL) {
		penalty = add_entry(penalties, conf, source);
		result.change = penalty == NULL ? PENALTY_FULL : PENALTY_NEW;
		if (penalty == NULL)
			return result;
		penalty->ends_ms = now_ms;
	}
	penalty->end = end;
	penalty->ends_ms = MIN(penalty->ends_ms + price, now_ms + max_ms);
	result.left_ms = penalty->ends_ms - now_ms;
	if (!penalty->active && result.left_ms > ms_of(conf->min_s)) {
		penalty->active = true;
		if (result.change == PENALTY_RAISED)
			result.change = PENALTY_ACTIVATED;
	}
	result.active = penalty->active;
	/* later than before, unless max became smaller by a reload */
	heap_up(table, penalty);
	heap_down(table, penalty);
	return result;
}

const char *
penalties_refusal(struct penalties *penalties,
    const struct conf_penalties *conf, const struct cidr *source,
    int64_t now_ms)
{
	struct penalty_table *table = table_of(penalties, source);
	const struct penalty *penalty;

	if (!conf->enabled || source->net.family == 0)
		return NULL;
	remove_ended(penalties, table, now_ms);
	penalty = find(penalties, source);
	if (penalty != NULL && penalty->active)
		return penalties_reason(penalty->end);
	if (denies_all(conf, source) && table->count != 0 &&
	    table->count >= limit_of(conf, source))
		return "too many penalised addresses";
	return NULL;
}

static void
clear_table(struct penalties *penalties, struct penalty_table *table)
{
	while (table->count != 0)
		remove_first(penalties, table);
	free(table->buckets);
	free(table->heap);
	*table = (struct penalty_table){ .count = 0 };
}

void
penalties_clear(struct penalties *penalties)
{
	clear_table(penalties, &penalties->v4);
	clear_table(penalties, &penalties->v6);
}
