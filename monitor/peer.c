/* SPDX-License-Identifier: ISC */
#include "monitor/peer.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
peer_init(struct peer *peer)
{
	*peer = (struct peer){
		.address = "UNKNOWN", .local_address = "UNKNOWN",
		.name = "UNKNOWN",
		.port = PEER_PORT_UNKNOWN, .local_port = PEER_PORT_UNKNOWN,
	};
}

static void
unmap_ipv4(struct sockaddr_storage *ss, socklen_t *len)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)ss;
	struct sockaddr_in in = { .sin_family = AF_INET };

	if (ss->ss_family != AF_INET6 ||
	    !IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		return;
	in.sin_port = in6->sin6_port;
	memcpy(&in.sin_addr, in6->sin6_addr.s6_addr + 12, sizeof(in.sin_addr));
	memset(ss, 0, sizeof(*ss));
	memcpy(ss, &in, sizeof(in));
	*len = sizeof(in);
}

static void
to_text(const struct sockaddr_storage *ss, socklen_t len, char *address,
    uint32_t *port)
{
	char host[PEER_ADDRESS_MAX], service[NI_MAXSERV];

	if (ss->ss_family != AF_INET && ss->ss_family != AF_INET6)
		return;
	if (getnameinfo((const struct sockaddr *)ss, len, host, sizeof(host),
	    service, sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	snprintf(address, PEER_ADDRESS_MAX, "%s", host);
	*port = (uint32_t)strtoul(service, NULL, 10);
}

/* A routing domain is a VRF device; accept() hands it on. */
static void
find_rdomain(struct peer *peer, int fd)
{
	socklen_t len = sizeof(peer->rdomain);

	/* a name ends with NUL; of a socket that has none nothing is written */
	if (getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, peer->rdomain,
	    &len) == -1)
		peer->rdomain[0] = '\0';
}

static void
find_local(struct peer *peer, int fd)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) == -1)
		return;
	unmap_ipv4(&ss, &len);
	to_text(&ss, len, peer->local_address, &peer->local_port);
}

static void
find_remote(struct peer *peer, int fd)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (getpeername(fd, (struct sockaddr *)&ss, &len) == -1)
		return;
	peer->is_socket = true;
	unmap_ipv4(&ss, &len);
	to_text(&ss, len, peer->address, &peer->port);
}

bool
peer_find(struct peer *peer, int fd, struct bytes accepted, uint32_t port,
    struct err *err)
{
	peer_init(peer);
	find_local(peer, fd);
	if (accepted.len == 0) {
		find_remote(peer, fd);
	} else {
		if (!bytes_to_str(accepted, peer->address,
		    sizeof(peer->address)))
			return err_set(err, ERR_RANGE,
			    "address of a connection");
		peer->is_socket = true;
		peer->port = port;
	}
	if (peer->is_socket)
		find_rdomain(peer, fd);
	snprintf(peer->name, sizeof(peer->name), "%s", peer->address);
	return true;
}

void
peer_tune(const struct peer *peer, int fd, bool keep_alive)
{
	int on = 1;

	if (!peer->is_socket)
		return;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (keep_alive)
		(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on,
		    sizeof(on));
}
