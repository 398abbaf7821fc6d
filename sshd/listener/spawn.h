/* SPDX-License-Identifier: ISC */
/*
 * spawn - start a helper and give it what it needs for its life.
 *
 * Shapes:  fork, then execveat() of an open program; the IPC socket is 3.
 * Units:   -
 * Errors:  bool and struct err; a program that can't be executed shows as a
 *          child that exits with 127.
 * Owns:    nothing: the socket is moved to the caller.
 * Source:  DESIGN.md section 2; execveat(2).
 */
#ifndef SSHD_LISTENER_SPAWN_H
#define SSHD_LISTENER_SPAWN_H

#include <sys/types.h>

#include "lib/ipc/ipc.h"
#include "sshd/listener/snapshot.h"

#define SPAWN_IPC_FD	3	/* where every helper finds its socket */
#define SPAWN_EXEC_FAILED 127

/* How this listener starts its children; the same for all of them. */
struct spawner {
	uint32_t setup_flags;		/* enum setup_flags */
	uint32_t debug_level;
	int log_fd;			/* lines go there with SETUP_STDERR */
	bool keep_stderr;		/* -e: children write there too */
	char oom_score_adj[16];		/* to be restored; empty: leave */
};

/* A running monitor that has got SETUP. */
MUST_CHECK bool spawn_monitor(const struct spawner *spawner,
    const struct snapshot *snapshot, pid_t *pid, struct ipc *ipc,
    struct err *err);
/* A running signer that has got SIGNER_SETUP: all but its keys. */
MUST_CHECK bool spawn_signer(const struct spawner *spawner,
    const struct snapshot *snapshot, struct signer *out, struct err *err);

/* LISTENER: the first message, on a socket whose other end is the monitor's. */
MUST_CHECK bool spawn_send_setup(const struct spawner *spawner,
    const struct snapshot *snapshot, struct ipc *ipc, struct err *err);

/*
 * Becomes a helper, with ipc_fd as its socket. Returns only on failure.
 * keep_stderr: descriptor 2 stays, else it is /dev/null.
 */
bool spawn_become(int program_fd, int ipc_fd, bool keep_stderr,
    struct err *err);

#endif
