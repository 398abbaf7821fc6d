/* SPDX-License-Identifier: ISC */
/*
 * pty - a pseudo-terminal that is made for a user.
 *
 * Shapes:  the descriptor of the master, the path of the slave.
 * Units:   -
 * Errors:  ERR_SYS.
 * Owns:    nothing; the descriptor is the caller's.
 * Source:  pty(7), TIOCGPTPEER(2const).
 */
#ifndef MONITOR_PTY_H
#define MONITOR_PTY_H

#include <sys/types.h>

#include "lib/base/err.h"
#include "monitor/records.h"

/* Not root: it is our own anyway. */
MUST_CHECK bool pty_make(bool is_root, uid_t uid, gid_t gid, int *master,
    char tty[static TTY_PATH_MAX], struct err *err);

#endif
