/* SPDX-License-Identifier: ISC */
/*
 * sshd-net - speaks SSH with one client, in the sandbox.
 *
 * Started by the monitor with the socket to it as descriptor 3. Warms up,
 * gives up all rights, and waits for the one connection of its life.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "lib/crypto/init.h"
#include "sshd/net/conn.h"
#include "sshd/net/sandbox.h"

#define MONITOR_FD	3
#define CHROOT_DIR_MAX	4096

static bool
receive(struct conn *conn, unsigned state, enum ipc_id id,
    struct ipc_message *m, struct err *err)
{
	bool got;

	if (!ipc_recv(&conn->monitor, state, m, &got, err))
		return false;
	if (got && m->id == id)
		return true;
	ipc_message_clear(m);
	return err_set(err, ERR_UNEXPECTED, "message of the monitor");
}

static bool
set_up(struct conn *conn, struct err *err)
{
	struct ipc_message m;
	char dir[CHROOT_DIR_MAX + 1];
	struct sandbox sandbox;

	if (!receive(conn, NET_START, IPC_NET_SETUP, &m, err) ||
	    !conn_setup(conn, &m.u.NET_SETUP, err))
		return false;
	if (!bytes_to_str(m.u.NET_SETUP.chroot_dir, dir, sizeof(dir)))
		return err_set(err, ERR_RANGE, "chroot directory");
	sandbox = (struct sandbox){
		.filter = m.u.NET_SETUP.filter,
		.chroot_dir = dir[0] == '\0' ? NULL : dir,
		.uid = m.u.NET_SETUP.uid,
		.gid = m.u.NET_SETUP.gid,
	};
	return sandbox_enter(&sandbox, err);
}

static bool
wait_for_connection(struct conn *conn, struct err *err)
{
	struct ipc_NET_READY ready;
	struct ipc_message m;
	int in_fd, out_fd;

	if (!ipc_send(&conn->monitor, IPC_NET_READY, &ready, err) ||
	    !receive(conn, NET_WARM, IPC_NET_CONNECTION, &m, err))
		return false;
	in_fd = ipc_take_fd(&m, 0);
	out_fd = m.fd_count == 2 ? ipc_take_fd(&m, 1) : in_fd;
	return conn_start(conn, &m.u.NET_CONNECTION, in_fd, out_fd, err);
}

/* A warm process whose monitor went away has nothing to tell. */
static int
fail(const struct err *err)
{
	if (err->code != ERR_CLOSED)
		log_fatal("%s: %s", err->what, err_text(err));
	return 255;
}

int
main(int argc, char **argv)
{
	struct conn *conn = malloc(sizeof(*conn));
	struct err err;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);	/* -i with a file: an error */
	fd_close_from(MONITOR_FD + 1);
	if (conn == NULL || !fd_fill_standard(&err))
		return 255;
	crypto_init();
	if (!conn_init(conn, MONITOR_FD, NULL, &err))
		return fail(&err);
	title_init(&conn->title, argc, &argv);
	title_set(&conn->title, "[net]");
	crypto_warm();
	if (!set_up(conn, &err) || !wait_for_connection(conn, &err))
		return fail(&err);
	while (conn_step(conn, -1))
		;
	channels_clear(conn);		/* forwards that end have lines */
	return conn->exit_status;
}
