/* SPDX-License-Identifier: ISC */
/*
 * preauth_session - the session process of a net process under fuzz, and the
 *	programs and sockets at the far ends of its descriptors.
 *
 * Shapes:  answers as told, says what it is given to say.
 * Units:   bytes.
 * Errors:  a message of net that breaks the table of messages aborts.
 * Owns:    its end of the pair, all far ends.
 * Source:  lib/ipc/messages.h.
 */
#ifndef REGRESS_FUZZ_PREAUTH_SESSION_H
#define REGRESS_FUZZ_PREAUTH_SESSION_H

#include "lib/ipc/ipc.h"

#define SESSION_ENDS	48

enum session_policy {
	SESSION_AGREES,		/* everything that is asked works */
	SESSION_REFUSES,
	SESSION_SILENT,		/* takes the questions, owes the answers */
	SESSION_POLICIES
};

struct preauth_session {
	struct ipc ipc;			/* fd -1 before login */
	enum session_policy policy;
	int ends[SESSION_ENDS];		/* -1: closed */
	unsigned end_count;
	bool is_pty;
};

void preauth_session_init(struct preauth_session *session);
/* Takes fd: login has happened. */
void preauth_session_open(struct preauth_session *session, int fd);
void preauth_session_clear(struct preauth_session *session);
/* Handles what net has asked. */
void preauth_session_serve(struct preauth_session *session);
/* A datagram as it stands, with fd_count (at most 3) descriptors. */
void preauth_session_say(struct preauth_session *session, struct bytes b,
    unsigned fd_count);

/* The far end i (modulo how many there are) does something. */
void preauth_session_write(struct preauth_session *session, unsigned i,
    size_t len);
void preauth_session_read(struct preauth_session *session, unsigned i);
void preauth_session_close(struct preauth_session *session, unsigned i);

#endif
