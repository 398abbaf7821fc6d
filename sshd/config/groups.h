/* SPDX-License-Identifier: ISC */
/*
 * groups - is a user in a group that a pattern names?
 *
 * Shapes:  gids of the user, and the name of each: looked up when it is needed,
 *          once.
 * Units:   -
 * Errors:  what does not exist does not match. Where nothing fits and a name
 *          could not be found out, failure is set, and stays: that nothing
 *          fits may then open no door.
 * Owns:    nothing: all lies in the caller's arena.
 * Source:  group(5); initgroups(3).
 */
#ifndef SSHD_CONFIG_GROUPS_H
#define SSHD_CONFIG_GROUPS_H

#include "lib/base/pattern.h"
#include "sshd/config/arena.h"

#define GROUPS_MAX	65536	/* NGROUPS_MAX of Linux */

struct group_name;
struct group_own;

struct groups {
	struct arena *arena;
	const char *user;
	const uint32_t *gids;
	size_t gid_count;
	bool has_gids;
	struct group_name *resolved;	/* names asked for so far */
	struct group_own *own;		/* for each gid; NULL: none asked for */
	int failure;			/* errno of a look-up; 0: all went well */
};

/*
 * gids NULL: looked up by user's name; user NULL: nobody, in no group. NULL:
 * memory is out.
 */
struct groups *groups_of(struct arena *arena, const char *user,
    const uint32_t *gids, size_t gid_count);
/*
 * The argument of Match Group: a comma list; a negated hit on any group wins.
 * Plain names are resolved to a gid, once each; one that the user has is
 * resolved back, to be sure that it is the name of that group. So the names of
 * all groups of the user are needed for a pattern with wildcards only.
 */
enum pattern_result groups_match(struct groups *groups, struct bytes list);
/*
 * A word of DenyGroups or AllowGroups: one pattern, for which all names are
 * needed.
 */
bool groups_any_name_matches(struct groups *groups, struct bytes pattern);

#endif
