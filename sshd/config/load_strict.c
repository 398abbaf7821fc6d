/* SPDX-License-Identifier: ISC */
/*
 * What the language allows and an administrator hardly means: read over the
 * records once more, section by section, without any connection in mind.
 */
#include "sshd/config/loader.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/limits.h"
#include "sshd/config/match.h"

#define NESTING_MAX	32	/* as in evaluate.c */

/* A word of the printed value, or a number, that weakens the server. */
static const struct weakness {
	const char *keyword;
	const char *words;	/* patterns over comma entries; NULL: none */
	uint32_t below;		/* the number is smaller */
	const char *why;
} weaknesses[] = {
	{ "PermitRootLogin", "yes", 0,
	    "root's password can be guessed from outside" },
	{ "PermitEmptyPasswords", "yes", 0, "accounts stand open" },
	{ "StrictModes", "no", 0,
	    "others may be able to write a user's keys" },
	{ "HostbasedUsesNameFromPacketOnly", "yes", 0,
	    "clients choose the name by which they are judged" },
	{ "IgnoreRhosts", "no,shosts-only", 0,
	    "users decide which hosts are trusted" },
	{ "PermitUserEnvironment", "yes", 0,
	    "variables as LD_PRELOAD get around restricted logins" },
	{ "X11UseLocalhost", "no", 0,
	    "the network reaches forwarded displays" },
	{ "LoginGraceTime", "0", 0, "connections may wait for ever" },
	{ "PerSourcePenalties", "no", 0, "guessing is not slowed down" },
	{ "FingerprintHash", "MD5,SHA1", 0, "keys can be made to look alike" },
	{ "RequiredRSASize", NULL, 2048, "shorter RSA keys can be broken" },
	{ "KexAlgorithms", "*-sha1", 0, "SHA-1 is broken" },
	{ "Ciphers", "*-cbc", 0, "CBC mode leaks parts of the text" },
	{ "HostKeyAlgorithms", "ssh-rsa*", 0, "SHA-1 is broken" },
	{ "PubkeyAcceptedAlgorithms", "ssh-rsa*", 0,
	    "SHA-1 is broken" },
	{ "HostbasedAcceptedAlgorithms", "ssh-rsa*", 0,
	    "SHA-1 is broken" },
	{ "CASignatureAlgorithms", "ssh-rsa*", 0,
	    "SHA-1 is broken" },
};

/* One keyword in the section that is read. */
struct earlier {
	bool set;
	struct place place;
	uint32_t parts;
	size_t count;		/* of a list, which is not printed */
	char *printed;		/* malloc'ed; NULL: a list */
};

struct scope {
	struct conf conf;
	struct earlier *earlier;	/* keyword_count */
};

struct strict {
	struct loader *l;
	const struct conf *conf;	/* of the global section */
	struct arena *arena;
	struct scope global;
};

static void
doubt(struct strict *strict, struct place place, const char *keyword,
    const char *text)
{
	struct section section = loader_section_at(strict->l, place);

	if (!strict->l->stop)
		loader_doubt(strict->l, &section, "%s %s", keyword, text);
}

/* ---- weak settings ------------------------------------------------------- */

/* The entry of the printed line that is weak; false: none. */
static bool
find_weak(const struct weakness *row, const char *printed, struct bytes *weak)
{
	const char *value = strchr(printed, ' ');
	struct bytes list, item;

	if (value == NULL)
		return false;
	list = bytes_of(value + 1, strcspn(value + 1, "\n"));
	if (row->words == NULL) {
		*weak = list;
		return strtoul(value + 1, NULL, 10) < row->below;
	}
	while (name_list_next(&list, &item)) {
		*weak = item;
		if (pattern_list_match(bytes_str(row->words), item) ==
		    PATTERN_YES)
			return true;
	}
	return false;
}

static void
check_weakness(struct strict *strict, const struct record *record,
    const char *printed)
{
	const char *name = keywords[record->keyword].name;
	char text[VALUE_REASON_MAX];
	struct bytes weak;

	for (size_t i = 0; printed != NULL && i < ARRAY_LEN(weaknesses); i++) {
		if (strcmp(weaknesses[i].keyword, name) != 0 ||
		    !find_weak(&weaknesses[i], printed, &weak))
			continue;
		snprintf(text, sizeof(text), "%.*s is weak: %s", (int)weak.len,
		    (const char *)weak.p, weaknesses[i].why);
		doubt(strict, record->place, name, text);
	}
}

/* ---- files --------------------------------------------------------------- */

/* Those that are read for each connection: only its log would tell. */
static const struct file_use {
	const char *keyword;
	off_t max;		/* bytes; 0: any number */
	const char *effect;	/* of one that can't be read */
} file_uses[] = {
	{ "Banner", BANNER_MAX, "nothing is shown" },
	{ "ModuliFile", 0, "groups of its own are used" },
	{ "RevokedKeys", 0, "no public key is accepted" },
	{ "TrustedUserCAKeys", 0, "no certificate is accepted" },
};

/* NULL: nothing. Whoever is not root may not see what root will. */
static const char *
find_file_fault(const char *path, off_t max)
{
	struct stat st;

	if (stat(path, &st) == -1)
		return errno == EACCES && geteuid() != 0 ? NULL :
		    strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	return max != 0 && st.st_size > max ? "too large" : NULL;
}

static void
check_files(struct strict *strict, const struct record *record,
    const char *const *words)
{
	const char *name = keywords[record->keyword].name, *why;
	const struct file_use *use = NULL;
	char text[VALUE_REASON_MAX];

	for (size_t i = 0; i < ARRAY_LEN(file_uses); i++) {
		if (strcmp(file_uses[i].keyword, name) == 0)
			use = &file_uses[i];
	}
	for (size_t i = 0; use != NULL && i < record->count; i++) {
		/* the word `none` is no path */
		if (words[i][0] != '/' ||
		    (why = find_file_fault(words[i], use->max)) == NULL)
			continue;
		snprintf(text, sizeof(text), "%.*s can't be used, so that %s: "
		    "%s", LOG_NAME_MAX, words[i], use->effect, why);
		doubt(strict, record->place, name, text);
	}
}

/* ---- lines without effect ------------------------------------------------ */

static void
without_effect(struct strict *strict, struct place place, const char *name,
    const char *verb, struct place other)
{
	char text[VALUE_REASON_MAX];

	/* flags are given in order to win */
	if (other.line == 0 || place.line == 0)
		return;
	snprintf(text, sizeof(text), "has no effect: line %u of %.*s %s",
	    other.line, LOG_NAME_MAX, strict->l->file_names[other.file], verb);
	doubt(strict, place, name, text);
}

static void
compare(struct strict *strict, const struct record *record,
    struct earlier *earlier, const struct earlier *now)
{
	const struct keyword *kw = &keywords[record->keyword];
	bool same = earlier->set && now->parts == earlier->parts &&
	    now->count == earlier->count && (now->printed == NULL ||
	    strcmp(now->printed, earlier->printed) == 0);

	if (!earlier->set)
		return;
	if (kw->rule == RULE_LAST)
		without_effect(strict, earlier->place, kw->name,
		    "comes later and wins", record->place);
	else if (kw->rule == RULE_FIRST ||
	    (same && (kw->rule == RULE_BY_PART || kw->rule == RULE_BY_NAME)))
		without_effect(strict, record->place, kw->name, "comes first",
		    earlier->place);
}

/* The value as it is now; a list grows line by line and is only counted. */
static MUST_CHECK bool
look(const struct keyword *kw, const struct conf *conf, struct earlier *now)
{
	*now = (struct earlier){ .set = true };
	if (value_grows(kw))
		now->count = kw->type->count(kw, conf);
	else
		now->printed = value_text(kw, conf);
	return now->printed != NULL || value_grows(kw);
}

static void
check_directive_strictly(struct strict *strict, struct scope *scope,
    struct record *record)
{
	const struct keyword *kw = &keywords[record->keyword];
	struct earlier *earlier = &scope->earlier[record->keyword];
	char reason[VALUE_REASON_MAX];
	uint32_t parts = earlier->parts;
	struct value_in in = {
		.kw = kw, .arena = strict->arena, .conf = &scope->conf,
		.word_count = record->count, .parts = &parts,
		.reason = reason,
	};
	struct earlier now;

	in.words = record_words(record, strict->arena);
	if (kw->rule == RULE_FIRST || kw->rule == RULE_LAST)
		memset(keyword_field(kw, &scope->conf), 0, kw->size);
	/* it was parsed before: only memory can be short */
	if (in.words == NULL || !kw->type->parse(&in) ||
	    !look(kw, &scope->conf, &now))
		return;
	now.parts = parts;
	check_weakness(strict, record, now.printed);
	check_files(strict, record, in.words);
	compare(strict, record, earlier, &now);
	free(earlier->printed);
	now.place = !earlier->set || kw->rule == RULE_LAST ? record->place :
	    earlier->place;
	*earlier = now;
}

/* ---- blocks -------------------------------------------------------------- */

/* The reader stands behind the criteria then. */
static void
check_criteria(struct strict *strict, struct record *record)
{
	char text[VALUE_REASON_MAX];

	for (uint32_t i = 0; i < record->count; i++) {
		const char *argument, *why;
		uint8_t id = record_criterion(&record->rest, &argument);

		if (record->rest.code != ERR_NONE ||
		    !match_criterion_exists(id))
			return;
		if ((why = match_never(id, argument, strict->conf)) == NULL)
			continue;
		snprintf(text, sizeof(text), "%s %.*s holds for nobody: %s",
		    match_criterion_name(id), LOG_NAME_MAX, argument, why);
		doubt(strict, record->place, "Match", text);
	}
}

static MUST_CHECK bool
scope_init(struct scope *scope, struct arena *arena)
{
	*scope = (struct scope){ .conf = { .arena = arena } };
	scope->earlier = arena_alloc(arena,
	    keyword_count * sizeof(*scope->earlier));
	return scope->earlier != NULL;
}

static void
scope_clear(struct scope *scope)
{
	for (size_t i = 0; i < keyword_count; i++)
		free(scope->earlier[i].printed);
}

static bool walk(struct strict *strict, struct scope *scope, struct reader *r,
    unsigned depth);

static bool
walk_block(struct strict *strict, struct record *record, unsigned depth)
{
	struct scope scope;
	bool ok;

	check_criteria(strict, record);
	if (!scope_init(&scope, strict->arena))
		return false;
	ok = walk(strict, &scope, &record->rest, depth);
	scope_clear(&scope);
	return ok;
}

static bool
walk(struct strict *strict, struct scope *scope, struct reader *r,
    unsigned depth)
{
	struct record record;

	while (depth <= NESTING_MAX && record_next(r, &record)) {
		/* global-only: the block is for everybody, or it is an error */
		if (record.kind == RECORD_DIRECTIVE)
			check_directive_strictly(strict,
			    keywords[record.keyword].scope == GLOBAL_ONLY ?
			    &strict->global : scope, &record);
		else if (!walk_block(strict, &record, depth + 1))
			return false;
	}
	return true;
}

void
loader_check_strictly(struct loader *l, const struct conf *conf)
{
	struct strict strict = { .l = l, .conf = conf, .arena = arena_new() };
	struct reader r = rd_init(bytes_of(l->out.records.p,
	    l->out.records.len));

	if (strict.arena == NULL || !scope_init(&strict.global, strict.arena)) {
		log_error("out of memory");
		l->errors++;
	} else {
		if (!walk(&strict, &strict.global, &r, 0))
			l->errors++;
		scope_clear(&strict.global);
	}
	arena_free(strict.arena);
}
