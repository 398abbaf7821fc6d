/* SPDX-License-Identifier: ISC */
#include "sshd/listener/inetd.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "lib/base/log.h"
#include "sshd/listener/logging.h"
#include "sshd/listener/start.h"

static bool
fill_socket(struct listener *listener, int pair_fd, const int *fds,
    unsigned fd_count, struct err *err)
{
	const struct ipc_CONNECTION connection = {
		.number = 1, .window_growth = WINDOW_GROWTH_MAX,
	};
	struct ipc ipc;
	bool ok;

	ipc_init(&ipc, pair_fd, MONITOR_TO_LISTENER);
	ok = spawn_send_setup(&listener->spawner, &listener->snapshot, &ipc,
	    err) && ipc_send_fds(&ipc, IPC_CONNECTION, &connection, fds,
	    fd_count, err);
	ipc_clear(&ipc);
	return ok;
}

int
inetd_become(struct listener *listener, const int *fds, unsigned fd_count)
{
	int pair[2];
	struct err err;

	listener->spawner.setup_flags |= SETUP_INETD;
	if (ipc_pair(pair, &err) && fill_socket(listener, pair[0], fds,
	    fd_count, &err))
		(void)spawn_become(
		    listener->snapshot.programs.fd[PROGRAM_MONITOR], pair[1],
		    listener->spawner.keep_stderr, &err);
	log_fatal("%s: %s", err.what, err_text(&err));
	return EXIT_FATAL;
}

static bool
same_socket(int a, int b)
{
	struct stat sa, sb;

	return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 &&
	    S_ISSOCK(sa.st_mode) && sa.st_dev == sb.st_dev &&
	    sa.st_ino == sb.st_ino;
}

int
inetd_serve(struct listener *listener)
{
	unsigned fd_count = same_socket(STDIN_FILENO, STDOUT_FILENO) ? 1 : 2;
	int fds[] = { STDIN_FILENO, STDOUT_FILENO };
	int exit_code;

	/* the signer gets /dev/null for them: exec replaces both */
	if ((exit_code = start_load(listener)) != 0)
		return exit_code;
	logging_configure(listener, false);
	return inetd_become(listener, fds, fd_count);
}
