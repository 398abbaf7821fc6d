/* SPDX-License-Identifier: ISC */
#include "monitor/user.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
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

/* In a child: asks the name service and writes all gids to out. */
static void NORETURN
list_groups(const char *name, gid_t gid, int out)
{
	gid_t *groups = NULL;
	int count = 32, room, found;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	do {
		room = count;
		groups = reallocarray(groups, (size_t)room, sizeof(*groups));
		if (groups == NULL || count > USER_GROUPS_MAX)
			_exit(1);
		found = getgrouplist(name, gid, groups, &count);
	} while (found == -1 && count > room);
	if (found == -1)
		_exit(1);
	for (size_t done = 0, len = (size_t)count * sizeof(gid_t);
	    done < len;) {
		ssize_t n = write(out, (char *)groups + done, len - done);

		if (n == -1 && errno != EINTR)
			_exit(1);
		done += n == -1 ? 0 : (size_t)n;
	}
	_exit(0);
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
		return err_set(err, ERR_RANGE, "groups");
	}
	user->groups = fitted;
	user->group_count = len / sizeof(gid_t);
	return true;
}

/*
 * Modules of the name service stay in memory once they are loaded, and an
 * idle session would carry them: so a child asks. Also for a stand-in, with a
 * name of nobody: the same look-ups happen.
 */
static bool
find_groups(struct user *user, const char *name, struct err *err)
{
	int fds[2], status = -1;
	pid_t pid;
	bool ok;

	if (pipe2(fds, O_CLOEXEC) == -1)
		return err_sys(err, "groups");
	if ((pid = fork()) == 0)
		list_groups(name, user->gid, fds[1]);
	close(fds[1]);
	ok = pid == -1 ? err_sys(err, "groups") :
	    read_groups(user, fds[0], err);
	close(fds[0]);
	while (pid != -1 && waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (ok && status != 0)
		return err_set(err, ERR_RANGE, "groups");
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
