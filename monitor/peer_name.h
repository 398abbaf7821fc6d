/* SPDX-License-Identifier: ISC */
/*
 * peer_name - the name that belongs to a client's address (UseDNS).
 *
 * Shapes:  a host name in lower case; the address itself where there is no
 *          name, or one that does not lead back to the address.
 * Units:   -
 * Errors:  none: what can't be found out leaves the address.
 * Owns:    nothing; a child asks the name service and is reaped.
 * Source:  getnameinfo(3), getaddrinfo(3), RFC 1123 2.1; sshd_config(5),
 *          UseDNS; OpenSSH's log lines.
 */
#ifndef MONITOR_PEER_NAME_H
#define MONITOR_PEER_NAME_H

#include "lib/base/err.h"
#include "monitor/peer.h"

/*
 * May wait for the name service, but not for a client whose process is gone:
 * client_fd is readable then (-1: none).
 */
void peer_name_find(struct peer *peer, int client_fd);

/* Only what can be a host name; made lower case. Visible for tests. */
MUST_CHECK bool peer_name_clean(char *name);

#endif
