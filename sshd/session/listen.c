/* SPDX-License-Identifier: ISC */
/* Listening sockets for the client: RFC 4254 7.1 and streamlocal. */
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sshd/session/forward.h"
#include "sshd/session/listening.h"

/* ---- TCP ----------------------------------------------------------------- */

/*
 * The address to bind for what the client asked, by GatewayPorts: NULL means
 * every address where *flags says AI_PASSIVE, else both loopback addresses.
 * No file is asked what localhost is: a chroot has none.
 */
static const char *
bind_address(const struct session *ses, const char *asked, int *flags)
{
	bool by_client = ses->grant.gateway_ports == GATEWAY_CLIENT;

	*flags = ses->grant.gateway_ports == GATEWAY_YES || (by_client &&
	    (*asked == '\0' || strcmp(asked, "*") == 0)) ? AI_PASSIVE : 0;
	if (*flags != 0)
		return NULL;
	if (by_client)
		return strcmp(asked, "localhost") == 0 ? NULL : asked;
	return strcmp(asked, "127.0.0.1") == 0 || strcmp(asked, "::1") == 0 ?
	    asked : NULL;
}

/* An address that can't be had, of several. */
static void
log_missed(const struct listening *l, const struct addrinfo *ai)
{
	char host[NI_MAXHOST];
	int saved = errno;

	if (getnameinfo(ai->ai_addr, ai->ai_addrlen, host, sizeof(host), NULL,
	    0, NI_NUMERICHOST) == 0)
		log_verbose("bind [%s]:%u: %s", host, l->port,
		    strerror(saved));
	errno = saved;
}

/* With port 0 the first address chooses, the others follow. */
static bool
bind_all(struct listening *l)
{
	struct addrinfo hints = {
		.ai_family = (int)l->ses->grant.address_family,
		.ai_socktype = SOCK_STREAM,
	}, *list;
	const char *address = bind_address(l->ses, l->address,
	    &hints.ai_flags);
	char port[12];

	snprintf(port, sizeof(port), "%u", l->port);
	if (getaddrinfo(address, port, &hints, &list) != 0) {
		errno = EADDRNOTAVAIL;
		return false;
	}
	for (struct addrinfo *ai = list; ai != NULL &&
	    l->socket_count < LISTENING_SOCKETS_MAX; ai = ai->ai_next) {
		in_port_t chosen = htons((uint16_t)l->port);

		if (ai->ai_family == AF_INET)
			((struct sockaddr_in *)ai->ai_addr)->sin_port = chosen;
		else if (ai->ai_family == AF_INET6)
			((struct sockaddr_in6 *)ai->ai_addr)->sin6_port =
			    chosen;
		if (!listening_add(l, ai->ai_addr, ai->ai_addrlen))
			log_missed(l, ai);
	}
	freeaddrinfo(list);
	return l->socket_count != 0;
}

/* The rule that refuses, or NULL. */
static const char *
listen_tcp_refused_by(const struct session *ses,
    const struct ipc_LISTEN_TCP *m)
{
	const struct forward_rules rules = {
		.permit = PERMIT_REMOTE_TCP,
		.by_key = FORBIDDEN_BY_KEY,
		.keyword = "AllowTcpForwarding",
		.list_keyword = "PermitListen",
		.key_option = "permitlisten of the key",
		.list = ses->grant.permit_listen,
		.key_list = ses->grant.key_permit_listen,
		.host_is_pattern = true,
	};
	const char *rule = forward_refused_by(ses, &rules, m->address,
	    m->port);

	if (rule == NULL && ses->grant.uid != 0 && m->port != 0 &&
	    m->port < IPPORT_RESERVED)
		return "a port that only root may bind";
	return rule;
}

bool
listen_tcp(struct session *ses, const struct ipc_LISTEN_TCP *m,
    struct err *err)
{
	const char *rule = listen_tcp_refused_by(ses, m);
	struct listening *l;
	char peer[64];

	if (m->port > UINT16_MAX)
		return err_set(err, ERR_RANGE, "port to listen on");
	if (rule != NULL) {
		bytes_to_str(ses->grant.peer_address, peer, sizeof(peer));
		log_info("Received request from %s port %u to remote forward "
		    "to host %s port %u, but the request was denied.", peer,
		    ses->grant.peer_port, log_safe(m->address).s, m->port);
		forward_log_refused(ses, "remote tcp", m->address, m->port,
		    rule);
		session_remark(ses, grant_permits(ses, PERMIT_REMOTE_TCP) ?
		    REMARK_PORT_REFUSED : REMARK_PORTS_FORBIDDEN);
		session_reply(ses, m->request, false, 0);
		return true;
	}
	if ((l = listening_new(ses, m->address, ACCEPTED_TCP)) == NULL) {
		session_reply(ses, m->request, false, 0);
		return true;
	}
	l->port = m->port;
	if (!bind_all(l)) {
		log_error("bind [%s]:%u: %s", l->address, m->port,
		    strerror(errno));
		listening_free(l);
		session_reply(ses, m->request, false, 0);
		return true;
	}
	session_reply(ses, m->request, true, l->port);
	return true;
}

/* ---- stream-local -------------------------------------------------------- */

static bool
bind_stream(struct session *ses, struct bytes path)
{
	struct listening *l = listening_new(ses, path, ACCEPTED_STREAM);

	if (l == NULL)
		return false;
	if (grant_permits(ses, PERMIT_STREAM_UNLINK))
		(void)unlink(l->address);
	if (listening_add_path(l, (mode_t)ses->grant.stream_bind_mask))
		return true;
	log_error("bind to %s: %s", l->address, strerror(errno));
	listening_free(l);
	return false;
}

bool
listen_stream(struct session *ses, const struct ipc_LISTEN_STREAM *m,
    struct err *err)
{
	const struct forward_rules rules = {
		.permit = PERMIT_REMOTE_STREAM,
		.by_key = FORBIDDEN_BY_KEY,
		.keyword = "AllowStreamLocalForwarding",
	};
	const char *rule = forward_refused_by(ses, &rules, m->path, 0);

	(void)err;
	if (rule != NULL) {
		log_info("Received request to remote forward to path %s, but "
		    "the request was denied.", log_safe(m->path).s);
		forward_log_refused(ses, "remote socket", m->path, 0, rule);
		session_remark(ses, REMARK_SOCKETS_FORBIDDEN);
	}
	session_reply(ses, m->request, rule == NULL && m->path.len != 0 &&
	    bind_stream(ses, m->path), 0);
	return true;
}

/* ---- cancel -------------------------------------------------------------- */

static bool
cancel(struct session *ses, struct bytes address, uint32_t port,
    enum accepted_kind kind)
{
	for (struct listening *l = ses->listening; l != NULL; l = l->next) {
		if (l->kind == kind && l->port == port &&
		    bytes_is(address, l->address)) {
			listening_free(l);
			return true;
		}
	}
	return false;
}

bool
cancel_tcp(struct session *ses, const struct ipc_CANCEL_TCP *m,
    struct err *err)
{
	(void)err;
	session_reply(ses, m->request,
	    cancel(ses, m->address, m->port, ACCEPTED_TCP), 0);
	return true;
}

bool
cancel_stream(struct session *ses, const struct ipc_CANCEL_STREAM *m,
    struct err *err)
{
	(void)err;
	session_reply(ses, m->request, cancel(ses, m->path, 0, ACCEPTED_STREAM), 0);
	return true;
}

void
listen_clear(struct session *ses)
{
	while (ses->listening != NULL)
		listening_free(ses->listening);
}
