/* SPDX-License-Identifier: ISC */
/*
 * listening - sockets on which connections for the client arrive.
 *
 * Shapes:  one struct listening for each forwarded port, path, display or
 *          agent; each connection goes to net as ACCEPTED.
 * Units:   ports in host order.
 * Errors:  errno tells why a socket could not be had.
 * Owns:    its sockets; a socket file goes with them.
 * Source:  RFC 4254 sections 6.3.2 and 7; unix(7).
 */
#ifndef SSHD_SESSION_LISTENING_H
#define SSHD_SESSION_LISTENING_H

#include <sys/socket.h>

#include "sshd/session/session.h"

#define LISTENING_SOCKETS_MAX	8	/* addresses of one request */

struct listen_socket {
	struct listening *owner;
	int fd;
	struct watch watch;
};

struct listening {
	struct session *ses;
	struct listening *next;
	struct listening **holder;	/* set to NULL when it goes; or NULL */
	enum accepted_kind kind;
	bool once;			/* goes with its first connection */
	char address[HOST_NAME_MAX_LEN + 1];	/* as asked for, or the path */
	struct own_file file;		/* of the path */
	uint32_t port;			/* bound; 0: the kernel's choice */
	struct listen_socket sockets[LISTENING_SOCKETS_MAX];
	size_t socket_count;
	struct timer resume;
	bool complained;		/* since accept last worked */
};

/* NULL: too many, or address is no C string. */
struct listening *listening_new(struct session *ses, struct bytes address,
    enum accepted_kind kind);
void listening_free(struct listening *l);
/* SESSION: binds, listens and begins to accept; fills in port 0. */
bool listening_add(struct listening *l, const struct sockaddr *address,
    socklen_t len);
/* SESSION: the same for a socket at the path l->address. */
bool listening_add_path(struct listening *l, mode_t mask);

#endif
