/* SPDX-License-Identifier: ISC */
#include "sshd/config/groups.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>

#include "lib/base/name_service.h"

#define ENTRY_MIN	4096		/* a group with some members */
#define ENTRY_MAX	(16 * 1024 * 1024)	/* ... with all of a company */

struct group_name {
	struct group_name *next;
	struct bytes name;
	gid_t gid;
	bool exists, is_unknown;	/* neither: there is none */
	bool is_gid_looked_up, is_of_gid;	/* is_name_of_gid() */
};

struct groups
groups_of(struct arena *arena, const char *user, const uint32_t *gids,
    size_t gid_count)
{
	return (struct groups){
		.arena = arena, .user = user, .gids = gids,
		.gid_count = gid_count,
		.has_gids = gids != NULL || user == NULL,
	};
}

static void
load_gids(struct groups *groups)
{
	const struct passwd *pw;
	gid_t *gids = NULL;
	int count = 64;

	if (groups->has_gids)
		return;
	groups->has_gids = true;
	if ((pw = getpwnam(groups->user)) == NULL)
		return;
	for (;;) {
		gids = arena_alloc(groups->arena,
		    (size_t)count * sizeof(*gids));
		if (gids == NULL)
			return;
		if (getgrouplist(groups->user, pw->pw_gid, gids, &count) >= 0)
			break;
		if (count <= 0 || count > GROUPS_MAX)
			return;
	}
	groups->gids = gids;
	groups->gid_count = (size_t)count;
}

typedef int group_get(const void *key, struct group *entry, char *buf,
    size_t len, struct group **found);

static int
get_by_name(const void *key, struct group *entry, char *buf, size_t len,
    struct group **found)
{
	return getgrnam_r(key, entry, buf, len, found);
}

static int
get_by_gid(const void *key, struct group *entry, char *buf, size_t len,
    struct group **found)
{
	return getgrgid_r(*(const gid_t *)key, entry, buf, len, found);
}

/*
 * The code of getgrnam_r(3); 0 and *exists false: there is none. *buf holds the
 * entry's strings and is the caller's, also on failure.
 */
static int
get_entry(group_get *get, const void *key, struct group *entry, char **buf,
    bool *exists)
{
	struct group *found = NULL;
	int code = ERANGE;

	*buf = NULL;
	for (size_t len = ENTRY_MIN; len <= ENTRY_MAX && code == ERANGE;
	    len *= 4) {
		char *grown = realloc(*buf, len);

		if (grown != NULL)
			*buf = grown;
		code = grown == NULL ? ENOMEM :
		    get(key, entry, *buf, len, &found);
	}
	*exists = code == 0 && found != NULL;
	return name_service_failed(code) ? code : 0;
}

/* Of a group of the user: what nobody can tell counts. */
static bool
get_own(struct groups *groups, gid_t gid, struct group *entry, char **buf)
{
	bool exists;
	int code = get_entry(get_by_gid, &gid, entry, buf, &exists);

	if (code != 0)
		groups->failure = code;
	return exists;
}

static struct group_name *
resolve(struct groups *groups, struct bytes name)
{
	struct group_name *entry;
	struct group group;
	char *buf;
	const char *text;

	for (entry = groups->resolved; entry != NULL; entry = entry->next) {
		if (bytes_equal(entry->name, name))
			return entry;
	}
	entry = arena_alloc(groups->arena, sizeof(*entry));
	text = arena_str(groups->arena, name);
	if (entry == NULL || text == NULL) {
		groups->failure = ENOMEM;
		return NULL;
	}
	entry->name = bytes_str(text);
	entry->is_unknown = get_entry(get_by_name, text, &group, &buf,
	    &entry->exists) != 0;
	if (entry->exists)
		entry->gid = group.gr_gid;
	free(buf);
	entry->next = groups->resolved;
	groups->resolved = entry;
	return entry;
}

/*
 * Of several names for one number a user's group has the one that the number
 * leads to, as in OpenSSH; the others match nobody.
 */
static bool
is_name_of_gid(struct groups *groups, struct group_name *entry)
{
	struct group group;
	char *buf;

	if (entry->is_gid_looked_up)
		return entry->is_of_gid;
	entry->is_gid_looked_up = true;
	entry->is_of_gid = get_own(groups, entry->gid, &group, &buf) &&
	    bytes_is(entry->name, group.gr_name);
	free(buf);
	return entry->is_of_gid;
}

static bool
has_gid(const struct groups *groups, gid_t gid)
{
	for (size_t i = 0; i < groups->gid_count; i++) {
		if (groups->gids[i] == gid)
			return true;
	}
	return false;
}

static void
load_names(struct groups *groups)
{
	const char **names;

	if (groups->has_names)
		return;
	groups->has_names = true;
	names = arena_alloc(groups->arena,
	    (groups->gid_count + 1) * sizeof(*names));
	if (names == NULL) {
		groups->failure = ENOMEM;
		return;
	}
	for (size_t i = 0; i < groups->gid_count; i++) {
		struct group group;
		char *buf;

		if (get_own(groups, groups->gids[i], &group, &buf) &&
		    (names[i] = arena_str(groups->arena,
		    bytes_str(group.gr_name))) == NULL)
			groups->failure = ENOMEM;
		free(buf);
	}
	groups->names = names;
}

static bool
any_name_matches(struct groups *groups, struct bytes pattern)
{
	load_names(groups);
	for (size_t i = 0; groups->names != NULL &&
	    i < groups->gid_count; i++) {
		if (groups->names[i] != NULL && pattern_list_match(pattern,
		    bytes_str(groups->names[i])) == PATTERN_YES)
			return true;
	}
	return false;
}

static bool
has_wildcard(struct bytes pattern)
{
	return pattern.len != 0 && (memchr(pattern.p, '*', pattern.len) !=
	    NULL || memchr(pattern.p, '?', pattern.len) != NULL);
}

static bool
is_member(struct groups *groups, struct bytes pattern)
{
	struct group_name *entry;

	if (has_wildcard(pattern))
		return any_name_matches(groups, pattern);
	entry = resolve(groups, pattern);
	/* root, of local groups only, is let in while the directory is away */
	if (entry != NULL && entry->is_unknown)
		return any_name_matches(groups, pattern);
	return entry != NULL && entry->exists &&
	    has_gid(groups, entry->gid) && is_name_of_gid(groups, entry);
}

enum pattern_result
groups_match(struct groups *groups, struct bytes list)
{
	enum pattern_result result = PATTERN_NO;
	struct bytes item;

	load_gids(groups);
	if (groups->gid_count == 0)
		return PATTERN_NO;
	while (name_list_next(&list, &item)) {
		bool negated = item.len != 0 && item.p[0] == '!';

		if (negated)
			item = bytes_of(item.p + 1, item.len - 1);
		if (item.len == 0 || !is_member(groups, item))
			continue;
		if (negated)
			return PATTERN_NEGATED;
		result = PATTERN_YES;
	}
	return result;
}
