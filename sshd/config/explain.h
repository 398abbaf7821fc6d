/* SPDX-License-Identifier: ISC */
/*
 * explain - where each value of sshd -T comes from.
 *
 * Shapes:  a witness of one evaluation keeps, for each keyword, the lines
 *          that gave its value and those that lost.
 * Units:   -
 * Errors:  ERR_NOMEM, and those of config_evaluate().
 * Owns:    struct explain its memory and its values.
 * Source:  sshd(8), -T.
 *
 * Only the test modes use it: a login pays nothing for it.
 */
#ifndef SSHD_CONFIG_EXPLAIN_H
#define SSHD_CONFIG_EXPLAIN_H

#include "sshd/config/config.h"
#include "sshd/config/evaluate.h"

enum origin_fate {
	ORIGIN_IN_FORCE,
	ORIGIN_SHADOWED,	/* an earlier line has won, or a last one */
	ORIGIN_OVERRIDDEN,	/* a Match block that holds has won */
};

struct origin {
	struct origin *next;
	struct place place;
	struct place block;	/* line 0: the global section */
	enum origin_fate fate;
	size_t lines;		/* of a list, up to and with this one */
	size_t index;		/* among those in force */
	bool is_reported;	/* another origin tells of the same line */
	const char *text;	/* keyword and words, as they are printed */
};

struct explain_keyword {
	struct origin *origins, **end;
	struct origin *live;	/* none before it is in force; NULL: none is */
	char *printed;		/* malloc'ed; RULE_BY_PART: sshd -T so far */
	size_t count;		/* of a list, so far */
	uint32_t parts;
	bool second_pass;
	struct origin **in_force;	/* in order, at the end */
	size_t in_force_count;
};

struct explain_block {		/* that could not be decided */
	struct explain_block *next;
	struct place place;
	const char *lacking;	/* of -C, comma separated */
};

struct explain {
	struct evaluate_watch watch;
	const struct config *config;
	struct conf conf;
	struct arena *arena;
	struct explain_keyword *keywords;	/* keyword_count */
	struct explain_block *undecided, **undecided_end;
	bool failed;		/* memory is out */
};

MUST_CHECK bool explain_init(struct explain *explain,
    const struct config *config, const struct conf_spec *spec,
    struct err *err);
void explain_clear(struct explain *explain);
/*
 * The lines behind the n-th line of a keyword, one for each call: previous is
 * NULL at first. NULL: no more; none at all: the default.
 */
const struct origin *explain_origin(const struct explain *explain,
    size_t keyword, size_t n, const struct origin *previous);

/* As sshd -T, with "# FILE:LINE" and so on behind each line. */
void explain_print(const struct explain *explain, FILE *out);
void explain_print_json(const struct explain *explain, FILE *out);

#endif
