/* SPDX-License-Identifier: ISC */
#include "sshd/config/evaluate.h"

#include "sshd/config/lexer.h"
#include "sshd/config/match.h"

#define NESTING_MAX	32	/* blocks: one for each level of Include */

enum pass { PASS_GLOBAL, PASS_MATCH };

struct evaluation {
	enum pass pass;
	struct match_facts facts;
	struct arena *arena;
	struct conf *conf;
	uint32_t *seen;		/* for each keyword, in this pass */
	struct evaluate_failure *failure;
	struct err *err;
};

static bool
fail(struct evaluation *ev, enum err_code code, const char *what)
{
	return err_set(ev->err, code, what);
}

static bool
apply(struct evaluation *ev, struct record *record)
{
	const struct keyword *kw = &keywords[record->keyword];
	uint32_t *seen = &ev->seen[record->keyword];
	struct value_in in = {
		.kw = kw, .arena = ev->arena, .conf = ev->conf,
		.word_count = record->count, .parts = seen,
		.reason = ev->failure->reason,
	};
	bool ok;

	if (kw->rule == RULE_FIRST && *seen != 0)
		return true;
	if ((in.words = record_words(record, ev->arena)) == NULL ||
	    in.word_count == 0)
		return fail(ev, ERR_FORMAT, "words of a directive");
	/* a second pass, or a last line that wins, starts anew */
	if (kw->rule == RULE_LAST ||
	    (*seen == 0 && kw->rule != RULE_BY_PART))
		memset(keyword_field(kw, ev->conf), 0, kw->size);
	ok = kw->type->parse(&in);
	if (kw->rule != RULE_BY_PART)
		*seen = 1;
	if (!ok) {
		ev->failure->kw = kw;
		ev->failure->place = record->place;
		return fail(ev, ERR_FORMAT, "configuration");
	}
	return true;
}

static bool
directive(struct evaluation *ev, struct record *record, unsigned depth)
{
	if (record->keyword >= keyword_count)
		return fail(ev, ERR_FORMAT, "keyword of a directive");
	if (ev->pass == PASS_MATCH && (depth == 0 ||
	    keywords[record->keyword].scope == GLOBAL_ONLY))
		return true;
	return apply(ev, record);
}

/* *holds; the reader stands behind the criteria when it is true. */
static bool
decide(struct evaluation *ev, struct record *record, bool *holds)
{
	*holds = true;
	for (uint32_t i = 0; i < record->count && *holds; i++) {
		const char *argument;
		uint8_t id = record_criterion(&record->rest, &argument);

		if (record->rest.code != ERR_NONE ||
		    !match_criterion_exists(id))
			return fail(ev, ERR_FORMAT, "Match criterion");
		*holds = ev->pass == PASS_GLOBAL ?
		    match_holds_always(id, argument) :
		    match_holds(&ev->facts, id, argument);
	}
	return true;
}

static bool
walk(struct evaluation *ev, struct reader *r, unsigned depth)
{
	struct record record;
	bool holds;

	if (depth > NESTING_MAX)
		return fail(ev, ERR_RANGE, "nesting of Match blocks");
	while (record_next(r, &record)) {
		if (record.kind == RECORD_DIRECTIVE) {
			if (!directive(ev, &record, depth))
				return false;
			continue;
		}
		if (!decide(ev, &record, &holds))
			return false;
		if (holds && !walk(ev, &record.rest, depth + 1))
			return false;
	}
	return rd_ok(r, ev->err);
}

bool
evaluate_default(const struct keyword *kw, struct arena *arena,
    struct conf *conf, uint32_t *parts, char reason[static VALUE_REASON_MAX])
{
	struct lex_line line;
	struct value_in in = {
		.kw = kw, .arena = arena, .conf = conf, .parts = parts,
		.reason = reason, .is_default = true,
	};
	char text[VALUE_REASON_MAX];

	if (kw->dflt == NULL)
		return true;
	snprintf(text, sizeof(text), "%s %s", kw->name, kw->dflt);
	if (lex_line(arena, bytes_str(text), &line) != LEX_LINE)
		return value_bad(&in, "bad default");
	in.words = line.words;
	in.word_count = line.word_count;
	return kw->type->parse(&in);
}

/* Parts that no line has set come from the default of the same keyword. */
static bool
fill_defaults(struct evaluation *ev, uint32_t *set)
{
	for (size_t i = 0; i < keyword_count; i++) {
		const struct keyword *kw = &keywords[i];

		if (set[i] != 0 && kw->rule != RULE_BY_PART)
			continue;
		if (!evaluate_default(kw, ev->arena, ev->conf, &set[i],
		    ev->failure->reason))
			return fail(ev, ERR_FORMAT, "default value");
	}
	return true;
}

static bool
run(struct evaluation *ev, struct bytes records, const struct conf_spec *spec)
{
	uint32_t *global = arena_alloc(ev->arena,
	    keyword_count * sizeof(*global));
	uint32_t *match = arena_alloc(ev->arena,
	    keyword_count * sizeof(*match));
	struct reader r = rd_init(records);

	if (global == NULL || match == NULL ||
	    !match_facts_init(&ev->facts, spec, ev->arena))
		return fail(ev, ERR_NOMEM, "configuration");
	ev->pass = PASS_GLOBAL;
	ev->seen = global;
	if (!walk(ev, &r, 0))
		return false;
	if (spec != NULL) {
		r = rd_init(records);
		ev->pass = PASS_MATCH;
		ev->seen = match;
		if (!walk(ev, &r, 0))
			return false;
	}
	if (ev->facts.lacks_local_port)
		return fail(ev, ERR_UNEXPECTED, "'Match LocalPort' in "
		    "configuration but 'lport' not in connection test "
		    "specification.");
	for (size_t i = 0; i < keyword_count; i++)
		global[i] |= match[i];
	return fill_defaults(ev, global);
}

bool
evaluate(struct bytes records, const struct conf_spec *spec,
    struct conf *out, struct evaluate_failure *failure, struct err *err)
{
	struct conf conf = { .arena = arena_new() };
	struct evaluation ev = {
		.arena = conf.arena, .conf = &conf, .failure = failure,
		.err = err,
	};

	*failure = (struct evaluate_failure){ .kw = NULL };
	if (conf.arena == NULL)
		return err_set(err, ERR_NOMEM, "configuration");
	if (!run(&ev, records, spec)) {
		arena_free(conf.arena);
		return false;
	}
	*out = conf;
	return true;
}
