/* SPDX-License-Identifier: ISC */
#include "monitor/req_connection.h"

#include "lib/base/log.h"
#include "lib/crypto/random.h"
#include "monitor/monitor.h"
#include "monitor/req_user.h"

#define GRACE_JITTER_S	4	/* as OpenSSH: tells nothing about the load */

/* The kernel ends this process, and net with it. */
static MUST_CHECK bool
start_grace_timer(struct monitor *mon, struct err *err)
{
	uint32_t grace_s = mon->conf.login_grace_time, jitter;

	if ((mon->flags & SETUP_NO_GRACE) != 0 || grace_s == 0)
		return true;
	if (!random_bytes(&jitter, sizeof(jitter), err))
		return false;
	return grace_start(&mon->grace, grace_s + jitter %
	    (GRACE_JITTER_S + 1), err);
}

static MUST_CHECK bool
tell_net(struct monitor *mon, const struct ipc_message *message,
    struct err *err)
{
	const struct ipc_NET_CONNECTION m = {
		.peer_address = bytes_str(mon->peer.address),
		.peer_port = mon->peer.port,
		.rekey_bytes = mon->conf.rekey_limit_bytes,
		.rekey_seconds = mon->conf.rekey_limit_seconds,
	};

	return ipc_send_fds(&mon->net, IPC_NET_CONNECTION, &m, message->fds,
	    message->fd_count, err);
}

bool
req_connection(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	const struct ipc_CONNECTION *m = &message->u.CONNECTION;
	int in_fd = message->fds[0];

	if (mon->net.fd == -1)
		return err_set(err, ERR_UNEXPECTED,
		    "connection without a net process");
	mon->state = MON_KEX;
	mon->window_growth = m->window_growth;
	if (!peer_find(&mon->peer, in_fd, m->peer_address, m->peer_port, err))
		return false;
	title_set(&mon->title, "[accepted]");
	if (!user_evaluate_config(mon, err) || !start_grace_timer(mon, err))
		return false;
	log_verbose("Connection from %s port %u on %s port %u rdomain \"%s\"",
	    mon->peer.address, mon->peer.port, mon->peer.local_address,
	    mon->peer.local_port, mon->peer.rdomain);
	peer_tune(&mon->peer, in_fd, mon->conf.tcp_keep_alive);
	/* the descriptors close with the message: net holds the only ones */
	return tell_net(mon, message, err);
}
