/* SPDX-License-Identifier: ISC */
/*
 * user - the account that a client names, real or not.
 *
 * Shapes:  the fields of passwd(5) that a login needs, and all groups.
 * Units:   -
 * Errors:  an unknown name is no error: it gets a stand-in account, with
 *          which every later step does the same work and says no.
 * Owns:    struct user its strings and groups.
 * Source:  getpwnam(3), getgrouplist(3); RFC 4252 section 4.
 */
#ifndef MONITOR_USER_H
#define MONITOR_USER_H

#include <sys/types.h>

#include "lib/base/bytes.h"
#include "lib/base/err.h"

#define USER_GROUPS_MAX	65536	/* NGROUPS_MAX of Linux */

struct user {
	char *sent;		/* as in the request: with a :style */
	size_t sent_len;	/* it may hold NUL */
	char *name;		/* of the account; else as sent, no style */
	bool exists;		/* has an account here */
	bool valid;		/* exists and may try to log in */
	uid_t uid;
	gid_t gid;
	char *home, *shell;
	gid_t *groups;		/* all, gid among them */
	size_t group_count;
};

/*
 * Looks the name up. own_uid: when not root, the only account that exists
 * for us; (uid_t)-1 as root. valid is as exists: policy may clear it.
 */
MUST_CHECK bool user_find(struct user *user, struct bytes sent, uid_t own_uid,
    struct err *err);
void user_clear(struct user *user);

/*
 * In a child: the user's rights without a way back; nothing to give up when
 * we are not root. What was copied of our memory is not the user's to read.
 */
MUST_CHECK bool user_become(const struct user *user);

/* The user's rights, for reading files; nothing when we are not root. */
struct as_user {
	bool active;
	gid_t *groups;
	int group_count;
	gid_t egid;
};

/*
 * Effective uid, gid and groups of user until as_user_end(), which proves
 * that they are root's again. A false from either ends the process.
 */
MUST_CHECK bool as_user_begin(struct as_user *as, const struct user *user,
    struct err *err);
MUST_CHECK bool as_user_end(struct as_user *as, struct err *err);

#endif
