/* SPDX-License-Identifier: ISC */
/*
 * sockets - the addresses we listen on.
 *
 * Shapes:  a set of listening sockets; changing the set keeps those whose
 *          address stays, so that no connection attempt is lost.
 * Units:   -
 * Errors:  each address that can't be had is logged; a set may not be empty.
 * Owns:    its sockets and their watches.
 * Source:  ip(7), socket(7); sshd_config(5), ListenAddress; OpenSSH's log
 *          lines.
 */
#ifndef SSHD_LISTENER_SOCKETS_H
#define SSHD_LISTENER_SOCKETS_H

#include "lib/base/loop.h"
#include "sshd/config/conf.h"

#define SOCKETS_MAX		16	/* as OpenSSH */
#define SOCKETS_BACKLOG		128

struct listen_socket {
	int fd;
	struct sockaddr_storage address;
	socklen_t address_len;
	char rdomain[64];		/* empty: none; fits an IFNAMSIZ */
	struct watch watch;
	void *owner;			/* for the watch's callback */
};

struct sockets {
	struct listen_socket *v[SOCKETS_MAX];
	size_t count;
};

/* Not more than SOCKETS_MAX; else logged. */
bool sockets_are_few(const struct conf_listens *wanted);
/*
 * Makes *sockets listen on exactly these addresses, logging each that is new.
 * False, with the old set standing, when none of them can be had, or they
 * are too many. The caller watches what has no watch.
 */
MUST_CHECK bool sockets_change(struct sockets *sockets, struct loop *loop,
    const struct conf_listens *wanted);
/* Takes over a socket that another run of this program left listening. */
MUST_CHECK bool sockets_adopt(struct sockets *sockets, int fd,
    const char *rdomain, struct err *err);
void sockets_clear(struct sockets *sockets, struct loop *loop);

/* Numeric text of an address and its port. */
void sockets_name(const struct sockaddr_storage *address, socklen_t len,
    char host[static 64], unsigned *port);

#endif
