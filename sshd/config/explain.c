/* SPDX-License-Identifier: ISC */
#include "sshd/config/explain.h"

#include <ctype.h>
#include <stdlib.h>

#include "sshd/config/lexer.h"

/* The line as it would be written now; NULL when memory is out. */
static const char *
line_text(struct arena *arena, const struct evaluate_step *step)
{
	const struct keyword *kw = &keywords[step->keyword];
	const char *kept = NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	value_print_keyword(kw, out);
	for (size_t i = 0; i < step->word_count; i++) {
		putc(' ', out);
		if (kw->type->is_raw)
			fputs(step->words[i], out);
		else
			lex_print_word(out, step->words[i], LEX_QUOTE_NEEDED);
	}
	if (fclose(out) == 0)
		kept = arena_str(arena, bytes_of(text, len));
	free(text);
	return kept;
}

static void
set_fate(struct explain_keyword *entry, enum origin_fate fate)
{
	for (struct origin *o = entry->live; o != NULL; o = o->next) {
		if (o->fate == ORIGIN_IN_FORCE)
			o->fate = fate;
	}
	entry->live = NULL;
}

/* Did the line change nothing? Addresses are not in conf yet: they add up. */
static bool
lost(const struct explain_keyword *entry, const struct evaluate_step *step,
    const char *printed, size_t count)
{
	const struct keyword *kw = &keywords[step->keyword];

	if (step->skipped)
		return true;
	if (entry->live == NULL || kw->type == &type_listen)
		return false;
	if (value_grows(kw))
		return count == entry->count;
	return kw->rule == RULE_BY_PART && step->parts == entry->parts &&
	    strcmp(printed, entry->printed) == 0;
}

static void
append(struct explain_keyword *entry, struct origin *origin)
{
	if (origin->fate == ORIGIN_IN_FORCE && entry->live == NULL)
		entry->live = origin;
	*entry->end = origin;
	entry->end = &origin->next;
}

/* What a list has is only counted: it is long, and grows line by line. */
static void
witness_step(struct evaluate_watch *watch, const struct evaluate_step *step)
{
	struct explain *explain = (struct explain *)watch;
	struct explain_keyword *entry = &explain->keywords[step->keyword];
	const struct keyword *kw = &keywords[step->keyword];
	struct origin *origin = arena_alloc(explain->arena, sizeof(*origin));
	char *printed = kw->rule == RULE_BY_PART ?
	    value_text(kw, step->conf) : NULL;
	size_t count = value_grows(kw) ? kw->type->count(kw, step->conf) : 0;

	if (origin == NULL || (printed == NULL && kw->rule == RULE_BY_PART) ||
	    (origin->text = line_text(explain->arena, step)) == NULL) {
		free(printed);
		explain->failed = true;
		return;
	}
	if (step->second_pass && !entry->second_pass) {
		set_fate(entry, ORIGIN_OVERRIDDEN);
		entry->second_pass = true;
	}
	origin->place = step->place;
	origin->block = step->block;
	origin->lines = count;
	if (lost(entry, step, printed, count))
		origin->fate = ORIGIN_SHADOWED;
	else if (kw->rule == RULE_LAST)
		set_fate(entry, ORIGIN_SHADOWED);
	free(entry->printed);
	entry->printed = printed;
	entry->count = count;
	entry->parts = step->parts;
	append(entry, origin);
}

static void
witness_undecided(struct evaluate_watch *watch, struct place block,
    const char *lacking)
{
	struct explain *explain = (struct explain *)watch;
	struct explain_block *new = arena_alloc(explain->arena, sizeof(*new));

	if (new == NULL || (new->lacking = arena_str(explain->arena,
	    bytes_str(lacking))) == NULL) {
		explain->failed = true;
		return;
	}
	new->place = block;
	*explain->undecided_end = new;
	explain->undecided_end = &new->next;
}

/* ---- at the end ---------------------------------------------------------- */

static bool
same_place(struct place a, struct place b)
{
	return a.file == b.file && a.line == b.line;
}

/* Origins of one line side by side, in the order in which they came. */
static int
compare_places(const void *a, const void *b)
{
	const struct origin *const *x = a, *const *y = b;
	const struct place p = (*x)->place, q = (*y)->place;

	if (p.file != q.file)
		return p.file < q.file ? -1 : 1;
	if (p.line != q.line)
		return p.line < q.line ? -1 : 1;
	return (*x)->index < (*y)->index ? -1 : 1;
}

/*
 * Global lines inside blocks that hold for everybody are seen twice: the one
 * in force is told, else the first.
 */
static void
mark_reported(struct origin **sorted, size_t count)
{
	for (size_t i = 0, end; i < count; i = end) {
		bool in_force = false;

		for (end = i; end < count && same_place(sorted[end]->place,
		    sorted[i]->place); end++)
			in_force |= sorted[end]->fate == ORIGIN_IN_FORCE;
		for (size_t k = i; k < end && sorted[i]->place.line != 0; k++)
			sorted[k]->is_reported = in_force || k != i;
	}
}

static bool
sort_origins(struct explain *explain, struct explain_keyword *entry)
{
	struct origin **v;
	size_t count = 0, in_force = 0;

	for (struct origin *o = entry->origins; o != NULL; o = o->next)
		o->index = count++;
	if (count == 0)
		return true;
	entry->in_force = arena_alloc(explain->arena, count * sizeof(*v));
	v = calloc(count, sizeof(*v));
	if (v == NULL || entry->in_force == NULL) {
		free(v);
		return false;
	}
	for (struct origin *o = entry->origins; o != NULL; o = o->next)
		v[o->index] = o;
	qsort(v, count, sizeof(*v), compare_places);
	mark_reported(v, count);
	free(v);
	for (struct origin *o = entry->origins; o != NULL; o = o->next) {
		if (o->fate == ORIGIN_IN_FORCE) {
			o->index = in_force;
			entry->in_force[in_force++] = o;
		}
	}
	entry->in_force_count = in_force;
	return true;
}

static bool
sort_all(struct explain *explain)
{
	for (size_t i = 0; i < keyword_count; i++) {
		if (!sort_origins(explain, &explain->keywords[i]))
			return false;
	}
	return !explain->failed;
}

bool
explain_init(struct explain *explain, const struct config *config,
    const struct conf_spec *spec, struct err *err)
{
	*explain = (struct explain){
		.watch = { witness_step, witness_undecided },
		.config = config, .arena = arena_new(),
	};
	explain->undecided_end = &explain->undecided;
	if (explain->arena != NULL)
		explain->keywords = arena_alloc(explain->arena,
		    keyword_count * sizeof(*explain->keywords));
	if (explain->keywords == NULL) {
		explain_clear(explain);
		return err_set(err, ERR_NOMEM, "explanation");
	}
	for (size_t i = 0; i < keyword_count; i++)
		explain->keywords[i].end = &explain->keywords[i].origins;
	if (!config_evaluate_watched(config, spec, &explain->watch,
	    &explain->conf, err)) {
		explain_clear(explain);
		return false;
	}
	if (!sort_all(explain)) {
		explain_clear(explain);
		return err_set(err, ERR_NOMEM, "explanation");
	}
	return true;
}

void
explain_clear(struct explain *explain)
{
	for (size_t i = 0; explain->keywords != NULL && i < keyword_count; i++)
		free(explain->keywords[i].printed);
	conf_clear(&explain->conf);
	arena_free(explain->arena);
	explain->arena = NULL;
	explain->keywords = NULL;
}

/* ---- origins of a line --------------------------------------------------- */

/* The one that gave element n of a list; without elements the last one. */
static const struct origin *
origin_of_element(const struct explain_keyword *entry, size_t n)
{
	size_t low = 0, high = entry->in_force_count;

	if (high == 0)
		return NULL;
	high--;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (entry->in_force[middle]->lines > n)
			high = middle;
		else
			low = middle + 1;
	}
	return entry->in_force[low];
}

/* Everything in force has its part in a value; an address has one line. */
static bool
stands_behind(const struct explain *explain, size_t keyword, size_t n,
    const struct origin *origin)
{
	const struct conf_listens *listens = &explain->conf.listen_address;

	return keywords[keyword].type != &type_listen ||
	    same_place((struct place){ listens->v[n].file,
	    listens->v[n].line }, origin->place);
}

const struct origin *
explain_origin(const struct explain *explain, size_t keyword, size_t n,
    const struct origin *previous)
{
	const struct explain_keyword *entry = &explain->keywords[keyword];
	const struct keyword *kw = &keywords[keyword];
	size_t i = previous == NULL ? 0 : previous->index + 1;

	if (value_grows(kw) && kw->type != &type_listen)
		return previous == NULL ? origin_of_element(entry, n) : NULL;
	for (; i < entry->in_force_count; i++) {
		if (stands_behind(explain, keyword, n, entry->in_force[i]))
			return entry->in_force[i];
	}
	return NULL;
}
