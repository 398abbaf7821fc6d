/* SPDX-License-Identifier: ISC */
#include "monitor/account.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/base/core.h"
#include "lib/base/log.h"
#include "monitor/monitor.h"
#include "monitor/shadow.h"

#define PAM_UNIX_HASHES	2	/* it hashes a wrong password twice */

/* While a module runs, nobody but the listener can see the client leave. */
static MUST_CHECK bool
tell_listener(struct monitor *mon, struct err *err)
{
	static const struct ipc_CHECKING m;	/* no fields */

	return mon->listener.fd == -1 || ipc_send_fds(&mon->listener,
	    IPC_CHECKING, &m, &mon->net_child.pid_fd, 1, err) ||
	    err->code == ERR_CLOSED;
}

bool
account_start(struct monitor *mon, struct err *err)
{
	char connection[192];
	const struct pam_identity identity = {
		.service = mon->conf.pam_service_name,
		.user = mon->user.name, .host = mon->peer.name,
		.connection = connection,
	};

	if (!mon->conf.use_pam)
		return true;
	if (!tell_listener(mon, err))
		return false;
	/* modules write to syslog, wherever our own lines go */
	if ((mon->flags & SETUP_STDERR) != 0)
		openlog("sshd", LOG_PID, LOG_AUTH);
	snprintf(connection, sizeof(connection), "%s %u %s %u",
	    mon->peer.address, mon->peer.port, mon->peer.local_address,
	    mon->peer.local_port);
	return pam_stack_new(&mon->pam, &identity, err) ||
	    err->code == ERR_DENIED;
}

void
account_log_failure(const struct monitor *mon)
{
	log_error("PAM: %s for %s%.100s from %.100s", mon->pam == NULL ?
	    "not started" : pam_stack_why(mon->pam),
	    mon->user.valid ? "" : "illegal user ",
	    log_safe(bytes_str(mon->user.name)).s, mon->peer.name);
}

/* ---- password ------------------------------------------------------------ */

/* Whatever is asked without echo is the password; nothing else is known. */
static bool
answer_password(void *arg, const char *told,
    const struct question *questions, size_t count,
    struct secret *answers)
{
	const char *password = arg;
	struct err err;

	(void)told;
	for (size_t i = 0; i < count; i++) {
		if (questions[i].echo || !secret_copy(&answers[i],
		    bytes_of(password, strlen(password) + 1), &err))
			return false;
	}
	return true;
}

void
account_spend_check(const struct monitor *mon)
{
	struct shadow stand_in;
	struct err err;

	if (mon->user.exists || !mon->is_root ||
	    !shadow_load(&stand_in, &mon->user, mon->keys_map, &err))
		return;
	for (int i = 0; i < PAM_UNIX_HASHES; i++)
		(void)shadow_verify(&stand_in, "a stranger's");
	shadow_clear(&stand_in);
}

bool
account_check_password(struct monitor *mon, const char *password,
    bool allow_empty)
{
	const struct pam_talk talk = {
		.ask = answer_password, .arg = (void *)password,
	};

	if (mon->pam == NULL || pam_stack_is_exhausted(mon->pam))
		return false;
	pam_stack_set_info(mon->pam, mon->auth.info.text);
	switch (pam_stack_authenticate(mon->pam, allow_empty, &talk)) {
	case PAM_STEP_YES:
		return true;
	case PAM_STEP_BROKEN:
		account_log_failure(mon);
		break;
	case PAM_STEP_NO:
	case PAM_STEP_NEW_PASSWORD:
		break;
	}
	account_spend_check(mon);
	return false;
}

/* ---- account ------------------------------------------------------------- */

bool
account_allows(struct monitor *mon)
{
	if (!mon->conf.use_pam)
		return true;
	if (mon->pam == NULL)
		return false;
	pam_stack_set_info(mon->pam, mon->auth.info.text);
	switch (pam_stack_account(mon->pam, NULL)) {
	case PAM_STEP_YES:
		return true;
	case PAM_STEP_NEW_PASSWORD:
		mon->auth.password_expired = true;
		return true;
	case PAM_STEP_NO:
	case PAM_STEP_BROKEN:
		break;
	}
	return false;
}

/* ---- session ------------------------------------------------------------- */

struct groups {
	gid_t *v;
	int count;
};

static MUST_CHECK bool
get_groups(struct groups *groups, struct err *err)
{
	int count = getgroups(0, NULL);

	*groups = (struct groups){ .count = count };
	groups->v = count == -1 ? NULL :
	    calloc((size_t)count + 1, sizeof(gid_t));
	if (groups->v == NULL ||
	    (groups->count = getgroups(count, groups->v)) == -1)
		return err_sys(err, "groups");
	return true;
}

static enum pam_step
credentials(struct monitor *mon)
{
	enum pam_step step = pam_stack_set_credentials(mon->pam);

	if (step == PAM_STEP_YES)
		return step;
	if (pam_stack_did_authenticate(mon->pam)) {
		log_error("PAM: pam_setcred(): %s", pam_stack_why(mon->pam));
		return PAM_STEP_BROKEN;
	}
	log_debug("PAM: pam_setcred(): %s", pam_stack_why(mon->pam));
	return PAM_STEP_NO;
}

static MUST_CHECK bool
run_session_steps(struct monitor *mon, bool *opened, struct err *err)
{
	*opened = false;
	if (credentials(mon) == PAM_STEP_BROKEN)
		return err_set(err, ERR_DENIED, "credentials");
	*opened = pam_stack_open_session(mon->pam) == PAM_STEP_YES;
	if (!*opened)
		log_error("PAM: pam_open_session(): %s",
		    pam_stack_why(mon->pam));
	/* again, as what a session opens may be what it needs */
	if (credentials(mon) == PAM_STEP_BROKEN)
		return err_set(err, ERR_DENIED, "credentials");
	return true;
}

/* What modules added is the session's; ours are as before. */
static MUST_CHECK bool
swap_groups(struct monitor *mon, const struct groups *ours, struct err *err)
{
	struct groups made = { 0 };

	if (!get_groups(&made, err) ||
	    setgroups((size_t)ours->count, ours->v) == -1) {
		free(made.v);
		return err_sys(err, "groups");
	}
	free(mon->user.groups);
	mon->user.groups = made.v;
	mon->user.group_count = (size_t)made.count;
	return true;
}

static MUST_CHECK bool
with_groups(struct monitor *mon, bool *opened, struct err *err)
{
	struct groups ours = { 0 };
	bool ok;

	ok = get_groups(&ours, err);
	if (ok && setgroups(mon->user.group_count, mon->user.groups) == -1)
		ok = err_sys(err, "groups");
	ok = ok && run_session_steps(mon, opened, err) &&
	    swap_groups(mon, &ours, err);
	free(ours.v);
	return ok;
}

bool
account_open_session(struct monitor *mon, bool *opened, struct err *err)
{
	struct limits ours;
	struct err why;
	bool ok;

	*opened = true;
	/* sessions need root: for one user alone there is the account step */
	if (!mon->conf.use_pam || !mon->is_root)
		return true;
	pam_stack_set_info(mon->pam, mon->auth.info.text);
	/* modules see and set the limits of the user's programs, not ours */
	if (!limits_get(&ours, err) || !limits_set(&mon->user_limits, err))
		return false;
	ok = with_groups(mon, opened, err);
	if (!limits_get(&mon->user_limits, err))
		return false;
	/* a root without CAP_SYS_RESOURCE shares what it can't raise again */
	if (!limits_set(&ours, &why))
		log_debug("%s: %s", why.what, err_text(&why));
	return core_forbid(CORE_LIMIT_SOFT, err) && ok;
}
