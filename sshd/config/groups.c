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
};

/* A group of the user. */
struct group_own {
	const char *name;	/* NULL: it has none, or none is known */
	int failure;		/* errno: none is known; ENOMEM: here too */
	bool is_looked_up;
};

struct groups *
groups_of(struct arena *arena, const char *user, const uint32_t *gids,
    size_t gid_count)
{
	struct groups *groups = arena_alloc(arena, sizeof(*groups));
	size_t len = gid_count * sizeof(*gids);
	uint32_t *copy = arena_alloc(arena, len);

	if (groups == NULL || copy == NULL)
		return NULL;
	*groups = (struct groups){
		.arena = arena, .gids = copy, .gid_count = gid_count,
		.has_gids = gids != NULL || user == NULL,
	};
	if (len != 0)
		memcpy(copy, gids, len);
	if (!groups->has_gids &&
	    (groups->user = arena_str(arena, bytes_str(user))) == NULL)
		return NULL;
	return groups;
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

/* NULL: memory is out. */
static const struct group_own *
get_own(struct groups *groups, size_t i)
{
	struct group_own *own;
	struct group group;
	bool exists;
	char *buf;

	if (groups->own == NULL)
		groups->own = arena_alloc(groups->arena,
		    groups->gid_count * sizeof(*groups->own));
	if (groups->own == NULL) {
		groups->failure = ENOMEM;
		return NULL;
	}
	own = &groups->own[i];
	if (own->is_looked_up)
		return own;
	own->is_looked_up = true;
	own->failure = get_entry(get_by_gid, &groups->gids[i], &group, &buf,
	    &exists);
	if (exists && (own->name = arena_str(groups->arena,
	    bytes_str(group.gr_name))) == NULL)
		own->failure = ENOMEM;
	free(buf);
	return own;
}

bool
groups_any_name_matches(struct groups *groups, struct bytes pattern)
{
	int failure = 0;

	load_gids(groups);
	for (size_t i = 0; i < groups->gid_count; i++) {
		const struct group_own *own = get_own(groups, i);

		if (own == NULL)
			return false;
		if (own->failure != 0)
			failure = own->failure;
		else if (own->name != NULL && pattern_match_bytes(pattern,
		    bytes_str(own->name)))
			return true;
	}
	if (failure != 0)
		groups->failure = failure;
	return false;
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
has_group(struct groups *groups, const struct group_name *entry)
{
	const struct group_own *own;

	for (size_t i = 0; i < groups->gid_count; i++) {
		if (groups->gids[i] != entry->gid)
			continue;
		if ((own = get_own(groups, i)) == NULL)
			return false;
		if (own->failure != 0)
			groups->failure = own->failure;
		return own->name != NULL && bytes_is(entry->name, own->name);
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
		return groups_any_name_matches(groups, pattern);
	entry = resolve(groups, pattern);
	/* root, of local groups only, is let in while the directory is away */
	if (entry != NULL && entry->is_unknown)
		return groups_any_name_matches(groups, pattern);
	return entry != NULL && entry->exists && has_group(groups, entry);
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
