/* SPDX-License-Identifier: ISC */
/*
 * signals - the listener's signals, as events of its loop.
 *
 * Shapes:  blocked from the start, read from a signalfd; no handler exists.
 * Units:   -
 * Errors:  bool and struct err.
 * Owns:    the signalfd, in struct listener.
 * Source:  signalfd(2); reference sheet sshd_cli_and_files, section 5.
 */
#ifndef SSHD_LISTENER_SIGNALS_H
#define SSHD_LISTENER_SIGNALS_H

#include "sshd/listener/listener.h"

/* Blocks them and opens listener->signal_fd. */
MUST_CHECK bool signals_open(struct listener *listener, struct err *err);
/* From now on they are handled: SIGCHLD SIGHUP SIGTERM SIGINT SIGQUIT. */
MUST_CHECK bool signals_watch(struct listener *listener, struct err *err);

#endif
