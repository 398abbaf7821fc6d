/* SPDX-License-Identifier: ISC */
/*
 * requests - what net and the monitor may ask of a session, as a table.
 *
 * Shapes:  one handler for each message of lib/ipc/messages.h that goes to
 *          the session process.
 * Units:   -
 * Errors:  false: the other side broke the rules, the connection ends.
 * Owns:    nothing.
 * Source:  DESIGN.md section 2.
 */
#ifndef SSHD_SESSION_REQUESTS_H
#define SSHD_SESSION_REQUESTS_H

#include "sshd/session/session.h"

/* SESSION: acts on one message that passed the table of ipc. */
MUST_CHECK bool requests_dispatch(struct session *ses,
    struct ipc_message *message, struct err *err);

#endif
