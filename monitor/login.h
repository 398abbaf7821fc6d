/* SPDX-License-Identifier: ISC */
/*
 * login - the one place where somebody is let in.
 *
 * Shapes:  a list of steps, done in order.
 * Units:   -
 * Errors:  a step that fails ends the connection.
 * Owns:    nothing.
 * Source:  DESIGN.md section 2, steps 5 and 6.
 */
#ifndef MONITOR_LOGIN_H
#define MONITOR_LOGIN_H

#include "lib/base/err.h"

struct monitor;

/*
 * MONITOR: every method that was asked for has succeeded. The only function
 * that sets MON_AUTHED and answers AUTH_SUCCESS.
 */
MUST_CHECK bool login_grant(struct monitor *mon, struct err *err);

#endif
