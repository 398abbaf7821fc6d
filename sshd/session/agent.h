/* SPDX-License-Identifier: ISC */
/*
 * agent - the socket through which programs reach the client's agent.
 *
 * Shapes:  one for a connection: ~/.ssh/agent/s.HOST.sshd.RANDOM, both parts
 *          of ten letters. What an earlier session left there is removed.
 * Units:   -
 * Errors:  what can't be had is answered "no" and logged.
 * Owns:    ses->agent, and the file.
 * Source:  sshd(8), FILES; OpenSSH PROTOCOL.agent.
 */
#ifndef SSHD_SESSION_AGENT_H
#define SSHD_SESSION_AGENT_H

#include "sshd/session/session.h"

/* SESSION: answers "yes" or "no": is there a socket? */
bool agent_start(struct session *ses, const struct ipc_SES_AGENT *m);
/* The value of SSH_AUTH_SOCK, or NULL. */
const char *agent_path(const struct session *ses);

#endif
