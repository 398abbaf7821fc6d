/* SPDX-License-Identifier: ISC */
#include "monitor/req_user.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "monitor/access.h"
#include "monitor/account.h"
#include "monitor/monitor.h"
#include "monitor/peer_name.h"
#include "monitor/sig_algs.h"

#define SERVICE		"ssh-connection"

bool
user_evaluate_config(struct monitor *mon, struct err *err)
{
	const struct user *user = &mon->user;
	const struct conf_spec spec = {
		.user = user->name,
		.invalid_user = user->name != NULL && !user->exists,
		.groups = user->exists ? user->groups : NULL,
		.group_count = user->exists ? user->group_count : 0,
		.host = mon->peer.name,
		.address = mon->peer.address,
		.local_address = mon->peer.local_address,
		.local_port = (int)mon->peer.local_port,
		.rdomain = mon->peer.is_socket ? mon->peer.rdomain : NULL,
	};
	struct conf conf;

	if (!config_evaluate(mon->config, &spec, &conf, err))
		return false;
	if (mon->has_conf)
		conf_clear(&mon->conf);
	mon->conf = conf;
	mon->has_conf = true;
	if ((mon->flags & SETUP_QUIET) == 0) {
		log_set_level(MAX(mon->debug_level, mon->conf.log_level));
		conf_set_verbose(&mon->conf);
	}
	return true;
}

static bool
find_user(struct monitor *mon, const struct ipc_USER *m, struct err *err)
{
	if (user_find(&mon->user, m->user, mon->is_root ? (uid_t)-1 :
	    geteuid(), err))
		return true;
	log_error("user %.100s: %s: %s", log_safe(m->user).s, err->what,
	    err_text(err));
	return false;
}

/* Lines in OpenSSH's words; from here on user.valid says who may try. */
static void
judge_user(struct monitor *mon, struct bytes service)
{
	struct user *user = &mon->user;

	if (!user->exists)
		log_info("Invalid user %.100s from %.100s port %u",
		    log_safe(bytes_str(user->name)).s, mon->peer.address,
		    mon->peer.port);
	else if (!bytes_is(service, SERVICE))
		user->valid = false;
	else
		user->valid = access_allowed(&mon->conf, user, &mon->peer,
		    mon->is_root);
}

/* Empty when there is none, or none that fits. */
static void
read_banner(const struct conf *conf, uint8_t **out, size_t *len)
{
	struct err err;
	int fd;

	*out = NULL;
	*len = 0;
	if (conf->banner == NULL ||
	    (fd = open(conf->banner, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) == -1)
		return;
	if (!fd_read_file(fd, BANNER_MAX, out, len, &err)) {
		log_error("Banner %s is not shown: %s", conf->banner,
		    err.code == ERR_RANGE ? "it is larger than 128 KiB" :
		    err.code == ERR_FORMAT ? err.what : err_text(&err));
		*out = NULL;
		*len = 0;
	}
	close(fd);
}

static MUST_CHECK bool
send_reply(struct monitor *mon, struct err *err)
{
	char methods[METHOD_LIST_MAX];
	char *sig_algs = sig_algs_plain(
	    mon->conf.pubkey_accepted_algorithms);
	struct ipc_USER_REPLY reply;
	uint8_t *banner;
	size_t banner_len;
	bool ok;

	if (sig_algs == NULL)
		return err_set(err, ERR_NOMEM, "signature algorithms");
	auth_list_methods(mon, methods, sizeof(methods));
	read_banner(&mon->conf, &banner, &banner_len);
	reply = (struct ipc_USER_REPLY){
		.methods = bytes_str(methods),
		.banner = bytes_of(banner, banner_len),
		.server_sig_algs = bytes_str(sig_algs),
		.log_level = (uint32_t)log_get_level(),
		.log_verbose = log_get_verbose(),
	};
	ok = ipc_send(&mon->net, IPC_USER_REPLY, &reply, err);
	free(banner);
	free(sig_algs);
	return ok;
}

static MUST_CHECK bool
answer(struct monitor *mon, const struct ipc_USER *m, struct err *err)
{
	char user[LOG_SAFE_MAX + 32];

	if (!find_user(mon, m, err))
		return false;
	mon->state = MON_NAMED;
	/* from here on it may count, and who names no user costs no lookup */
	if (mon->conf.use_dns)
		peer_name_find(&mon->peer, mon->net_child.pid_fd);
	if (!user_evaluate_config(mon, err))
		return false;
	judge_user(mon, m->service);
	if (mon->conf.refuse_connection) {
		log_info("administratively prohibited connection for %s from "
		    "%.200s port %u", auth_user_text(mon, user, sizeof(user)),
		    mon->peer.address, mon->peer.port);
		mon->exit_code = MONITOR_EXIT_REFUSED;
		mon->loop.stop = true;
		return true;
	}
	title_set(&mon->title, "%s [priv]", mon->user.valid ?
	    log_safe(bytes_str(mon->user.name)).s : "unknown");
	return account_start(mon, err) && auth_start(mon, err) &&
	    send_reply(mon, err);
}

/* That a name can't be looked up is not the fault of who says it. */
bool
req_user(struct monitor *mon, struct ipc_message *message, struct err *err)
{
	return answer(mon, &message->u.USER, err) || monitor_give_up(mon, err);
}
