/* SPDX-License-Identifier: ISC */
/*
 * daemon - leave the terminal, but not before we know that we can serve.
 *
 * Shapes:  the starter forks twice and waits at a pipe for the exit code that
 *          the daemon owes it; until then the daemon keeps its stderr.
 * Units:   -
 * Errors:  bool and struct err.
 * Owns:    the pipe's end, between begin and ready or failed.
 * Source:  daemon(7).
 */
#ifndef SSHD_LISTENER_DAEMON_H
#define SSHD_LISTENER_DAEMON_H

#include "lib/base/err.h"

/*
 * Returns in the daemon only, with *ready_fd to its starter; the starter
 * exits with the code that daemon_tell() gives.
 */
MUST_CHECK bool daemon_begin(int *ready_fd, struct err *err);
/* Tells the starter how it went; nothing when *ready_fd is -1. */
void daemon_tell(int *ready_fd, int exit_code);
/* Away from the terminal: descriptors 0 to 2, but stderr when it is the log. */
void daemon_detach(int null_fd, bool keep_stderr);

#endif
