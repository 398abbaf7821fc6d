/* SPDX-License-Identifier: ISC */
#include "sshd/config/explain.h"

#include <ctype.h>
#include <stdlib.h>

#include "sshd/config/lexer.h"

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

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
	for (struct origin *o = entry->origins; o != NULL; o = o->next) {
		if (o->fate == ORIGIN_IN_FORCE)
			o->fate = fate;
	}
}

static bool
any_in_force(const struct explain_keyword *entry)
{
	for (const struct origin *o = entry->origins; o != NULL; o = o->next) {
		if (o->fate == ORIGIN_IN_FORCE)
			return true;
	}
	return false;
}

/* Did the line change nothing? Addresses are not in conf yet: they add up. */
static bool
lost(const struct explain_keyword *entry, const struct evaluate_step *step,
    const char *printed)
{
	const struct keyword *kw = &keywords[step->keyword];

	if (step->skipped)
		return true;
	return kw->rule != RULE_LAST && kw->type != &type_listen &&
	    any_in_force(entry) && step->parts == entry->parts &&
	    strcmp(printed, entry->printed) == 0;
}

static void
witness_step(struct evaluate_watch *watch, const struct evaluate_step *step)
{
	struct explain *explain = (struct explain *)watch;
	struct explain_keyword *entry = &explain->keywords[step->keyword];
	const struct keyword *kw = &keywords[step->keyword];
	struct origin *origin = arena_alloc(explain->arena, sizeof(*origin));
	char *printed = value_text(kw, step->conf);

	if (origin == NULL || printed == NULL || (origin->text =
	    line_text(explain->arena, step)) == NULL) {
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
	origin->lines = count_lines(printed);
	if (lost(entry, step, printed))
		origin->fate = ORIGIN_SHADOWED;
	else if (kw->rule == RULE_LAST)
		set_fate(entry, ORIGIN_SHADOWED);
	free(entry->printed);
	entry->printed = printed;
	entry->parts = step->parts;
	*entry->end = origin;
	entry->end = &origin->next;
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
	if (explain->failed) {
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

static bool
same_place(struct place a, struct place b)
{
	return a.file == b.file && a.line == b.line;
}

/* Does this origin stand behind line n, the first of whose lines is first? */
static bool
stands_behind(const struct explain *explain, size_t keyword, size_t n,
    const struct origin *origin, size_t first)
{
	const struct keyword *kw = &keywords[keyword];
	const struct conf_listens *listens = &explain->conf.listen_address;

	if (kw->type == &type_listen) {
		const struct place at = { listens->v[n].file,
		    listens->v[n].line };

		return same_place(at, origin->place);
	}
	if (kw->rule == RULE_APPEND || kw->rule == RULE_BY_NAME)
		return first <= n && n < origin->lines;
	return true;
}

const struct origin *
explain_origin(const struct explain *explain, size_t keyword, size_t n,
    const struct origin *previous)
{
	const struct origin *o = explain->keywords[keyword].origins;
	bool after = previous == NULL;
	size_t first = 0;

	for (; o != NULL; o = o->next) {
		if (o->fate != ORIGIN_IN_FORCE)
			continue;
		if (after && stands_behind(explain, keyword, n, o, first))
			return o;
		after |= o == previous;
		first = o->lines;
	}
	return NULL;
}
