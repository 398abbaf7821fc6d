/* SPDX-License-Identifier: ISC */
/*
 * inetd - serve one connection by becoming its monitor.
 *
 * Shapes:  SETUP and CONNECTION wait in the socket that the monitor inherits;
 *          the pid stays.
 * Units:   -
 * Errors:  returns the exit code, only on failure.
 * Owns:    -
 * Source:  sshd(8), -i and -d.
 */
#ifndef SSHD_LISTENER_INETD_H
#define SSHD_LISTENER_INETD_H

#include "sshd/listener/listener.h"

/* -i: the connection is stdin, or stdin and stdout. */
int inetd_serve(struct listener *listener);
/* Becomes the monitor for this connection: one socket, or input and output. */
int inetd_become(struct listener *listener, const int *fds, unsigned fd_count);

#endif
