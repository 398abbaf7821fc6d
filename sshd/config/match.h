/* SPDX-License-Identifier: ISC */
/*
 * match - the criteria of Match lines.
 *
 * Shapes:  one row for each criterion: name, argument, check, test.
 * Units:   -
 * Errors:  a bad line: false and a reason. Deciding fails only where -T must
 *          be told a local port.
 * Owns:    struct match_facts what it looked up.
 * Source:  sshd_config(5), Match.
 */
#ifndef SSHD_CONFIG_MATCH_H
#define SSHD_CONFIG_MATCH_H

#include "lib/base/cidr.h"
#include "sshd/config/arena.h"
#include "sshd/config/config.h"
#include "sshd/config/groups.h"

#define MATCH_CRITERIA_MAX	64	/* on one line */
#define MATCH_REASON_MAX	256

struct match_criterion {
	uint8_t id;
	const char *argument;		/* "" for those without one */
};

struct match_line {
	struct match_criterion v[MATCH_CRITERIA_MAX];
	size_t count;
	/* holds whatever the connection: all, or a version that is ours */
	bool is_static_true;
};

/* Arguments borrow from words and arena. */
MUST_CHECK bool match_line_parse(const char *const *words, size_t word_count,
    struct arena *arena, struct match_line *out,
    char reason[static MATCH_REASON_MAX]);

/* What a connection looks like to the criteria, looked up as needed. */
struct match_facts {
	const struct conf_spec *spec;
	struct arena *arena;
	struct ip_text address, local_address;
	const char *host;		/* in lower case; NULL: not known */
	struct groups *groups;
	bool lacks_local_port;		/* asked for in a test, not given */
};

/* spec NULL: only what holds for every connection matches. */
MUST_CHECK bool match_facts_init(struct match_facts *facts,
    const struct conf_spec *spec, struct arena *arena);
bool match_holds(struct match_facts *facts, uint8_t criterion,
    const char *argument);
bool match_holds_always(uint8_t criterion, const char *argument);
/* What of -C the criterion waits for; NULL: it can be decided. */
const char *match_lacks(const struct match_facts *facts, uint8_t criterion);
/* Why it can hold for no connection under conf; NULL: it can. */
const char *match_never(uint8_t criterion, const char *argument,
    const struct conf *conf);
const char *match_criterion_name(uint8_t criterion);
/* Is id a row of the table? */
bool match_criterion_exists(uint8_t id);

#endif
