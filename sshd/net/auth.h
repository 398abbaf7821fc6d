/* SPDX-License-Identifier: ISC */
/*
 * auth - the userauth dialogue: reads requests, asks the monitor, answers.
 *
 * Shapes:  one row for each method (auth_methods.h); the monitor decides
 *          every attempt.
 * Units:   -
 * Errors:  false ends the connection, see conn.h.
 * Owns:    a copy of the user and service name, until login.
 * Source:  RFC 4252; OpenSSH PROTOCOL.
 */
#ifndef SSHD_NET_AUTH_H
#define SSHD_NET_AUTH_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "lib/base/limits.h"
#include "lib/ipc/ipc.h"

struct conn;

struct auth {
	uint32_t request_count;		/* USERAUTH_REQUEST messages */
	uint8_t *names;			/* user and service as first sent */
	struct bytes user, service;	/* in names */
	bool asking;			/* keyboard-interactive waits */
	uint32_t question_count;
};

/*
 * NET: the answer to one attempt: failure, success, the end. AUTH_KEY_OK and
 * what else only one method knows is that method's.
 */
MUST_CHECK bool auth_recv_reply(struct conn *conn, struct ipc_message *reply,
    struct err *err);

/* Zeroes are a fresh struct auth. */
void auth_clear(struct auth *auth);

#endif
