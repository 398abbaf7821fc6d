/* SPDX-License-Identifier: ISC */
#include "monitor/auth_password.h"

#include "lib/base/log.h"
#include "monitor/access.h"
#include "monitor/account.h"
#include "monitor/monitor.h"
#include "monitor/shadow.h"

#define JUNK	0x7f	/* no keyboard writes it */

static bool
enabled(const struct conf *conf)
{
	return conf->password_authentication;
}

/* What crypt(3) and modules can be given: no NUL, and not too long. */
static bool
fits(struct bytes password)
{
	return password.len <= PASSWORD_MAX && !bytes_have_nul(password);
}

bool
auth_password_copy(struct bytes password, bool use, struct secret *out,
    struct err *err)
{
	if (!secret_init(out, password.len + 1, err))
		return false;
	if (!use || !fits(password))
		memset(out->p, JUNK, password.len);
	else if (password.len != 0)
		memcpy(out->p, password.p, password.len);
	return true;
}

static MUST_CHECK bool
ask_shadow(struct monitor *mon, const char *password, bool *good,
    struct err *err)
{
	struct shadow shadow;

	if (!shadow_load(&shadow, &mon->user, mon->keys_map, err))
		return false;
	*good = shadow_verify(&shadow, password);
	if (*good && shadow_password_expired(&shadow, mon->user.name))
		mon->auth.password_expired = true;
	shadow_clear(&shadow);
	return true;
}

static MUST_CHECK bool
ask(struct monitor *mon, const char *password, bool *good, struct err *err)
{
	if (!mon->conf.use_pam)
		return ask_shadow(mon, password, good, err);
	*good = account_check_password(mon, password,
	    mon->conf.permit_empty_passwords);
	return true;
}

static MUST_CHECK bool
try_password(struct monitor *mon, struct bytes sent,
    struct auth_attempt *attempt, struct err *err)
{
	bool use = mon->user.valid && fits(sent) &&
	    access_root_password_allowed(&mon->conf, &mon->user);
	struct secret password = { 0 };
	bool good = false, ok;

	attempt->is_decision = true;
	if (sent.len == 0 && !mon->conf.permit_empty_passwords)
		return true;
	ok = auth_password_copy(sent, use, &password, err) &&
	    ask(mon, (const char *)password.p, &good, err);
	secret_clear(&password);
	if (ok && good && use)
		attempt->verdict = VERDICT_YES;
	return ok;
}

bool
auth_password_empty(struct monitor *mon, struct auth_attempt *attempt,
    struct err *err)
{
	return try_password(mon, (struct bytes){ 0 }, attempt, err);
}

static auth_fn check;

static bool
check(struct monitor *mon, const struct ipc_message *message,
    struct auth_attempt *attempt, struct err *err)
{
	struct bytes sent = message->u.AUTH_PASSWORD.password;
	bool ok = try_password(mon, sent, attempt, err);

	if (sent.len != 0)
		explicit_bzero((void *)sent.p, sent.len);
	return ok;
}

static const struct auth_request requests[] = {
	{ IPC_AUTH_PASSWORD, check },
};

const struct auth_backend auth_password = {
	.method = "password", .is_offered = true, .is_recorded = true,
	.enabled = enabled,
	.requests = requests, .request_count = ARRAY_LEN(requests),
};
