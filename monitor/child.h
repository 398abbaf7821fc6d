/* SPDX-License-Identifier: ISC */
/*
 * child - the net and session processes of a connection.
 *
 * Shapes:  a program executed by descriptor with its IPC socket as fd 3 and
 *          /dev/null as 0, 1 and 2; nothing else is inherited.
 * Units:   status as of waitpid(2).
 * Errors:  ERR_SYS with the errno of the step in the child that failed.
 * Owns:    struct child its pidfd, and the duty to reap.
 * Source:  execveat(2), vfork(2), pidfd_open(2), prctl(2).
 */
#ifndef MONITOR_CHILD_H
#define MONITOR_CHILD_H

#include <sys/types.h>

#include "lib/base/loop.h"
#include "monitor/limits.h"

struct child {
	pid_t pid;		/* 0: none, or reaped */
	int pid_fd;		/* -1: none */
	int status;		/* once reaped */
	struct loop *loop;
	struct watch watch;
};

struct child_program {
	int program_fd, socket_fd;
	const char *argv0;
	char *const *envp;
	bool dies_with_us;	/* SIGKILL when this process ends */
	const gid_t *groups;	/* supplementary groups; NULL: keep ours */
	size_t group_count;
	const struct limits *limits;	/* NULL: keep ours */
};

void child_init(struct child *child);
MUST_CHECK bool child_start(struct child *child,
    const struct child_program *program, struct err *err);
/* fn(arg, events) once the process has ended; then child_reap(). */
MUST_CHECK bool child_watch(struct child *child, struct loop *loop,
    loop_fn *fn, void *arg, struct err *err);
/* Waits for its end and fills status. Nothing happens without a process. */
void child_reap(struct child *child);
/* SIGKILL, then as child_reap(). */
void child_kill(struct child *child);

#endif
