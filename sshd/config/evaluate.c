/* SPDX-License-Identifier: ISC */
#include "sshd/config/evaluate.h"

#include <errno.h>

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
	struct place block;	/* the innermost one; line 0: none */
	struct evaluate_watch *watch;	/* NULL on the way to a login */
	struct evaluate_failure *failure;
	struct err *err;
};

static bool
fail(struct evaluation *ev, enum err_code code, const char *what)
{
	return err_set(ev->err, code, what);
}

static void
tell_step(struct evaluation *ev, const struct record *record,
    const struct value_in *in, bool skipped)
{
	const struct evaluate_step step = {
		.keyword = record->keyword, .place = record->place,
		.block = ev->block, .second_pass = ev->pass == PASS_MATCH,
		.skipped = skipped, .words = in->words,
		.word_count = in->word_count, .parts = *in->parts,
		.conf = ev->conf,
	};

	ev->watch->step(ev->watch, &step);
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
	bool won = kw->rule == RULE_FIRST && *seen != 0, ok;

	if (won && ev->watch == NULL)
		return true;
	if ((in.words = record_words(record, ev->arena)) == NULL ||
	    in.word_count == 0)
		return fail(ev, ERR_FORMAT, "words of a directive");
	if (won) {
		tell_step(ev, record, &in, true);
		return true;
	}
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
	if (ev->watch != NULL)
		tell_step(ev, record, &in, false);
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

static void
add_word(char *list, size_t size, const char *word)
{
	size_t len = strlen(list);

	if (strstr(list, word) == NULL)
		snprintf(list + len, size - len, "%s%s", len == 0 ? "" : ",",
		    word);
}

/* A block that does not hold: would it, if more were known? */
static void
tell_undecided(struct evaluation *ev, struct record record)
{
	char lacking[64] = "";

	for (uint32_t i = 0; i < record.count; i++) {
		const char *argument;
		uint8_t id = record_criterion(&record.rest, &argument);
		const char *lacks = match_criterion_exists(id) ?
		    match_lacks(&ev->facts, id) : NULL;

		if (lacks != NULL)
			add_word(lacking, sizeof(lacking), lacks);
		else if (record.rest.code != ERR_NONE ||
		    !match_criterion_exists(id) ||
		    !match_holds(&ev->facts, id, argument))
			return;
	}
	if (lacking[0] != '\0')
		ev->watch->undecided(ev->watch, record.place, lacking);
}

/* *holds; the reader stands behind the criteria when it is true. */
static bool
decide(struct evaluation *ev, struct record *record, bool *holds)
{
	const struct record whole = *record;
	/* in a test each criterion has its say about what -C lacks */
	const bool all = ev->pass == PASS_MATCH && ev->facts.spec->is_test;

	*holds = true;
	for (uint32_t i = 0; i < record->count && (*holds || all); i++) {
		const char *argument;
		uint8_t id = record_criterion(&record->rest, &argument);

		if (record->rest.code != ERR_NONE ||
		    !match_criterion_exists(id))
			return fail(ev, ERR_FORMAT, "Match criterion");
		*holds &= ev->pass == PASS_GLOBAL ?
		    match_holds_always(id, argument) :
		    match_holds(&ev->facts, id, argument);
	}
	/* a block that is passed over for that may be what forbids */
	if (ev->facts.groups != NULL && ev->facts.groups->failure != 0) {
		errno = ev->facts.groups->failure;
		return err_sys(ev->err, "look-up of a group that Match names");
	}
	if (!*holds && ev->watch != NULL && ev->pass == PASS_MATCH)
		tell_undecided(ev, whole);
	return true;
}

static bool walk(struct evaluation *ev, struct reader *r, unsigned depth);

static bool
walk_block(struct evaluation *ev, struct record *record, unsigned depth)
{
	struct place outer = ev->block;
	bool ok;

	ev->block = record->place;
	ok = walk(ev, &record->rest, depth);
	ev->block = outer;
	return ok;
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
		if (holds && !walk_block(ev, &record, depth + 1))
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
	ev->conf->groups = ev->facts.groups;
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
    struct evaluate_watch *watch, struct conf *out,
    struct evaluate_failure *failure, struct err *err)
{
	struct conf conf = { .arena = arena_new() };
	struct evaluation ev = {
		.arena = conf.arena, .conf = &conf, .failure = failure,
		.err = err, .watch = watch,
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

/* ---- whether blocks hold or not ------------------------------------------ */

struct search {
	size_t keyword;
	void (*take)(void *arg, const struct conf *conf);
	void *arg;
	struct err *err;
};

static bool
take_value(const struct search *search, struct record *record)
{
	struct conf conf = { .arena = arena_new() };
	char reason[VALUE_REASON_MAX];
	uint32_t parts = 0;
	struct value_in in = {
		.kw = &keywords[record->keyword], .arena = conf.arena,
		.conf = &conf, .word_count = record->count, .parts = &parts,
		.reason = reason,
	};
	bool ok = conf.arena != NULL &&
	    (in.words = record_words(record, conf.arena)) != NULL &&
	    in.kw->type->parse(&in);

	if (ok)
		search->take(search->arg, &conf);
	arena_free(conf.arena);
	return ok || err_set(search->err, ERR_FORMAT, "value of a directive");
}

static bool
search_records(const struct search *search, struct reader *r, unsigned depth)
{
	struct record record;
	const char *argument;

	if (depth > NESTING_MAX)
		return err_set(search->err, ERR_RANGE,
		    "nesting of Match blocks");
	while (record_next(r, &record)) {
		if (record.kind == RECORD_DIRECTIVE) {
			if (depth != 0 && record.keyword == search->keyword &&
			    !take_value(search, &record))
				return false;
			continue;
		}
		for (uint32_t i = 0; i < record.count &&
		    record.rest.code == ERR_NONE; i++)
			(void)record_criterion(&record.rest, &argument);
		if (!search_records(search, &record.rest, depth + 1))
			return false;
	}
	return rd_ok(r, search->err);
}

bool
evaluate_each_in_match(struct bytes records, size_t keyword,
    void (*take)(void *arg, const struct conf *conf), void *arg,
    struct err *err)
{
	const struct search search = {
		.keyword = keyword, .take = take, .arg = arg, .err = err,
	};
	struct reader r = rd_init(records);

	return search_records(&search, &r, 0);
}
