/* SPDX-License-Identifier: ISC */
#include "sshd/config/value.h"

#include "lib/base/limits.h"
#include "lib/base/pattern.h"
#include "sshd/config/suggest.h"

#define SET_MAX		64	/* the longest table has 24 rows */

/* A list under construction, without duplicates. */
struct set {
	const struct alg_name *v[SET_MAX];
	size_t count;
};

static const struct {
	const char *noun;
	bool wildcards;		/* in lists other than `-` ones */
} kinds[ALG_KIND_COUNT] = {
	[ALG_KEX] = { "key exchange method", false },
	[ALG_CIPHER] = { "cipher", false },
	[ALG_MAC] = { "MAC", false },
	[ALG_SIGNATURE] = { "key type", true },
	[ALG_CA_SIGNATURE] = { "key type", true },
};

static void
set_add(struct set *set, const struct alg_name *row)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->v[i] == row)
			return;
	}
	if (set->count < SET_MAX)
		set->v[set->count++] = row;
}

static void
set_add_defaults(struct set *set, enum alg_kind kind)
{
	const struct alg_name *row;

	for (size_t i = 0; (row = alg_name_row(kind, i)) != NULL; i++) {
		if (row->use == ALG_DEFAULT)
			set_add(set, row);
	}
}

static bool
bad_name(struct value_in *in, const char *name)
{
	struct suggest suggest = suggest_init(name);
	const struct alg_name *row;

	for (size_t i = 0; (row = alg_name_row(in->kw->algs, i)) != NULL; i++)
		suggest_offer(&suggest, row->name);
	if (suggest.best == NULL)
		return value_bad(in, "unknown %s \"%.*s\"",
		    kinds[in->kw->algs].noun, SHOWN(name));
	return value_bad(in, "unknown %s \"%.*s\"; did you mean \"%s\"?",
	    kinds[in->kw->algs].noun, SHOWN(name), suggest.best);
}

/* Names that OpenSSH knows and we don't are left out, and that is said. */
static void
note_missing(struct value_in *in, const char *name)
{
	size_t len;

	if (in->note == NULL)
		return;
	len = strlen(in->note);
	snprintf(in->note + len, VALUE_REASON_MAX - len, "%s%s",
	    len == 0 ? "has names that are not in this version, left out: " :
	    ", ", name);
}

/* The rows that one entry of the list stands for. */
static bool
set_add_item(struct value_in *in, struct set *set, struct bytes item)
{
	enum alg_kind kind = in->kw->algs;
	const struct alg_name *row;
	char name[ALG_NAME_MAX + 1];
	bool known = false;

	if (!bytes_to_str(item, name, sizeof(name)))
		return value_bad(in, "name of a %s too long",
		    kinds[kind].noun);
	for (size_t i = 0; (row = alg_name_row(kind, i)) != NULL; i++) {
		if (kinds[kind].wildcards ?
		    !pattern_match(name, bytes_str(row->name)) :
		    strcmp(name, row->name) != 0)
			continue;
		known = true;
		if (row->use != ALG_MISSING)
			set_add(set, row);
		else if (strpbrk(name, "*?") == NULL)
			note_missing(in, row->name);
	}
	return known || bad_name(in, name);
}

static bool
set_add_list(struct value_in *in, struct set *set, struct bytes list)
{
	struct bytes item;

	while (name_list_next(&list, &item)) {
		/* a comma too many is no name */
		if (item.len != 0 && !set_add_item(in, set, item))
			return false;
	}
	return true;
}

/* Patterns that fit nothing are fine here. */
static void
set_remove_list(struct set *set, struct bytes list)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->count; i++) {
		if (pattern_list_match(list, bytes_str(set->v[i]->name)) !=
		    PATTERN_YES)
			set->v[kept++] = set->v[i];
	}
	set->count = kept;
}

static bool
join(struct value_in *in, const struct set *set)
{
	size_t len = 0, at = 0;
	char *text;

	for (size_t i = 0; i < set->count; i++)
		len += strlen(set->v[i]->name) + 1;
	if ((text = arena_alloc(in->arena, len + 1)) == NULL)
		return value_bad(in, "out of memory");
	for (size_t i = 0; i < set->count; i++) {
		size_t name_len = strlen(set->v[i]->name);

		if (i != 0)
			text[at++] = ',';
		memcpy(text + at, set->v[i]->name, name_len);
		at += name_len;
	}
	*(const char **)keyword_field(in->kw, in->conf) = text;
	return true;
}

static bool
build(struct value_in *in, struct set *set)
{
	struct bytes list = bytes_str(in->words[0]);
	char modifier = in->words[0][0];

	if (modifier != '\0' && strchr("+-^", modifier) != NULL)
		list = bytes_of(list.p + 1, list.len - 1);
	if (list.len == 0)
		return value_bad(in, "empty list");
	if (modifier == '+' || modifier == '-')
		set_add_defaults(set, in->kw->algs);
	if (modifier == '-')
		set_remove_list(set, list);
	else if (!set_add_list(in, set, list))
		return false;
	if (modifier == '^')
		set_add_defaults(set, in->kw->algs);
	return set->count != 0 || value_bad(in,
	    "nothing is left of the list \"%.*s\"", SHOWN(in->words[0]));
}

static bool
parse_algorithms(struct value_in *in)
{
	struct set set = { .count = 0 };

	if (in->is_default)
		set_add_defaults(&set, in->kw->algs);
	else if (!build(in, &set))
		return false;
	return join(in, &set);
}

static void
print_algorithms(const struct keyword *kw, const struct conf *conf, FILE *out)
{
	value_print_line(kw, out, "%s",
	    *(const char *const *)keyword_value(kw, conf));
}

const struct value_type type_algorithms = {
	.parse = parse_algorithms, .print = print_algorithms, .words_max = 1,
};
