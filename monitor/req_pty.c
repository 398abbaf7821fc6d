/* SPDX-License-Identifier: ISC */
#include "monitor/req_pty.h"

#include <limits.h>

#include "monitor/monitor.h"

bool
req_pty_opened(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	const struct ipc_PTY_OPENED *m = &message->u.PTY_OPENED;
	const struct record_login login = {
		.user = mon->user.name, .uid = mon->user.uid,
		.peer = &mon->peer, .write_files = mon->is_root,
		.chrooted = mon->conf.chroot_directory != NULL,
	};
	struct ipc_PTY_RECORDED reply = { .channel = m->channel };
	char last_login[1024];

	if (m->pid == 0 || m->pid > INT_MAX)
		return err_set(err, ERR_RANGE, "process at a terminal");
	if (!records_open(&mon->records, &login, m->tty, (pid_t)m->pid,
	    last_login, sizeof(last_login), err))
		return false;
	if (mon->conf.print_last_log)
		reply.last_login = bytes_str(last_login);
	return ipc_send(&mon->session, IPC_PTY_RECORDED, &reply, err);
}

bool
req_pty_closed(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	return records_close(&mon->records, message->u.PTY_CLOSED.tty, err);
}
