/* SPDX-License-Identifier: ISC */
/*
 * session - the process that acts as the logged-in user.
 *
 * Shapes:  one struct session; one struct program for each session channel,
 *          one struct connecting / listening for each forward.
 * Units:   -
 * Errors:  a request that the grant forbids is answered "no" and logged; a
 *          request that breaks the message table ends the connection.
 * Owns:    both IPC sockets, the grant, every pty and listening socket.
 * Source:  DESIGN.md section 1; RFC 4254 sections 6 and 7.
 */
#ifndef SSHD_SESSION_SESSION_H
#define SSHD_SESSION_SESSION_H

#include <signal.h>
#include <sys/types.h>

#include "lib/base/loop.h"
#include "lib/base/title.h"
#include "lib/ipc/ipc.h"
#include "sshd/session/own_file.h"

struct program;
struct connecting;
struct listening;
struct sftp_relay;

struct nologin {
	bool is_there;
	int fd;			/* -1: its text can't be shown */
};

#define ANSWERS_MAX	8	/* to connects, before net is woken */

/* Connections that net hears of at the end of this round of the loop. */
struct answers {
	uint32_t requests[ANSWERS_MAX];
	int fds[ANSWERS_MAX];
	unsigned count;
	struct timer timer;
};

struct session {
	struct loop loop;
	struct title title;
	struct ipc monitor, net;
	struct ipc_GRANT grant;		/* strings point into grant_bytes */
	uint8_t *grant_bytes;
	char *user, *home, *shell;	/* of the grant, as C strings */
	struct own_file auth_file;	/* see auth_file.h */
	struct program *programs;
	uint32_t program_count;
	struct connecting *connecting;
	struct answers connected;
	struct listening *listening;
	struct listening *agent;	/* one of these, or NULL */
	struct sftp_relay *sftp_relays;
	char *tunnels;			/* "tun0,tun1", or NULL */
	int sftp_root_fd;		/* -1: no SftpRoot */
	struct nologin nologin;		/* see nologin.h */
	uint32_t forward_count;		/* of connecting and listening */
	uint32_t resolver_count;	/* names that are being resolved */
	struct timer release_timer;	/* once, after the start */
	int signal_fd;
	struct watch signal_watch;
	sigset_t old_mask;		/* what children run with */
};

/* SESSION: answers a request of net that yields no descriptor. */
void session_reply(struct session *ses, uint32_t request, bool ok,
    uint32_t port);
/* SESSION: why the next answer is "no"; lost where net is far behind. */
void session_remark(struct session *ses, enum remark remark);
/* SESSION: the connection is over; the loop stops. */
void session_end(struct session *ses);
/* SESSION: shows user@pts/1,pts/2 or user@notty in ps. */
void session_update_title(struct session *ses);
/* "user U from A port P": the tail of many log lines. */
const char *session_who(const struct session *ses, char *buf, size_t len);

static inline bool
grant_permits(const struct session *ses, enum grant_permit what)
{
	return (ses->grant.permit & (uint32_t)what) != 0;
}

#endif
