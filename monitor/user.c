/* SPDX-License-Identifier: ISC */
#include "monitor/user.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/base/log.h"

#define NOBODY_ID	65534	/* the kernel's overflow uid and gid */

/*
 * The name for lookups and log lines. A name that can't be one of passwd(5)
 * is kept readable: cleaned and cut, so that it names no account.
 */
static char *
plain_name(struct bytes sent)
{
	const uint8_t *colon = sent.len == 0 ? NULL :
	    memchr(sent.p, ':', sent.len);
	struct bytes name = sent;

	if (colon != NULL)
		name.len = (size_t)(colon - sent.p);
	if (bytes_have_nul(name))
		return strdup(log_safe(name).s);
	return bytes_dup_str(name);
}

static bool
fill(struct user *user, const char *home, const char *shell, struct err *err)
{
	user->home = strdup(home);
	user->shell = strdup(shell[0] == '\0' ? "/bin/sh" : shell);
	if (user->home == NULL || user->shell == NULL)
		return err_set(err, ERR_NOMEM, "account");
	return true;
}

/* Also for a stand-in, with a name of nobody: the same look-ups happen. */
static bool
find_groups(struct user *user, const char *name, struct err *err)
{
	int count = 32, room;
	gid_t *groups;

	for (;;) {
		room = count;
		groups = reallocarray(user->groups, (size_t)room,
		    sizeof(*groups));
		if (groups == NULL)
			return err_set(err, ERR_NOMEM, "groups");
		user->groups = groups;
		if (getgrouplist(name, user->gid, groups, &count) != -1)
			break;
		if (count <= room || count > USER_GROUPS_MAX)
			return err_set(err, ERR_RANGE, "groups");
	}
	user->group_count = (size_t)count;
	return true;
}

bool
user_find(struct user *user, struct bytes sent, uid_t own_uid,
    struct err *err)
{
	const struct passwd *pw;
	bool ok;

	*user = (struct user){ .sent_len = sent.len };
	user->sent = malloc(sent.len + 1);
	user->name = plain_name(sent);
	if (user->sent == NULL || user->name == NULL) {
		err_set(err, ERR_NOMEM, "user name");
		goto fail;
	}
	if (sent.len != 0)
		memcpy(user->sent, sent.p, sent.len);
	user->sent[sent.len] = '\0';
	pw = bytes_have_nul(sent) ? NULL : getpwnam(user->name);
	if (pw != NULL && own_uid != (uid_t)-1 && pw->pw_uid != own_uid)
		pw = NULL;
	user->exists = user->valid = pw != NULL;
	user->uid = pw == NULL ? NOBODY_ID : pw->pw_uid;
	user->gid = pw == NULL ? NOBODY_ID : pw->pw_gid;
	ok = pw == NULL ? fill(user, "/nonexistent", "/nonexistent", err) :
	    fill(user, pw->pw_dir, pw->pw_shell, err);
	if (ok && find_groups(user, user->exists ? user->name : "", err))
		return true;
 fail:
	user_clear(user);
	return false;
}

void
user_clear(struct user *user)
{
	free(user->sent);
	free(user->name);
	free(user->home);
	free(user->shell);
	free(user->groups);
	*user = (struct user){ 0 };
}

/* A change of ids sets it anew, to what fs.suid_dumpable says. */
static bool
stay_undumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 0) == 0;
}

bool
as_user_begin(struct as_user *as, const struct user *user, struct err *err)
{
	*as = (struct as_user){ 0 };
	if (geteuid() != 0)
		return true;
	as->egid = getegid();
	as->group_count = getgroups(0, NULL);
	if (as->group_count == -1)
		return err_sys(err, "getgroups");
	as->groups = calloc((size_t)as->group_count + 1, sizeof(gid_t));
	if (as->groups == NULL)
		return err_set(err, ERR_NOMEM, "groups");
	if (getgroups(as->group_count, as->groups) != as->group_count) {
		free(as->groups);
		as->groups = NULL;
		return err_sys(err, "getgroups");
	}
	as->active = true;
	if (setgroups(user->group_count, user->groups) == -1 ||
	    setegid(user->gid) == -1 || seteuid(user->uid) == -1 ||
	    !stay_undumpable())
		return err_sys(err, "change to the user's rights");
	return true;
}

bool
as_user_end(struct as_user *as, struct err *err)
{
	bool ok = true;

	if (!as->active)
		return true;
	if (seteuid(0) == -1 || setegid(as->egid) == -1 ||
	    setgroups((size_t)as->group_count, as->groups) == -1 ||
	    geteuid() != 0 || getegid() != as->egid || !stay_undumpable())
		ok = err_sys(err, "change back from the user's rights");
	free(as->groups);
	*as = (struct as_user){ 0 };
	return ok;
}
