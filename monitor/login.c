/* SPDX-License-Identifier: ISC */
#include "monitor/login.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/wire/writer.h"
#include "monitor/account.h"
#include "monitor/grant.h"
#include "monitor/monitor.h"
#include "monitor/session_start.h"

#define RELEASE_DELAY_MS	1000	/* a short login does not pay for it */
#define DURATION_GRACE_S	2	/* for net to end it by itself */

struct login {
	char *banner;		/* what PAM told before the session */
	uint8_t *pam_env;
	size_t pam_env_len;
	enum grant_account account;
	struct grant grant;
	int pair[2];		/* net's end, session's end */
};

typedef MUST_CHECK bool login_step(struct monitor *mon, struct login *login,
    struct err *err);

static login_step take_banner, open_account, build_grant,
    connect_net_and_session, tell_listener, tell_net, start_session;

/*
 * What can still refuse comes before tell_net: the session of PAM, the
 * grant. So does tell_listener: a client that hears of its login may come
 * again at once, and then this one is no startup any more. What a session
 * needs from root comes before start_session.
 */
static login_step *const steps[] = {
	take_banner,
	open_account,
	build_grant,
	connect_net_and_session,
	tell_listener,
	tell_net,
	start_session,
};

/* What is told from here on is for the terminal. */
static bool
take_banner(struct monitor *mon, struct login *login, struct err *err)
{
	login->banner = strdup(mon->pam == NULL ? "" :
	    pam_stack_told(mon->pam));
	if (login->banner == NULL)
		return err_set(err, ERR_NOMEM, "banner");
	if (mon->pam != NULL)
		pam_stack_forget_told(mon->pam);
	return true;
}

static bool
open_account(struct monitor *mon, struct login *login, struct err *err)
{
	bool opened;

	if (!account_open_session(mon, &opened, err))
		return false;
	login->account = !opened ? ACCOUNT_NO_SESSION :
	    mon->auth.password_expired ? ACCOUNT_PASSWORD_EXPIRED :
	    ACCOUNT_GOOD;
	return mon->pam == NULL || pam_stack_environment(mon->pam,
	    &login->pam_env, &login->pam_env_len, err);
}

static bool
build_grant(struct monitor *mon, struct login *login, struct err *err)
{
	const struct grant_input in = {
		.conf = &mon->conf, .options = &mon->auth.options,
		.user = &mon->user, .peer = &mon->peer,
		.account = login->account,
		.pam_env = bytes_of(login->pam_env, login->pam_env_len),
		.login_text = mon->pam == NULL ? "" :
		    pam_stack_told(mon->pam),
		.auth_info = mon->auth.info.text,
		.log_level = (uint32_t)log_get_level(),
		.log_verbose = log_get_verbose(),
		.is_root = mon->is_root,
	};

	if (!grant_build(&in, &login->grant, err))
		return false;
	mon->permits_pty = (login->grant.message.permit & PERMIT_PTY) != 0;
	return leftovers_allow(&mon->leftovers, &login->grant.message, err);
}

/* ChannelTimeout's words, as AUTH_REPLY carries them. */
static MUST_CHECK bool
write_timeouts(const struct conf_list *list, struct writer *w,
    struct err *err)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *equals = strchr(list->v[i], '=');
		uint32_t seconds;

		if (equals == NULL ||
		    !duration_parse_s(bytes_str(equals + 1), &seconds))
			return err_set(err, ERR_FORMAT, "ChannelTimeout");
		wr_string(w, bytes_of(list->v[i],
		    (size_t)(equals - list->v[i])));
		wr_u32(w, seconds);
	}
	return wr_end(w, err);
}

static bool
connect_net_and_session(struct monitor *mon, struct login *login,
    struct err *err)
{
	(void)mon;
	return ipc_pair(login->pair, err);
}

/* A listener that restarts or ends leaves its sessions alone. */
static bool
tell_listener(struct monitor *mon, struct login *login, struct err *err)
{
	const struct ipc_AUTHENTICATED m = {
		.user = bytes_str(mon->user.name),
	};

	(void)login;
	if (mon->listener.fd == -1 ||
	    ipc_send(&mon->listener, IPC_AUTHENTICATED, &m, err))
		return true;
	return err->code == ERR_CLOSED;
}

static void
duration_over(void *arg)
{
	struct monitor *mon = arg;

	log_error("the network process of %.100s did not end the connection "
	    "at SessionMaxDuration", log_safe(bytes_str(mon->user.name)).s);
	mon->loop.stop = true;		/* and everything with it */
}

/* Net ends it with a word to the client; a hijacked one would not. */
static void
limit_duration(struct monitor *mon)
{
	uint32_t duration_s = mon->conf.session_max_duration;

	if (duration_s != 0)
		loop_timer_set(&mon->loop, &mon->duration_timer,
		    ((int64_t)duration_s + DURATION_GRACE_S) * 1000,
		    duration_over, mon);
}

/* First, so that the client hears it while the session process starts. */
static bool
tell_net(struct monitor *mon, struct login *login, struct err *err)
{
	const struct conf *conf = &mon->conf;
	uint8_t timeouts[CHANNEL_TIMEOUTS_MAX];
	struct writer w = wr_init(timeouts, sizeof(timeouts));
	struct ipc_AUTH_REPLY m = {
		.result = AUTH_SUCCESS,
		.message = bytes_str(login->banner),
		.log_level = (uint32_t)log_get_level(),
		.alive_interval_s = conf->client_alive_interval,
		.alive_count_max = conf->client_alive_count_max,
		.max_sessions = conf->max_sessions,
		.rekey_bytes = conf->rekey_limit_bytes,
		.rekey_seconds = conf->rekey_limit_seconds,
		.qos_interactive = conf->ip_qos_interactive,
		.qos_bulk = conf->ip_qos_bulk,
		.window_growth = mon->window_growth,
		.log_forwards = conf->log_forwards,
		.idle_s = conf->session_idle_timeout,
		.duration_s = conf->session_max_duration,
		.unused_timeout_s = conf->unused_connection_timeout,
	};

	if (!conf_list_is_none(&conf->channel_timeout) &&
	    !write_timeouts(&conf->channel_timeout, &w, err))
		return false;
	m.channel_timeouts = wr_view(&w);
	limit_duration(mon);
	return ipc_send_fds(&mon->net, IPC_AUTH_REPLY, &m, &login->pair[0], 1,
	    err);
}

static bool
start_session(struct monitor *mon, struct login *login, struct err *err)
{
	return session_start(mon, &login->grant, login->pair[1], err);
}

static void
release(void *arg)
{
	(void)arg;
	memory_release();
}

/* Thousands of monitors wait beside their sessions: keep them small. */
static void
let_go(struct monitor *mon)
{
	auth_clear(&mon->auth);
	signer_close(&mon->signer);	/* a rekey asks for another */
	config_free(mon->config);
	mon->config = NULL;
	if (mon->snapshot.p != NULL)
		munmap((void *)mon->snapshot.p, mon->snapshot.len);
	mon->snapshot = (struct bytes){ 0 };
	close(mon->net_program);
	close(mon->session_program);
	mon->net_program = mon->session_program = -1;
	loop_timer_set(&mon->loop, &mon->release_timer, RELEASE_DELAY_MS,
	    release, NULL);
}

/* Our affair, or that of the configuration: net did nothing wrong. */
static void
give_up(struct monitor *mon, const struct err *why)
{
	log_fatal("login of %.100s: %s: %s",
	    log_safe(bytes_str(mon->user.name)).s, why->what, err_text(why));
	mon->exit_code = MONITOR_EXIT_OURS;
	mon->loop.stop = true;
}

bool
login_grant(struct monitor *mon, struct err *err)
{
	struct login login = { .pair = { -1, -1 } };
	bool ok = true;

	grace_stop(&mon->grace);
	mon->state = MON_AUTHED;
	title_set(&mon->title, "%s [priv]",
	    log_safe(bytes_str(mon->user.name)).s);
	for (size_t i = 0; i < ARRAY_LEN(steps) && ok; i++)
		ok = steps[i](mon, &login, err);
	for (size_t i = 0; i < ARRAY_LEN(login.pair); i++) {
		if (login.pair[i] != -1)
			close(login.pair[i]);
	}
	grant_clear(&login.grant);
	free(login.banner);
	if (login.pam_env != NULL)
		explicit_bzero(login.pam_env, login.pam_env_len);
	free(login.pam_env);
	let_go(mon);
	if (!ok && err->code != ERR_CLOSED)
		give_up(mon, err);
	return ok || err->code != ERR_CLOSED;
}
