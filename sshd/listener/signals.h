/* SPDX-License-Identifier: ISC */
/*
 * signals - the listener's signals, as events of its loop.
 *
 * Shapes:  read from a signalfd; no handler exists.
 * Units:   -
 * Errors:  bool and struct err.
 * Owns:    the signalfd, in struct listener.
 * Source:  signalfd(2); sshd(8).
 */
#ifndef SSHD_LISTENER_SIGNALS_H
#define SSHD_LISTENER_SIGNALS_H

#include "sshd/listener/listener.h"

/*
 * Opens listener->signal_fd. Those that end it have their default action until
 * signals_watch(): loading keys may take long, and nothing is begun yet that
 * would have to be ended in order. Not so in the place of another program.
 */
MUST_CHECK bool signals_open(struct listener *listener, bool takes_over,
    struct err *err);
/* From now on they are handled: SIGCHLD SIGHUP SIGTERM SIGINT SIGQUIT. */
MUST_CHECK bool signals_watch(struct listener *listener, struct err *err);

#endif
