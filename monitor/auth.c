/* SPDX-License-Identifier: ISC */
#include "monitor/auth.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "monitor/access.h"
#include "monitor/account.h"
#include "monitor/auth_delay.h"
#include "monitor/auth_hostbased.h"
#include "monitor/auth_kbdint.h"
#include "monitor/auth_methods.h"
#include "monitor/auth_none.h"
#include "monitor/auth_password.h"
#include "monitor/auth_pubkey.h"
#include "monitor/failed_logins.h"
#include "monitor/key_check.h"
#include "monitor/login.h"
#include "monitor/monitor.h"

/* In the order in which methods are listed to the client. */
static const struct auth_backend *const backends[] = {
	&auth_pubkey,
	&auth_password,
	&auth_kbdint,
	&auth_hostbased,
	&auth_none,
	&auth_unknown,
};

/* NULL: no request of a back end. */
static const struct auth_backend *
find_backend(enum ipc_id id, auth_fn **check)
{
	for (size_t i = 0; i < ARRAY_LEN(backends); i++) {
		for (size_t j = 0; j < backends[i]->request_count; j++) {
			if (backends[i]->requests[j].id != id)
				continue;
			*check = backends[i]->requests[j].check;
			return backends[i];
		}
	}
	return NULL;
}

static void
attempt_init(struct auth_attempt *attempt)
{
	*attempt = (struct auth_attempt){
		.verdict = VERDICT_NO, .start_ns = auth_delay_now_ns(),
	};
	key_options_init(&attempt->options);
}

static void
attempt_clear(struct auth_attempt *attempt)
{
	key_options_clear(&attempt->options);
	pubkey_free(attempt->key);
	*attempt = (struct auth_attempt){ .verdict = VERDICT_NO };
}

static bool
method_is_enabled(const void *arg, struct bytes method)
{
	const struct conf *conf = arg;

	for (size_t i = 0; i < ARRAY_LEN(backends); i++) {
		if (backends[i]->enabled(conf) &&
		    bytes_is(method, backends[i]->method))
			return true;
	}
	return false;
}

bool
auth_start(struct monitor *mon, struct err *err)
{
	const struct conf_list *lists = &mon->conf.authentication_methods;

	if (auth_methods_new(lists->v, lists->count, method_is_enabled,
	    &mon->conf, &mon->auth.methods, err))
		return true;
	if (err->code != ERR_DENIED)
		return false;
	log_error("no authentication methods enabled");
	mon->auth.impossible = true;
	return true;
}

void
auth_clear(struct auth *auth)
{
	auth_methods_free(auth->methods);
	key_memory_clear(&auth->key_memory);
	for (size_t i = 0; i < auth->used_key_count; i++)
		pubkey_free(auth->used_keys[i]);
	free(auth->used_keys);
	auth_info_clear(&auth->info);
	if (auth->has_options)
		key_options_clear(&auth->options);
	*auth = (struct auth){ 0 };
}

/* Enabled, and one that AuthenticationMethods wants next. */
static bool
can_continue(const struct monitor *mon, const struct auth_backend *backend)
{
	return backend->enabled(&mon->conf) &&
	    auth_methods_allow(mon->auth.methods, backend->method, NULL);
}

void
auth_list_methods(const struct monitor *mon, char *out, size_t out_len)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(backends); i++) {
		int n;

		if (!backends[i]->is_offered || !can_continue(mon, backends[i]))
			continue;
		n = snprintf(out + len, out_len - len, "%s%s",
		    len == 0 ? "" : ",", backends[i]->method);
		if (n < 0 || (size_t)n >= out_len - len) {
			out[len] = '\0';
			return;
		}
		len += (size_t)n;
	}
}

const char *
auth_user_text(const struct monitor *mon, char *out, size_t out_len)
{
	snprintf(out, out_len, "%s%.100s", mon->user.valid ? "" :
	    "invalid user ", log_safe(bytes_str(mon->user.name)).s);
	return out;
}

/* The first request of a connection may ask with `none` what there is. */
static bool
failure_counts(const char *method, uint32_t request_count)
{
	return strcmp(method, "none") != 0 || request_count != 1;
}

/* ---- what is said -------------------------------------------------------- */

/* As OpenSSH: VERBOSE until half of the tries are used up. */
static enum log_level
result_level(const struct monitor *mon, const struct auth_backend *backend,
    bool accepted)
{
	if (accepted || !mon->user.valid ||
	    mon->auth.decided_failures >= mon->conf.max_auth_tries / 2 ||
	    strcmp(backend->method, "password") == 0)
		return LOG_LEVEL_INFO;
	return LOG_LEVEL_VERBOSE;
}

static void
log_result(const struct monitor *mon, const struct auth_backend *backend,
    const struct auth_attempt *attempt, const char *status)
{
	char user[LOG_SAFE_MAX + 32];
	bool accepted = strcmp(status, "Accepted") == 0;

	log_at(result_level(mon, backend, accepted),
	    "%s %s%s%s for %s from %.200s port %u ssh2%s%s", status,
	    backend->method, attempt->device == NULL ? "" : "/",
	    attempt->device == NULL ? "" : attempt->device, auth_user_text(mon, user, sizeof(user)),
	    mon->peer.address, mon->peer.port,
	    attempt->detail[0] == '\0' ? "" : ": ", attempt->detail);
}

/* The device is known, as OpenSSH's lines have it, once it was answered. */
void
auth_log_postponed(const struct monitor *mon,
    const struct auth_attempt *attempt)
{
	bool known = attempt->is_decision && attempt->device != NULL;
	char user[LOG_SAFE_MAX + 32];

	log_at(result_level(mon, &auth_kbdint, false),
	    "Postponed %s%s%s for %s from %.200s port %u ssh2 [preauth]",
	    auth_kbdint.method, known ? "/" : "",
	    known ? attempt->device : "",
	    auth_user_text(mon, user, sizeof(user)), mon->peer.address,
	    mon->peer.port);
}

static MUST_CHECK bool
reply(struct monitor *mon, enum auth_result result, struct err *err)
{
	char methods[METHOD_LIST_MAX];
	struct ipc_AUTH_REPLY m = { .result = (uint8_t)result };

	auth_list_methods(mon, methods, sizeof(methods));
	m.methods = bytes_str(methods);
	m.log_level = (uint32_t)log_get_level();
	if (mon->pam != NULL)
		m.message = bytes_str(pam_stack_told(mon->pam));
	if (!ipc_send(&mon->net, IPC_AUTH_REPLY, &m, err))
		return false;
	if (mon->pam != NULL)
		pam_stack_forget_told(mon->pam);
	return true;
}

/* ---- what follows -------------------------------------------------------- */

static void
tell_failure(struct monitor *mon, const struct auth_backend *backend,
    const struct auth_attempt *attempt)
{
	log_result(mon, backend, attempt, "Failed");
	mon->auth.failure_logged = true;
	if (backend->is_recorded)
		failed_logins_record(mon);
}

/*
 * Here and not where the name is looked up: what it costs is hidden in the
 * delay of a failure, and `none` has none.
 */
static void
record_stranger(struct monitor *mon, const struct auth_backend *backend)
{
	if (mon->user.exists || mon->auth.stranger_recorded ||
	    backend == &auth_none)
		return;
	mon->auth.stranger_recorded = true;
	failed_logins_record(mon);
}

static void
count_failure(struct monitor *mon, const struct auth_backend *backend,
    const struct auth_attempt *attempt)
{
	struct auth *auth = &mon->auth;

	record_stranger(mon, backend);
	if (!attempt->quiet)
		tell_failure(mon, backend, attempt);
	if (failure_counts(backend->method, auth->request_count))
		auth->failures++;
	if (attempt->is_decision)
		auth->decided_failures++;
}

static MUST_CHECK bool
end_too_many(struct monitor *mon, struct err *err)
{
	char user[LOG_SAFE_MAX + 32];

	log_error("maximum authentication attempts exceeded for %s "
	    "from %.200s port %u ssh2 [preauth]",
	    auth_user_text(mon, user, sizeof(user)), mon->peer.address,
	    mon->peer.port);
	mon->auth.over = true;
	return reply(mon, AUTH_TOO_MANY, err);
}

static MUST_CHECK bool
fail(struct monitor *mon, const struct auth_backend *backend,
    const struct auth_attempt *attempt, struct err *err)
{
	count_failure(mon, backend, attempt);
	/* also the last answer must not tell by its time who exists */
	if (backend != &auth_none || attempt->is_decision)
		auth_delay_sleep(auth_delay_left(auth_delay_of_user(
		    mon->keys_map, mon->user.name),
		    auth_delay_now_ns() - attempt->start_ns));
	if (mon->auth.failures >= mon->conf.max_auth_tries)
		return end_too_many(mon, err);
	return reply(mon, AUTH_FAILURE, err);
}

/* Every method succeeded that has to; the account step says no. */
static MUST_CHECK bool
deny(struct monitor *mon, const struct auth_backend *backend,
    const struct auth_attempt *attempt, struct err *err)
{
	tell_failure(mon, backend, attempt);
	log_fatal("Access denied for user %.100s by PAM account configuration "
	    "[preauth]", log_safe(bytes_str(mon->user.name)).s);
	mon->auth.over = true;
	return reply(mon, AUTH_DENIED, err);
}

static MUST_CHECK bool
remember_info(struct auth *auth, const struct auth_backend *backend,
    const struct auth_attempt *attempt, struct err *err)
{
	const struct auth_info_step step = {
		.method = backend->method, .device = attempt->device,
		.key = attempt->key, .facts = attempt->facts,
	};

	return auth_info_add(&auth->info, &step, err);
}

static MUST_CHECK bool
remember_key(struct auth *auth, struct auth_attempt *attempt, struct err *err)
{
	struct pubkey **keys;

	if (attempt->key == NULL)
		return true;
	keys = reallocarray(auth->used_keys, auth->used_key_count + 1,
	    sizeof(*keys));
	if (keys == NULL)
		return err_set(err, ERR_NOMEM, "used keys");
	auth->used_keys = keys;
	keys[auth->used_key_count++] = attempt->key;
	attempt->key = NULL;
	return true;
}

/* What this step allows, and every step before it. */
static MUST_CHECK bool
remember_options(struct auth *auth, struct auth_attempt *attempt,
    struct err *err)
{
	if (auth->has_options)
		return key_options_merge(&auth->options, &attempt->options,
		    err);
	auth->options = attempt->options;
	auth->has_options = true;
	key_options_init(&attempt->options);
	return true;
}

/* A method succeeded: is that all that is asked for? */
static MUST_CHECK bool
succeed(struct monitor *mon, const struct auth_backend *backend,
    struct auth_attempt *attempt, struct err *err)
{
	if (!remember_info(&mon->auth, backend, attempt, err) ||
	    !remember_key(&mon->auth, attempt, err))
		return false;
	if (!auth_methods_done(mon->auth.methods, backend->method,
	    attempt->device)) {
		log_result(mon, backend, attempt, "Partial");
		return reply(mon, AUTH_PARTIAL, err);
	}
	if (!account_allows(mon))
		return deny(mon, backend, attempt, err);
	log_result(mon, backend, attempt, "Accepted");
	return login_grant(mon, err);
}

/*
 * A back end says yes for accounts that do not exist or must not log in, as
 * it does the same for all; here is where that ends.
 */
static bool
stands(struct monitor *mon, const struct auth_backend *backend,
    struct auth_attempt *attempt)
{
	struct err why;

	if (attempt->verdict == VERDICT_NO || !mon->user.valid)
		return false;
	if (attempt->verdict == VERDICT_KEY_GOOD)
		return true;
	if (mon->user.uid == 0 && !access_root_allowed(&mon->conf,
	    backend->method, attempt->options.command != NULL, &mon->peer))
		return false;
	if (!remember_options(&mon->auth, attempt, &why)) {
		log_error("%s", why.what);
		return false;
	}
	return true;
}

static MUST_CHECK bool
settle(struct monitor *mon, const struct auth_backend *backend,
    struct auth_attempt *attempt, struct err *err)
{
	char user[LOG_SAFE_MAX + 32];
	enum auth_verdict verdict;

	if (attempt->verdict == VERDICT_ABANDONED) {
		/* whoever has answered has tried: it is not for free */
		if (attempt->is_decision)
			count_failure(mon, backend, attempt);
		return true;
	}
	verdict = stands(mon, backend, attempt) ? attempt->verdict :
	    VERDICT_NO;
	switch (verdict) {
	case VERDICT_NO:
		return fail(mon, backend, attempt, err);
	case VERDICT_KEY_GOOD:
		log_verbose("Postponed %s for %s from %.200s port %u ssh2 "
		    "[preauth]", backend->method,
		    auth_user_text(mon, user, sizeof(user)),
		    mon->peer.address, mon->peer.port);
		return reply(mon, AUTH_KEY_OK, err);
	case VERDICT_YES:
		return succeed(mon, backend, attempt, err);
	case VERDICT_ABANDONED:
		break;
	}
	return false;
}

bool
req_auth(struct monitor *mon, struct ipc_message *message, struct err *err)
{
	struct auth_attempt attempt;
	const struct auth_backend *backend;
	auth_fn *check;
	bool ok = true;

	backend = find_backend(message->id, &check);
	if (backend == NULL || mon->auth.over)
		return err_set(err, ERR_UNEXPECTED, "authentication request");
	mon->auth.request_count++;
	if (mon->auth.impossible) {
		mon->auth.over = true;
		return reply(mon, AUTH_REFUSED, err);
	}
	/* what was abandoned has been counted, and not answered */
	if (mon->auth.failures >= mon->conf.max_auth_tries)
		return end_too_many(mon, err);
	attempt_init(&attempt);
	if (can_continue(mon, backend))
		ok = check(mon, message, &attempt, err);
	else
		attempt.quiet = true;
	ok = ok && settle(mon, backend, &attempt, err);
	if (!ok && !attempt.is_attack)
		ok = monitor_give_up(mon, err);
	attempt_clear(&attempt);
	return ok;
}
