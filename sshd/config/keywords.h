/* SPDX-License-Identifier: ISC */
/*
 * keywords - the table of sshd_config: one row for each keyword.
 *
 * Shapes:  rows stand in the order in which sshd -T prints them.
 * Units:   min and max in the unit of the keyword.
 * Errors:  none; lookups return NULL.
 * Owns:    nothing: const tables.
 * Source:  sshd_config(5).
 *
 * Parser, Match, -T, "did you mean", snapshot and tests all read this table.
 */
#ifndef SSHD_CONFIG_KEYWORDS_H
#define SSHD_CONFIG_KEYWORDS_H

#include "lib/wire/alg_names.h"
#include "sshd/config/conf.h"

struct value_type;

/* What a repeated line of a keyword does. */
enum keyword_rule {
	RULE_FIRST,	/* the first line wins */
	RULE_LAST,	/* the last line wins */
	RULE_APPEND,	/* each line adds */
	RULE_BY_NAME,	/* each line adds, unless its name is there */
	RULE_BY_PART,	/* the first line wins for each part of the value */
};

/* What stands behind a keyword. */
enum keyword_use {
	USE_ACTS,
	USE_NO_EFFECT,	/* of parts that only OpenSSH has: a log line says so */
	USE_NO_PLATFORM,	/* Linux can't: an error, not printed */
};

enum { GLOBAL_ONLY, IN_MATCH };

struct value_name {
	const char *name;
	int value;
};

struct value_names {
	const struct value_name *v;	/* the first name of a value prints */
	size_t count;
};

struct keyword {
	const char *name;
	const struct value_type *type;
	uint16_t offset, size;		/* of the (first) field of conf */
	uint8_t scope;			/* GLOBAL_ONLY, IN_MATCH */
	uint8_t rule;			/* enum keyword_rule */
	uint8_t use;			/* enum keyword_use */
	uint8_t algs;			/* enum alg_kind, for algorithm lists */
	const char *dflt;		/* as in a file; NULL: unset */
	uint32_t min, max;
	const struct value_names *names;
	const char *keeps;		/* a word that is no path */
	const char *tokens;		/* letters after %; NULL: none */
	const char *help;
};

/* Old names, with what they stand for now. */
struct keyword_alias {
	const char *name, *target;
	uint8_t scope;		/* where the old name may stand */
};

enum keyword_fate { FATE_DEPRECATED, FATE_SILENT, FATE_UNSUPPORTED };

/* Accepted and without effect. */
struct keyword_gone {
	const char *name;
	enum keyword_fate fate;
	uint8_t scope;
};

#define KEYWORD_NONE	SIZE_MAX

extern const struct keyword keywords[];
extern const size_t keyword_count;
extern const struct keyword_alias keyword_aliases[];
extern const size_t keyword_alias_count;
extern const struct keyword_gone keywords_gone[];
extern const size_t keyword_gone_count;

/*
 * Index of a name in any case, aliases too; KEYWORD_NONE when unknown.
 * *scope: where this name may stand.
 */
size_t keyword_find(const char *name, uint8_t *scope);
const struct keyword_gone *keyword_gone_find(const char *name);
/* The nearest keyword; NULL when none is near. */
const char *keyword_suggest(const char *name);
/* Changes whenever the table does, so that no snapshot is misread. */
uint32_t keyword_table_id(void);

static inline void *
keyword_field(const struct keyword *kw, struct conf *conf)
{
	return (char *)conf + kw->offset;
}

static inline const void *
keyword_value(const struct keyword *kw, const struct conf *conf)
{
	return (const char *)conf + kw->offset;
}

#endif
