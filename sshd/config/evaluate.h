/* SPDX-License-Identifier: ISC */
/*
 * evaluate - from records to values.
 *
 * Shapes:  two passes: the global section, with blocks that always hold; then
 *          the Match blocks that hold, whose values replace the first ones.
 *          What stays unset gets its default.
 * Units:   -
 * Errors:  a value that was checked line by line can still be wrong together
 *          with others (too many ports): place and reason say which.
 * Owns:    out's arena holds everything.
 * Source:  sshd_config(5), Match.
 */
#ifndef SSHD_CONFIG_EVALUATE_H
#define SSHD_CONFIG_EVALUATE_H

#include "sshd/config/config.h"
#include "sshd/config/tape.h"
#include "sshd/config/value.h"

struct evaluate_failure {
	const struct keyword *kw;	/* NULL: no line is to blame */
	struct place place;
	char reason[VALUE_REASON_MAX];
};

/* A directive of a section that is in force. */
struct evaluate_step {
	uint32_t keyword;
	struct place place;
	struct place block;	/* of its Match line; line 0: none */
	bool second_pass;
	bool skipped;		/* an earlier line has won */
	const char *const *words;
	size_t word_count;
	uint32_t parts;		/* RULE_BY_PART: set so far */
	const struct conf *conf;	/* after it */
};

/* For sshd -T --explain: told of all that happens. */
struct evaluate_watch {
	void (*step)(struct evaluate_watch *watch,
	    const struct evaluate_step *step);
	/* lacking: items of -C, comma separated */
	void (*undecided)(struct evaluate_watch *watch, struct place block,
	    const char *lacking);
};

/* All but listen_address, which is not in the records. watch: or NULL. */
MUST_CHECK bool evaluate(struct bytes records, const struct conf_spec *spec,
    struct evaluate_watch *watch, struct conf *out,
    struct evaluate_failure *failure, struct err *err);
/* See config_each_in_match(). */
MUST_CHECK bool evaluate_each_in_match(struct bytes records, size_t keyword,
    void (*take)(void *arg, const struct conf *conf), void *arg,
    struct err *err);
/* The default of one keyword into conf. */
MUST_CHECK bool evaluate_default(const struct keyword *kw,
    struct arena *arena, struct conf *conf, uint32_t *parts,
    char reason[static VALUE_REASON_MAX]);

#endif
