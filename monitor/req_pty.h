/* SPDX-License-Identifier: ISC */
/*
 * req_pty - the session process wants a terminal, or has closed one.
 *
 * Shapes:  PTY_OPEN is answered PTY_OPENED, with the master's descriptor
 *          unless there is no terminal to be had.
 * Units:   -
 * Errors:  asking without permission, or closing what is not open, is an
 *          attack.
 * Owns:    nothing; the records are the monitor's.
 * Source:  sshd(8), LOGIN; pty(7).
 */
#ifndef MONITOR_REQ_PTY_H
#define MONITOR_REQ_PTY_H

#include "monitor/requests.h"

req_fn req_pty_open, req_pty_closed;

#endif
