/* SPDX-License-Identifier: ISC */
/*
 * handover - replace the running listener by a newer program without closing
 * a listening socket or forgetting a connection.
 *
 * Shapes:  the state as lines of text in a sealed memory file, which the new
 *          program, under the same pid, finds by an environment variable;
 *          lines it does not know are skipped.
 * Units:   descriptors by number.
 * Errors:  bool and struct err.
 * Owns:    -
 * Source:  DESIGN.md section 1; memfd_create(2), execveat(2).
 */
#ifndef SSHD_LISTENER_HANDOVER_H
#define SSHD_LISTENER_HANDOVER_H

#include "sshd/listener/listener.h"

/* The state left for us, or -1. Forgets the environment variable. */
int handover_find(void);
/* Takes everything over and closes fd. */
MUST_CHECK bool handover_restore(struct listener *listener, int fd,
    struct err *err);
/* Executes the program. Returns only on failure, with nothing changed. */
bool handover_exec(struct listener *listener, int binary_fd, struct err *err);

#endif
