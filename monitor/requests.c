/* SPDX-License-Identifier: ISC */
#include "monitor/requests.h"

#include "monitor/auth.h"
#include "monitor/auth_kbdint.h"
#include "monitor/monitor.h"
#include "monitor/req_connection.h"
#include "monitor/req_file.h"
#include "monitor/req_kex.h"
#include "monitor/req_log.h"
#include "monitor/req_pty.h"
#include "monitor/req_setup.h"
#include "monitor/req_user.h"

/*
 * Handled in one round: more than a socket holds, so that the last words of a
 * process are all heard, but one that never stops does not keep us from
 * hearing anything else.
 */
#define ROUND_MESSAGES	1024

static req_fn *const handlers[IPC_COUNT] = {
	/* listener */
	[IPC_SETUP]		= req_setup,
	[IPC_CONNECTION]	= req_connection,
	/* net */
	[IPC_NET_READY]		= req_net_ready,
	[IPC_NET_LOG]		= req_net_log,
	[IPC_NET_LOG_LINES]	= req_net_log_lines,
	[IPC_KEX_SIGN]		= req_kex_sign,
	[IPC_GEX_GROUP]		= req_gex_group,
	[IPC_USER]		= req_user,
	[IPC_AUTH_NONE]		= req_auth,
	[IPC_AUTH_PUBKEY_QUERY]	= req_auth,
	[IPC_AUTH_PUBKEY]	= req_auth,
	[IPC_AUTH_PASSWORD]	= req_auth,
	[IPC_AUTH_KBDINT]	= req_auth,
	[IPC_AUTH_KBDINT_ANSWER] = req_stray_answer,
	[IPC_AUTH_HOSTBASED]	= req_auth,
	[IPC_AUTH_UNKNOWN]	= req_auth,
	[IPC_HOSTKEY_PROOF]	= req_hostkey_proof,
	/* session */
	[IPC_SES_LOG]		= req_session_log,
	[IPC_PTY_OPEN]		= req_pty_open,
	[IPC_PTY_CLOSED]	= req_pty_closed,
	[IPC_FILE_MADE]		= req_file_made,
	[IPC_FILE_GONE]		= req_file_gone,
	[IPC_SES_SFTP_LOG]	= req_session_sftp_log,
};

req_fn *
requests_handler(enum ipc_id id)
{
	return id < IPC_COUNT ? handlers[id] : NULL;
}

/*
 * Whose fault is it? What a handler finds wrong with a message is the
 * sender's; memory, system calls and libcrypto are ours.
 */
static enum requests_end
classify(const struct err *err)
{
	switch (err->code) {
	case ERR_CLOSED:
		return REQUESTS_CLOSED;
	case ERR_NOMEM:
	case ERR_SYS:
	case ERR_CRYPTO:
	case ERR_NOT_FOUND:
	case ERR_NONE:
		return REQUESTS_FAILED;
	case ERR_SHORT:
	case ERR_TRAILING:
	case ERR_RANGE:
	case ERR_FORMAT:
	case ERR_UNEXPECTED:
	case ERR_DENIED:
	case ERR_MISMATCH:
		return REQUESTS_ATTACK;
	}
	return REQUESTS_ATTACK;
}

static MUST_CHECK bool
handle(struct monitor *mon, struct ipc_message *message, struct err *err)
{
	req_fn *fn = requests_handler(message->id);

	if (fn == NULL)
		return err_set(err, ERR_UNEXPECTED, "message to a monitor");
	return fn(mon, message, err);
}

enum requests_end
requests_receive(struct monitor *mon, struct ipc *ipc, struct err *err)
{
	struct ipc_message message;
	bool got, ok, heard = true;

	for (int i = 0; i < ROUND_MESSAGES && !mon->loop.stop &&
	    !(ipc == &mon->listener && mon->listener_paused); i++) {
		if (!ipc_recv(ipc, mon->state, &message, &got, err))
			return classify(err);
		if (!got)
			break;
		ok = (!heard && message.id != IPC_NET_LOG &&
		    message.id != IPC_NET_LOG_LINES) ||
		    handle(mon, &message, err);
		ipc_message_clear(&message);
		if (!ok && (ipc != &mon->net || err->code != ERR_CLOSED))
			return classify(err);
		/* nobody is there for an answer, but there are last words */
		heard = heard && ok;
	}
	return REQUESTS_WAIT;
}
