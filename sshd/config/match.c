/* SPDX-License-Identifier: ISC */
#include "sshd/config/match.h"

#include <ctype.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "lib/base/host_port.h"
#include "sshd/config/suggest.h"

/*
 * The criterion lets one file serve several versions of OpenSSH; this is the
 * one whose language we speak.
 */
#define LANGUAGE_VERSION	"OpenSSH_10.5p1"

typedef bool criterion_holds(struct match_facts *facts, const char *argument);
/* Why it can hold for nobody; NULL: it can. */
typedef const char *criterion_never(const char *argument,
    const struct conf *conf);

static bool
list_matches(const char *list, const char *text)
{
	return text != NULL && pattern_list_match(bytes_str(list),
	    bytes_str(text)) == PATTERN_YES;
}

static bool
all_holds(struct match_facts *facts, const char *argument)
{
	(void)facts;
	(void)argument;
	return true;
}

static bool
version_holds(struct match_facts *facts, const char *argument)
{
	(void)facts;
	return list_matches(argument, LANGUAGE_VERSION);
}

static bool
invalid_user_holds(struct match_facts *facts, const char *argument)
{
	(void)argument;
	return facts->spec->invalid_user;
}

static bool
user_holds(struct match_facts *facts, const char *argument)
{
	return list_matches(argument, facts->spec->user);
}

static bool
group_holds(struct match_facts *facts, const char *argument)
{
	return groups_match(facts->groups, bytes_str(argument)) ==
	    PATTERN_YES;
}

static bool
host_holds(struct match_facts *facts, const char *argument)
{
	return list_matches(argument, facts->host);
}

/* What has no address, as a client behind pipes, is in no list, not in "*". */
static bool
is_in_list(const char *list, const struct ip_text *address)
{
	return address->ip.family != 0 &&
	    addr_list_match(bytes_str(list), address) == PATTERN_YES;
}

static bool
address_holds(struct match_facts *facts, const char *argument)
{
	return is_in_list(argument, &facts->address);
}

static bool
local_address_holds(struct match_facts *facts, const char *argument)
{
	return is_in_list(argument, &facts->local_address);
}

/* Loading has replaced a service's name by its number. */
static bool
local_port_holds(struct match_facts *facts, const char *argument)
{
	if (facts->spec->local_port == -1)
		facts->lacks_local_port = facts->spec->is_test;
	return atoi(argument) == facts->spec->local_port;
}

static bool
rdomain_holds(struct match_facts *facts, const char *argument)
{
	return list_matches(argument, facts->spec->rdomain);
}

/* ---- blocks that no connection can enter --------------------------------- */

typedef bool item_possible(const char *item);

/* Has the list an entry that is not negated and that is possible? */
static bool
list_possible(const char *argument, item_possible *possible)
{
	struct bytes list = bytes_str(argument), item;
	char text[MATCH_REASON_MAX];

	while (name_list_next(&list, &item)) {
		/* too long to be looked at: no judgement */
		if (!bytes_to_str(item, text, sizeof(text)))
			return true;
		if (text[0] != '!' && (possible == NULL || possible(text)))
			return true;
	}
	return false;
}

static bool
group_possible(const char *item)
{
	return strpbrk(item, "*?") != NULL || getgrnam(item) != NULL;
}

static const char *
group_never(const char *argument, const struct conf *conf)
{
	(void)conf;
	return list_possible(argument, group_possible) ? NULL :
	    "there is no such group";
}

/* Letters that a numeric address has, its scope aside, and wildcards. */
static bool
address_possible(const char *item)
{
	return strspn(item, "0123456789abcdefABCDEF.:/*?") == strlen(item) ||
	    strchr(item, '%') != NULL;
}

static const char *
host_never(const char *argument, const struct conf *conf)
{
	return conf->use_dns || list_possible(argument, address_possible) ?
	    NULL : "without UseDNS a client has no name but its address";
}

static const char *
address_never(const char *argument, const struct conf *conf)
{
	(void)conf;
	return list_possible(argument, address_possible) ? NULL :
	    "it is no address, network or pattern of addresses";
}

enum argument { ARG_NONE, ARG_PATTERNS, ARG_LOWER, ARG_ADDRESSES, ARG_PORT };

static const struct criterion {
	const char *name;
	enum argument argument;
	criterion_holds *holds;
	const char *needs;	/* of -C; NULL: the same for everybody */
	criterion_never *never;	/* beyond patterns that are all negated */
} criteria[] = {
	{ "all", ARG_NONE, all_holds, NULL, NULL },
	{ "invalid-user", ARG_NONE, invalid_user_holds, "user", NULL },
	{ "user", ARG_PATTERNS, user_holds, "user", NULL },
	{ "group", ARG_PATTERNS, group_holds, "user", group_never },
	{ "host", ARG_LOWER, host_holds, "host", host_never },
	{ "address", ARG_ADDRESSES, address_holds, "addr", address_never },
	{ "localaddress", ARG_ADDRESSES, local_address_holds, "laddr",
	    address_never },
	{ "localport", ARG_PORT, local_port_holds, "lport", NULL },
	{ "rdomain", ARG_PATTERNS, rdomain_holds, "rdomain", NULL },
	{ "version", ARG_PATTERNS, version_holds, NULL, NULL },
};
enum { CRITERION_ALL = 0 };

bool
match_criterion_exists(uint8_t id)
{
	return id < ARRAY_LEN(criteria);
}

/* ---- lines --------------------------------------------------------------- */

struct line_parser {
	const char *const *words;
	size_t word_count, next;
	struct arena *arena;
	char *reason;
};

static bool
bad_attribute(struct line_parser *p, const char *name)
{
	struct suggest suggest = suggest_init(name);

	for (size_t i = 0; i < ARRAY_LEN(criteria); i++)
		suggest_offer(&suggest, criteria[i].name);
	snprintf(p->reason, MATCH_REASON_MAX,
	    "unsupported Match attribute \"%.*s\"%s%s%s", 100, name,
	    suggest.best == NULL ? "" : "; did you mean \"",
	    suggest.best == NULL ? "" : suggest.best,
	    suggest.best == NULL ? "" : "\"?");
	return false;
}

static bool
bad_argument(struct line_parser *p, const char *name, const char *argument)
{
	snprintf(p->reason, MATCH_REASON_MAX, "invalid Match %s argument "
	    "\"%.*s\"", name, 100, argument);
	return false;
}

static const char *
to_lower(struct arena *arena, const char *text)
{
	char *copy = arena_str(arena, bytes_str(text));

	for (char *c = copy; c != NULL && *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

static bool
check_argument(struct line_parser *p, const struct criterion *row,
    const char **argument)
{
	struct bytes bad;
	uint16_t port;
	char *text;

	if (row->argument == ARG_ADDRESSES &&
	    addr_list_find_bad(bytes_str(*argument), &bad))
		return bad_argument(p, row->name, *argument);
	if (row->argument == ARG_LOWER)
		*argument = to_lower(p->arena, *argument);
	if (row->argument == ARG_PORT) {
		if (!port_parse(bytes_str(*argument), &port))
			return bad_argument(p, row->name, *argument);
		if ((text = arena_alloc(p->arena, 8)) != NULL)
			snprintf(text, 8, "%u", port);
		*argument = text;
	}
	if (*argument == NULL)
		snprintf(p->reason, MATCH_REASON_MAX, "out of memory");
	return *argument != NULL;
}

/* "name", "name argument" or "name=argument". */
static bool
take_criterion(struct line_parser *p, struct match_criterion *out)
{
	const char *word = p->words[p->next++];
	const char *equals = strchr(word, '=');
	size_t len = equals == NULL ? strlen(word) : (size_t)(equals - word);
	const char *argument = "";
	size_t id = 0;

	while (id < ARRAY_LEN(criteria) &&
	    (strlen(criteria[id].name) != len ||
	    strncasecmp(criteria[id].name, word, len) != 0))
		id++;
	if (id == ARRAY_LEN(criteria))
		return bad_attribute(p, word);
	if (criteria[id].argument == ARG_NONE) {
		if (equals != NULL)
			return bad_argument(p, criteria[id].name, equals + 1);
	} else {
		if (equals != NULL)
			argument = equals + 1;
		else if (p->next < p->word_count)
			argument = p->words[p->next++];
		if (argument[0] == '\0') {
			snprintf(p->reason, MATCH_REASON_MAX,
			    "missing Match criteria for %s",
			    criteria[id].name);
			return false;
		}
		if (!check_argument(p, &criteria[id], &argument))
			return false;
	}
	*out = (struct match_criterion){ (uint8_t)id, argument };
	return true;
}

bool
match_line_parse(const char *const *words, size_t word_count,
    struct arena *arena, struct match_line *out,
    char reason[static MATCH_REASON_MAX])
{
	struct line_parser p = { words, word_count, 0, arena, reason };
	bool has_all = false;

	out->count = 0;
	out->is_static_true = true;
	while (p.next < word_count) {
		struct match_criterion *criterion = &out->v[out->count];

		if (out->count == MATCH_CRITERIA_MAX) {
			snprintf(reason, MATCH_REASON_MAX,
			    "too many Match criteria");
			return false;
		}
		if (!take_criterion(&p, criterion))
			return false;
		has_all |= criterion->id == CRITERION_ALL;
		out->is_static_true &= match_holds_always(criterion->id,
		    criterion->argument);
		out->count++;
	}
	if (has_all && out->count != 1) {
		snprintf(reason, MATCH_REASON_MAX,
		    "\"all\" cannot be combined with other Match attributes");
		return false;
	}
	return true;
}

/* ---- deciding ------------------------------------------------------------ */

bool
match_facts_init(struct match_facts *facts, const struct conf_spec *spec,
    struct arena *arena)
{
	*facts = (struct match_facts){ .spec = spec, .arena = arena };
	if (spec == NULL)
		return true;
	if (spec->host != NULL &&
	    (facts->host = to_lower(arena, spec->host)) == NULL)
		return false;
	facts->address = ip_text_of(spec->address);
	facts->local_address = ip_text_of(spec->local_address);
	facts->groups = groups_of(arena,
	    spec->invalid_user ? NULL : spec->user, spec->groups,
	    spec->invalid_user ? 0 : spec->group_count);
	return facts->groups != NULL;
}

bool
match_holds(struct match_facts *facts, uint8_t criterion,
    const char *argument)
{
	const struct criterion *row = &criteria[criterion];

	if (facts->spec == NULL && row->needs != NULL)
		return false;
	return row->holds(facts, argument);
}

bool
match_holds_always(uint8_t criterion, const char *argument)
{
	return criteria[criterion].needs == NULL &&
	    criteria[criterion].holds(NULL, argument);
}

const char *
match_lacks(const struct match_facts *facts, uint8_t criterion)
{
	const char *needs = criteria[criterion].needs;
	const struct conf_spec *spec = facts->spec;
	const struct {
		const char *name;
		bool known;
	} items[] = {
		{ "user", spec->user != NULL || spec->invalid_user },
		{ "host", spec->host != NULL },
		{ "addr", spec->address != NULL },
		{ "laddr", spec->local_address != NULL },
		{ "lport", spec->local_port != -1 },
		{ "rdomain", spec->rdomain != NULL },
	};

	for (size_t i = 0; needs != NULL && i < ARRAY_LEN(items); i++) {
		if (strcmp(items[i].name, needs) == 0)
			return items[i].known ? NULL : needs;
	}
	return NULL;
}

const char *
match_never(uint8_t criterion, const char *argument, const struct conf *conf)
{
	const struct criterion *row = &criteria[criterion];

	if (row->argument != ARG_NONE && row->argument != ARG_PORT &&
	    !list_possible(argument, NULL))
		return "a list of negated patterns matches nothing";
	return row->never == NULL ? NULL : row->never(argument, conf);
}

const char *
match_criterion_name(uint8_t criterion)
{
	return criteria[criterion].name;
}
