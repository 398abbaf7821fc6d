/* SPDX-License-Identifier: ISC */
#include "monitor/req_pty.h"

#include <unistd.h>

#include "lib/base/log.h"
#include "monitor/monitor.h"
#include "monitor/pty.h"

/* What can't be had is answered without a terminal. */
static bool
make(struct monitor *mon, int *master, char tty[static TTY_PATH_MAX])
{
	struct err err;

	if (mon->records.count >= RECORDS_MAX) {
		log_error("no more terminals for user %s", mon->user.name);
		return false;
	}
	if (pty_make(mon->is_root, mon->user.uid, mon->user.gid, master, tty,
	    &err))
		return true;
	log_error("terminal for user %s: %s: %s", mon->user.name, err.what,
	    err_text(&err));
	return false;
}

bool
req_pty_open(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	const struct record_login login = {
		.user = mon->user.name, .uid = mon->user.uid,
		.peer = &mon->peer, .write_files = mon->is_root,
	};
	struct ipc_PTY_OPENED reply = {
		.channel = message->u.PTY_OPEN.channel,
	};
	char tty[TTY_PATH_MAX], last_login[1024];
	int master = -1;
	bool ok;

	if (!mon->permits_pty)
		return err_set(err, ERR_DENIED, "terminal");
	if (!make(mon, &master, tty))
		return ipc_send(&mon->session, IPC_PTY_OPENED, &reply, err);
	ok = records_open(&mon->records, &login, tty, mon->session_child.pid,
	    last_login, sizeof(last_login), err);
	if (ok) {
		reply.tty = bytes_str(tty);
		if (mon->conf.print_last_log)
			reply.last_login = bytes_str(last_login);
		ok = ipc_send_fds(&mon->session, IPC_PTY_OPENED, &reply,
		    &master, 1, err);
	}
	close(master);
	return ok;
}

bool
req_pty_closed(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	return records_close(&mon->records, message->u.PTY_CLOSED.tty, err);
}
