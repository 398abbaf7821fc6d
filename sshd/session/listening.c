/* SPDX-License-Identifier: ISC */
#include "sshd/session/listening.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sshd/session/forward.h"

#define ACCEPT_BATCH	16	/* connections taken in one round */
#define NET_BACKLOG_MAX	65536	/* bytes that net may leave unread */
#define PAUSE_MS	100	/* when net is behind, or out of descriptors */

static bool
has_path(enum accepted_kind kind)
{
	return kind != ACCEPTED_TCP && kind != ACCEPTED_X11;
}

static void
stop(struct listening *l)
{
	struct session *ses = l->ses;

	for (size_t i = 0; i < l->socket_count; i++)
		loop_unwatch(&ses->loop, &l->sockets[i].watch);
	/* while it is bound, no other file can be taken for it */
	own_file_remove(ses, &l->file);
	for (size_t i = 0; i < l->socket_count; i++)
		close(l->sockets[i].fd);
	l->socket_count = 0;
}

void
listening_free(struct listening *l)
{
	struct session *ses = l->ses;
	struct listening **p = &ses->listening;

	while (*p != l)
		p = &(*p)->next;
	*p = l->next;
	if (l->holder != NULL)
		*l->holder = NULL;
	ses->forward_count--;
	loop_timer_stop(&ses->loop, &l->resume);
	stop(l);
	free(l);
}

struct listening *
listening_new(struct session *ses, struct bytes address,
    enum accepted_kind kind)
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
	l->kind = kind;
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

/* Once, not ten times a second. */
static void
accept_failed(struct listening *l)
{
	if (!l->complained && has_path(l->kind))
		log_error("accept at %s: %s", l->address, strerror(errno));
	else if (!l->complained)
		log_error("accept at [%s]:%u: %s", l->address, l->port,
		    strerror(errno));
	l->complained = true;
	pause_accepting(l);
}

static bool
pass_on(struct listening *l, int fd, const struct sockaddr_storage *from,
    socklen_t from_len)
{
	char host[NI_MAXHOST] = "", port[NI_MAXSERV] = "0";
	struct ipc_ACCEPTED accepted = {
		.kind = (uint8_t)l->kind,
		.address = bytes_str(l->address),
		.port = l->port,
	};
	int one = 1;
	struct err err;

	if (!has_path(l->kind)) {
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
				accept_failed(l);
			return;
		}
		l->complained = false;
		if (l->once)	/* when net hears of it, there is no second */
			stop(l);
		ok = pass_on(l, fd, &from, from_len);
		close(fd);
		if (!ok) {
			session_end(l->ses);
			return;
		}
		if (l->once) {
			listening_free(l);
			return;
		}
	}
}

/* ---- sockets ------------------------------------------------------------- */

static bool
start(struct listening *l, int fd)
{
	struct listen_socket *s = &l->sockets[l->socket_count];
	struct err err;

	*s = (struct listen_socket){ .owner = l, .fd = fd };
	if (listen(fd, SOMAXCONN) == -1 ||
	    !loop_watch(&l->ses->loop, &s->watch, fd, EPOLLIN, accept_event,
	    s, &err))
		return false;
	l->socket_count++;
	return true;
}

/* close() for a path on which errno has something to tell. */
static bool
give_up(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return false;
}

static uint32_t
port_of(int fd)
{
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);

	if (getsockname(fd, (struct sockaddr *)&bound, &len) == -1)
		return 0;
	return ntohs(bound.ss_family == AF_INET ?
	    ((struct sockaddr_in *)&bound)->sin_port :
	    ((struct sockaddr_in6 *)&bound)->sin6_port);
}

bool
listening_add(struct listening *l, const struct sockaddr *address,
    socklen_t len)
{
	int one = 1, fd;

	if (l->socket_count == LISTENING_SOCKETS_MAX) {
		errno = ENOSPC;
		return false;
	}
	fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (fd == -1)
		return false;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (address->sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
		    sizeof(one));
	if (bind(fd, address, len) == -1 || !start(l, fd))
		return give_up(fd);
	if (l->port == 0)
		l->port = port_of(fd);
	return true;
}

bool
listening_add_path(struct listening *l, mode_t mask)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	mode_t old_mask;
	bool ok;
	int fd;

	if (strlen(l->address) >= sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(un.sun_path, l->address, strlen(l->address) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return false;
	old_mask = umask(mask);
	ok = bind(fd, (struct sockaddr *)&un, sizeof(un)) == 0;
	umask(old_mask);
	if (!ok)
		return give_up(fd);
	if (start(l, fd)) {
		own_file_made(l->ses, &l->file, l->address);
		return true;
	}
	(void)unlink(l->address);
	return give_up(fd);
}
