/* SPDX-License-Identifier: ISC */
/*
 * groups - is a user in a group that a pattern names?
 *
 * Shapes:  plain names are resolved to a gid, once each; one that the user has
 *          is resolved back, to be sure that it is the name of that group.
 *          Only a pattern with wildcards needs the names of the user's
 *          groups, read once.
 * Units:   -
 * Errors:  what does not exist does not match. Where nobody could tell,
 *          failure is set: no answer counts.
 * Owns:    nothing: results lie in the caller's arena.
 * Source:  group(5); initgroups(3).
 */
#ifndef SSHD_CONFIG_GROUPS_H
#define SSHD_CONFIG_GROUPS_H

#include "lib/base/pattern.h"
#include "sshd/config/arena.h"

#define GROUPS_MAX	65536	/* NGROUPS_MAX of Linux */

struct group_name;

struct groups {
	struct arena *arena;
	const char *user;
	const uint32_t *gids;
	size_t gid_count;
	bool has_gids;
	struct group_name *resolved;	/* names asked for so far */
	const char **names;		/* of the user's groups */
	bool has_names;
	int failure;			/* errno of a look-up; 0: all went well */
};

/* gids NULL: looked up by user's name; user NULL: nobody, in no group. */
struct groups groups_of(struct arena *arena, const char *user,
    const uint32_t *gids, size_t gid_count);
/* Over a comma list; a negated hit on any group wins. */
enum pattern_result groups_match(struct groups *groups, struct bytes list);

#endif
