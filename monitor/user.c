/* SPDX-License-Identifier: ISC */
#include "monitor/user.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/core.h"
#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "monitor/errand.h"

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

/*
 * The name is the account's own: a directory may find it by other spellings,
 * which must not get around what is configured for it.
 */
static bool
fill(struct user *user, const char *name, const char *home,
    const char *shell, struct err *err)
{
	char *own = strdup(name);

	if (own != NULL) {
		free(user->name);
		user->name = own;
	}
	user->home = strdup(home);
	user->shell = strdup(shell[0] == '\0' ? "/bin/sh" : shell);
	if (own == NULL || user->home == NULL || user->shell == NULL)
		return err_set(err, ERR_NOMEM, "account");
	return true;
}

struct group_search {
	const char *name;
	gid_t gid;
};

/* In a child: asks the name service and writes all gids to out. */
static bool
list_groups(const void *arg, int out)
{
	const struct group_search *search = arg;
	gid_t *groups = NULL;
	int count = 32, room, found;
	struct err err;

	do {
		room = count;
		groups = reallocarray(groups, (size_t)room, sizeof(*groups));
		if (groups == NULL || count > USER_GROUPS_MAX)
			return false;
		found = getgrouplist(search->name, search->gid, groups,
		    &count);
	} while (found == -1 && count > room);
	return found != -1 && fd_write_all(out, bytes_of(groups,
	    (size_t)count * sizeof(*groups)), &err);
}

static bool
read_groups(struct user *user, int from, struct err *err)
{
	size_t cap = USER_GROUPS_MAX * sizeof(gid_t), len = 0;
	char *bytes = malloc(cap);
	gid_t *fitted;
	ssize_t n = 1;

	if (bytes == NULL)
		return err_set(err, ERR_NOMEM, "groups");
	while (n != 0 && len < cap) {
		n = read(from, bytes + len, cap - len);
		if (n == -1 && errno != EINTR)
			break;
		len += n == -1 ? 0 : (size_t)n;
	}
	/* realloc() moves: whether to keep the bytes is decided before */
	fitted = n != 0 || len == 0 ? NULL : realloc(bytes, len);
	if (fitted == NULL) {
		free(bytes);
		return err_set(err, ERR_NOT_FOUND, "groups of the account");
	}
	user->groups = fitted;
	user->group_count = len / sizeof(gid_t);
	return true;
}

/* Also for a stand-in, with a name of nobody: the same look-ups happen. */
static bool
find_groups(struct user *user, const char *name, struct err *err)
{
	const struct group_search search = { name, user->gid };
	struct errand errand;
	bool ok;

	if (!errand_start(&errand, list_groups, &search, err))
		return false;
	ok = read_groups(user, errand.answer, err);
	/* what the name service did there may have ended the process */
	if (!errand_wait(&errand) && ok)
		return err_set(err, ERR_NOT_FOUND, "groups of the account");
	return ok;
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
	ok = pw == NULL ?
	    fill(user, user->name, "/nonexistent", "/nonexistent", err) :
	    fill(user, pw->pw_name, pw->pw_dir, pw->pw_shell, err);
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

bool
user_become(const struct user *user)
{
	struct err err;

	if (geteuid() != 0)
		return true;
	if (setgroups(user->group_count, user->groups) == -1 ||
	    setresgid(user->gid, user->gid, user->gid) == -1 ||
	    setresuid(user->uid, user->uid, user->uid) == -1)
		return false;
	return core_forbid(CORE_LIMIT_KEPT, &err) &&
	    (user->uid == 0 || (setuid(0) == -1 && seteuid(0) == -1));
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
	    !core_forbid(CORE_LIMIT_KEPT, err))
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
	    geteuid() != 0 || getegid() != as->egid ||
	    !core_forbid(CORE_LIMIT_KEPT, err))
		ok = err_sys(err, "change back from the user's rights");
	free(as->groups);
	*as = (struct as_user){ 0 };
	return ok;
}
