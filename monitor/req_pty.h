/* SPDX-License-Identifier: ISC */
/*
 * req_pty - the session process opened or closed a terminal.
 *
 * Shapes:  PTY_OPENED is answered PTY_RECORDED.
 * Units:   -
 * Errors:  a terminal that is not the user's is an attack.
 * Owns:    nothing; the records are the monitor's.
 * Source:  reference sheet sshd_cli_and_files section 10.
 */
#ifndef MONITOR_REQ_PTY_H
#define MONITOR_REQ_PTY_H

#include "monitor/requests.h"

req_fn req_pty_opened, req_pty_closed;

#endif
