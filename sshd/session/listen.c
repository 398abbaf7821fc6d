/* SPDX-License-Identifier: ISC */
/* Listening sockets for the client: RFC 4254 7.1 and streamlocal. */
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "lib/base/log.h"
#include "sshd/session/forward.h"

#define LISTEN_BACKLOG	128
#define SOCKETS_MAX	8	/* addresses of one listen request */
#define ACCEPT_BATCH	16	/* connections taken in one round */
#define NET_BACKLOG_MAX	65536	/* bytes that net may leave unread */
#define PAUSE_MS	100	/* when net is behind, or out of descriptors */

struct listening;

struct listen_socket {
	struct listening *owner;
	int fd;
	struct watch watch;
};

struct listening {
	struct session *ses;
	struct listening *next;
	bool is_stream;
	char address[HOST_NAME_MAX_LEN + 1];	/* as asked for, or the path */
	uint32_t port;				/* bound */
	struct listen_socket sockets[SOCKETS_MAX];
	size_t socket_count;
	struct timer resume;
};

static void
listening_free(struct listening *l)
{
	struct session *ses = l->ses;
	struct listening **p = &ses->listening;

	while (*p != l)
		p = &(*p)->next;
	*p = l->next;
	ses->forward_count--;
	loop_timer_stop(&ses->loop, &l->resume);
	for (size_t i = 0; i < l->socket_count; i++) {
		loop_unwatch(&ses->loop, &l->sockets[i].watch);
		close(l->sockets[i].fd);
	}
	if (l->is_stream && l->socket_count != 0)
		(void)unlink(l->address);
	free(l);
}

static struct listening *
listening_new(struct session *ses, struct bytes address, bool is_stream)
{
	struct listening *l;

	if (ses->forward_count >= FORWARDS_MAX ||
	    (l = calloc(1, sizeof(*l))) == NULL)
		return NULL;
	if (!bytes_to_str(address, l->address, sizeof(l->address))) {
		free(l);
		return NULL;
	}
	l->ses = ses;
	l->is_stream = is_stream;
	l->next = ses->listening;
	ses->listening = l;
	ses->forward_count++;
	return l;
}

/* ---- accept -------------------------------------------------------------- */

static void
resume_accepting(void *arg)
{
	struct listening *l = arg;

	for (size_t i = 0; i < l->socket_count; i++)
		loop_modify(&l->ses->loop, &l->sockets[i].watch, EPOLLIN);
}

static void
pause_accepting(struct listening *l)
{
	for (size_t i = 0; i < l->socket_count; i++)
		loop_modify(&l->ses->loop, &l->sockets[i].watch, 0);
	loop_timer_set(&l->ses->loop, &l->resume, PAUSE_MS, resume_accepting,
	    l);
}

static bool
pass_on(struct listening *l, int fd, const struct sockaddr_storage *from,
    socklen_t from_len)
{
	char host[NI_MAXHOST] = "", port[NI_MAXSERV] = "0";
	struct ipc_ACCEPTED accepted = {
		.is_stream = l->is_stream,
		.address = bytes_str(l->address),
		.port = l->port,
	};
	int one = 1;
	struct err err;

	if (!l->is_stream) {
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one,
		    sizeof(one));
		if (getnameinfo((const struct sockaddr *)from, from_len, host,
		    sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
			host[0] = '\0';
	}
	accepted.originator = bytes_str(host);
	accepted.originator_port = (uint32_t)strtoul(port, NULL, 10);
	return ipc_send_fds(&l->ses->net, IPC_ACCEPTED, &accepted, &fd, 1,
	    &err);
}

static void
accept_event(void *arg, uint32_t events)
{
	struct listen_socket *s = arg;
	struct listening *l = s->owner;
	struct sockaddr_storage from;

	(void)events;
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		socklen_t from_len = sizeof(from);
		int fd;
		bool ok;

		if (l->ses->net.unsent_bytes > NET_BACKLOG_MAX) {
			pause_accepting(l);
			return;
		}
		fd = accept4(s->fd, (struct sockaddr *)&from, &from_len,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd == -1) {
			if (errno != EAGAIN && errno != EINTR &&
			    errno != ECONNABORTED)
				pause_accepting(l);
			return;
		}
		ok = pass_on(l, fd, &from, from_len);
		close(fd);
		if (!ok) {
			session_end(l->ses);
			return;
		}
	}
}

static bool
add_socket(struct listening *l, int fd)
{
	struct listen_socket *s = &l->sockets[l->socket_count];
	struct err err;

	*s = (struct listen_socket){ .owner = l, .fd = fd };
	if (listen(fd, LISTEN_BACKLOG) == -1 ||
	    !loop_watch(&l->ses->loop, &s->watch, fd, EPOLLIN, accept_event,
	    s, &err))
		return false;
	l->socket_count++;
	return true;
}

/* ---- TCP ----------------------------------------------------------------- */

/*
 * The address to bind for what the client asked, by GatewayPorts: NULL means
 * every address, "localhost" both loopback addresses.
 */
static const char *
bind_address(const struct session *ses, const char *asked)
{
	switch ((enum gateway_ports)ses->grant.gateway_ports) {
	case GATEWAY_NO:
		if (strcmp(asked, "127.0.0.1") == 0 ||
		    strcmp(asked, "::1") == 0)
			return asked;
		return "localhost";
	case GATEWAY_YES:
		return NULL;
	case GATEWAY_CLIENT:
		if (*asked == '\0' || strcmp(asked, "*") == 0)
			return NULL;
		return asked;
	}
	return "localhost";
}

static bool
bind_one(struct listening *l, const struct addrinfo *ai)
{
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	int one = 1, fd;

	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (fd == -1)
		return false;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (ai->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
		    sizeof(one));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == -1 ||
	    getsockname(fd, (struct sockaddr *)&bound, &len) == -1 ||
	    !add_socket(l, fd)) {
		close(fd);
		return false;
	}
	if (l->port == 0)
		l->port = ntohs(bound.ss_family == AF_INET ?
		    ((struct sockaddr_in *)&bound)->sin_port :
		    ((struct sockaddr_in6 *)&bound)->sin6_port);
	return true;
}

/* With port 0 the first address chooses, the others follow. */
static bool
bind_all(struct listening *l)
{
	const char *address = bind_address(l->ses, l->address);
	struct addrinfo hints = {
		.ai_family = (int)l->ses->grant.address_family,
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE,
	}, *list;
	char port[12];

	snprintf(port, sizeof(port), "%u", l->port);
	if (getaddrinfo(address, port, &hints, &list) != 0)
		return false;
	for (struct addrinfo *ai = list; ai != NULL &&
	    l->socket_count < SOCKETS_MAX; ai = ai->ai_next) {
		in_port_t chosen = htons((uint16_t)l->port);

		if (ai->ai_family == AF_INET)
			((struct sockaddr_in *)ai->ai_addr)->sin_port = chosen;
		else if (ai->ai_family == AF_INET6)
			((struct sockaddr_in6 *)ai->ai_addr)->sin6_port =
			    chosen;
		(void)bind_one(l, ai);
	}
	freeaddrinfo(list);
	return l->socket_count != 0;
}

static bool
listen_tcp_allowed(const struct session *ses, const struct ipc_LISTEN_TCP *m)
{
	if (!grant_permits(ses, PERMIT_REMOTE_TCP))
		return false;
	if (ses->grant.uid != 0 && m->port != 0 && m->port < IPPORT_RESERVED)
		return false;
	return forward_list_allows(ses->grant.permit_listen, m->address,
	    m->port, true) &&
	    forward_list_allows(ses->grant.key_permit_listen, m->address,
	    m->port, true);
}

bool
listen_tcp(struct session *ses, const struct ipc_LISTEN_TCP *m,
    struct err *err)
{
	struct listening *l;
	char peer[64];

	if (m->port > UINT16_MAX)
		return err_set(err, ERR_RANGE, "port to listen on");
	if (!listen_tcp_allowed(ses, m)) {
		bytes_to_str(ses->grant.peer_address, peer, sizeof(peer));
		log_info("Received request from %s port %u to remote forward "
		    "to host %s port %u, but the request was denied.", peer,
		    ses->grant.peer_port, log_safe(m->address).s, m->port);
		session_reply(ses, m->request, false, 0);
		return true;
	}
	if ((l = listening_new(ses, m->address, false)) == NULL) {
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

static int
bind_stream(const struct session *ses, const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	mode_t old_mask;
	int fd;

	if (strlen(path) >= sizeof(un.sun_path) ||
	    (fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0)) == -1)
		return -1;
	memcpy(un.sun_path, path, strlen(path) + 1);
	if (grant_permits(ses, PERMIT_STREAM_UNLINK))
		(void)unlink(path);
	old_mask = umask((mode_t)ses->grant.stream_bind_mask);
	if (bind(fd, (struct sockaddr *)&un, sizeof(un)) == -1) {
		log_error("bind to %s: %s", path, strerror(errno));
		close(fd);
		fd = -1;
	}
	umask(old_mask);
	return fd;
}

bool
listen_stream(struct session *ses, const struct ipc_LISTEN_STREAM *m,
    struct err *err)
{
	struct listening *l = NULL;
	int fd = -1;
	bool ok = false;

	(void)err;
	if (!grant_permits(ses, PERMIT_REMOTE_STREAM))
		log_info("Received request to remote forward to path %s, but "
		    "the request was denied.", log_safe(m->path).s);
	else if (m->path.len != 0 &&
	    (l = listening_new(ses, m->path, true)) != NULL &&
	    (fd = bind_stream(ses, l->address)) != -1)
		ok = add_socket(l, fd);
	if (!ok && fd != -1)
		close(fd);
	if (!ok && l != NULL)
		listening_free(l);
	session_reply(ses, m->request, ok, 0);
	return true;
}

/* ---- cancel -------------------------------------------------------------- */

static bool
cancel(struct session *ses, struct bytes address, uint32_t port,
    bool is_stream)
{
	for (struct listening *l = ses->listening; l != NULL; l = l->next) {
		if (l->is_stream == is_stream && bytes_is(address, l->address)
		    && (is_stream || l->port == port)) {
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
	    cancel(ses, m->address, m->port, false), 0);
	return true;
}

bool
cancel_stream(struct session *ses, const struct ipc_CANCEL_STREAM *m,
    struct err *err)
{
	(void)err;
	session_reply(ses, m->request, cancel(ses, m->path, 0, true), 0);
	return true;
}

void
listen_clear(struct session *ses)
{
	while (ses->listening != NULL)
		listening_free(ses->listening);
}
