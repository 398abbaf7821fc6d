/* SPDX-License-Identifier: ISC */
#include "sshd/net/sandbox.h"

#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "lib/base/confine.h"
#include "lib/base/core.h"
#include "lib/base/limits.h"

/* Three descriptors for each channel, and the few of the connection. */
#define DESCRIPTORS_MAX	(3 * CHANNELS_MAX + 64)

static bool
limit(int resource, rlim_t max, struct err *err)
{
	struct rlimit now, new;

	if (getrlimit((__rlimit_resource_t)resource, &now) == -1)
		return err_sys(err, "getrlimit");
	new.rlim_cur = new.rlim_max = MIN(max, now.rlim_max);
	if (setrlimit((__rlimit_resource_t)resource, &new) == -1)
		return err_sys(err, "setrlimit");
	return true;
}

/*
 * Processes and files that grow: none of them, even where the filter does not
 * hold (an empty one).
 */
static bool
limit_all(struct err *err)
{
	return limit(RLIMIT_NOFILE, DESCRIPTORS_MAX, err) &&
	    limit(RLIMIT_NPROC, 0, err) && limit(RLIMIT_FSIZE, 0, err);
}

static bool
drop_root(const struct sandbox *s, struct err *err)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	if (chroot(s->chroot_dir) == -1 || chdir("/") == -1)
		return err_sys(err, "chroot");
	if (setgroups(0, NULL) == -1)
		return err_sys(err, "setgroups");
	if (setresgid(s->gid, s->gid, s->gid) == -1)
		return err_sys(err, "setresgid");
	if (setresuid(s->uid, s->uid, s->uid) == -1)
		return err_sys(err, "setresuid");
	if (getresuid(&ruid, &euid, &suid) == -1 ||
	    getresgid(&rgid, &egid, &sgid) == -1)
		return err_sys(err, "getresuid");
	if (ruid != s->uid || euid != s->uid || suid != s->uid ||
	    rgid != s->gid || egid != s->gid || sgid != s->gid)
		return err_set(err, ERR_DENIED, "ids did not change");
	if (s->uid != 0 && setresuid((uid_t)-1, 0, (uid_t)-1) == 0)
		return err_set(err, ERR_DENIED, "root could be taken back");
	return true;
}

bool
sandbox_enter(const struct sandbox *s, struct err *err)
{
	if (!limit_all(err) || (s->chroot_dir != NULL && !drop_root(s, err)))
		return false;
	/* not before the ids have changed */
	if (!core_forbid(CORE_LIMIT_HARD, err))
		return false;
	/* the same: the monitor asked for it before it executed us */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1)
		return err_sys(err, "PR_SET_PDEATHSIG");
	return confine_calls(s->filter, err);
}
