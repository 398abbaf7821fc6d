/* SPDX-License-Identifier: ISC */
#include "sshd/config/loader.h"

#include <stdarg.h>
#include <strings.h>

#include "sshd/config/check.h"
#include "sshd/config/match.h"

bool
loader_is_command_line(const struct section *section)
{
	return section->place.line == 0;
}

static void
log_line(enum log_level level, const struct section *section, const char *fmt,
    va_list args)
{
	char text[LOG_LINE_MAX];

	vsnprintf(text, sizeof(text), fmt, args);
	log_at(level, "%.*s line %u: %s", LOG_NAME_MAX, section->file,
	    section->place.line, text);
}

static void
stop_at_limit(struct loader *l, const struct section *section)
{
	if (l->errors + l->doubts != LOAD_ERRORS_MAX)
		return;
	log_error("%.*s: too many errors, the rest is not read", LOG_NAME_MAX,
	    section->file);
	l->stop = true;
}

void
loader_bad(struct loader *l, const struct section *section, const char *fmt,
    ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(LOG_LEVEL_ERROR, section, fmt, args);
	va_end(args);
	l->errors++;
	stop_at_limit(l, section);
}

void
loader_doubt(struct loader *l, const struct section *section, const char *fmt,
    ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(l->args->strict ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, section,
	    fmt, args);
	va_end(args);
	if (!l->args->strict)
		return;
	l->doubts++;
	stop_at_limit(l, section);
}

void
loader_count_soft(struct loader *l, const struct section *section)
{
	if (loader_is_command_line(section))
		l->soft_errors++;
}

/* ---- directives ---------------------------------------------------------- */

static void
unknown_keyword(struct loader *l, const struct section *section,
    const char *keyword)
{
	const char *near = keyword_suggest(keyword);

	loader_count_soft(l, section);
	loader_bad(l, section, "Bad configuration option: %.*s%s%s%s",
	    LOG_NAME_MAX, keyword, near == NULL ? "" : "; did you mean \"",
	    near == NULL ? "" : near, near == NULL ? "" : "\"?");
}

static bool
check_scope(struct loader *l, const struct section *section,
    const char *keyword, uint8_t scope)
{
	if (scope == IN_MATCH || !section->in_match || section->always)
		return true;
	loader_bad(l, section, "Directive '%s' is not allowed within a Match "
	    "block", keyword);
	return false;
}

static void
gone_keyword(struct loader *l, const struct section *section,
    const struct keyword_gone *gone, const char *keyword)
{
	static const char *const texts[] = {
		[FATE_DEPRECATED] = "Deprecated",
		[FATE_SILENT] = "Deprecated",
		[FATE_UNSUPPORTED] = "Unsupported",
	};

	if (!check_scope(l, section, keyword, gone->scope))
		return;
	if (gone->fate == FATE_SILENT && !l->args->strict)
		log_at(LOG_LEVEL_DEBUG2, "%.*s line %u: %s option %s",
		    LOG_NAME_MAX, section->file, section->place.line,
		    texts[gone->fate], keyword);
	else
		loader_doubt(l, section, "%s option %s", texts[gone->fate],
		    keyword);
}

/* Names that a comment took away: in OpenSSH too, the line adds none. */
static bool
is_comment_only(const struct keyword *kw, const struct lex_line *line)
{
	return line->word_count == 0 && line->raw[0] == '#' &&
	    kw->type->may_add_nothing;
}

static bool
count_words(struct loader *l, const struct section *section,
    const struct keyword *kw, size_t word_count)
{
	if (word_count == 0)
		loader_bad(l, section, "no argument after keyword \"%s\"",
		    kw->name);
	else if (kw->type->words_max != 0 &&
	    word_count > kw->type->words_max)
		loader_bad(l, section, "keyword %s extra arguments at end of "
		    "line", kw->name);
	else
		return true;
	loader_count_soft(l, section);
	return false;
}

static void
known_keyword(struct loader *l, const struct section *section,
    const struct lex_line *line, size_t id)
{
	const struct keyword *kw = &keywords[id];
	const char **words = line->words;
	size_t word_count = line->word_count;
	struct check check = { .arena = l->line_arena };

	if (kw->type->is_raw && line->raw[0] != '\0') {
		words[0] = line->raw;
		word_count = 1;
	}
	if (is_comment_only(kw, line)) {
		loader_doubt(l, section, "%s has no argument but a comment, "
		    "the line is ignored", kw->name);
		return;
	}
	if (!count_words(l, section, kw, word_count))
		return;
	if (l->args->strict && strcasecmp(line->keyword, kw->name) != 0)
		loader_doubt(l, section, "%s is an old name of %s",
		    line->keyword, kw->name);
	if (!check_directive(&check, kw, words, word_count)) {
		loader_bad(l, section, "%s %s", kw->name, check.reason);
		return;
	}
	if (check.note[0] != '\0')
		loader_doubt(l, section, "%s %s", kw->name, check.note);
	if (kw->type == &type_ports && l->args->ports_given &&
	    !loader_is_command_line(section))
		return;
	if (kw->type == &type_listen && !loader_keep_listen(l, section, words,
	    word_count)) {
		loader_bad(l, section, "out of memory");
		return;
	}
	tape_add_directive(&l->out.records, (uint32_t)id, section->place,
	    words, word_count);
}

void
loader_directive(struct loader *l, const struct section *section,
    const struct lex_line *line)
{
	const struct keyword_gone *gone = keyword_gone_find(line->keyword);
	uint8_t scope;
	size_t id;

	if (gone != NULL)
		gone_keyword(l, section, gone, line->keyword);
	else if ((id = keyword_find(line->keyword, &scope)) == KEYWORD_NONE)
		unknown_keyword(l, section, line->keyword);
	else if (check_scope(l, section, line->keyword, scope))
		known_keyword(l, section, line, id);
}

/* ---- Match --------------------------------------------------------------- */

void
loader_close_block(struct loader *l, struct section *section)
{
	if (section->open)
		tape_end_match(&l->out.records, section->mark);
	section->open = false;
}

void
loader_begin_block(struct loader *l, struct section *section,
    const struct section *outer, const struct lex_line *line)
{
	char reason[MATCH_REASON_MAX] = "";
	struct match_line match;

	loader_close_block(l, section);
	/* after a bad line too: what follows is not meant for everybody */
	section->in_match = true;
	section->always = false;
	if (line->word_count == 0) {
		loader_count_soft(l, section);
		loader_bad(l, section, "no argument after keyword \"Match\"");
		return;
	}
	if (!match_line_parse(line->words, line->word_count, l->line_arena,
	    &match, reason)) {
		loader_bad(l, section, "Bad Match condition: %s", reason);
		return;
	}
	section->always = match.is_static_true &&
	    (!outer->in_match || outer->always);
	section->mark = tape_begin_match(&l->out.records, section->place,
	    (uint32_t)match.count);
	section->open = true;
	for (size_t i = 0; i < match.count; i++)
		tape_add_criterion(&l->out.records, match.v[i].id,
		    match.v[i].argument);
}
