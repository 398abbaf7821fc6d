/* SPDX-License-Identifier: ISC */
/*
 * req_user - net tells whom the client wants to be.
 *
 * Shapes:  USER is answered USER_REPLY.
 * Units:   -
 * Errors:  an unknown or refused user is answered like any other.
 * Owns:    nothing.
 * Source:  RFC 4252 section 5; sshd_config(5), Match, Banner; OpenSSH's log
 *          lines.
 */
#ifndef MONITOR_REQ_USER_H
#define MONITOR_REQ_USER_H

#include "monitor/requests.h"
#include "sshd/config/config.h"

req_fn req_user;

/* MONITOR: evaluates the configuration for what is known by now. */
MUST_CHECK bool user_evaluate_config(struct monitor *mon, struct err *err);

#endif
