/* SPDX-License-Identifier: ISC */
#include "sshd/listener/sockets.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"

void
sockets_name(const struct sockaddr_storage *address, socklen_t len,
    char host[static 64], unsigned *port)
{
	char service[8];

	snprintf(host, 64, "UNKNOWN");
	*port = 65535;
	if (getnameinfo((const struct sockaddr *)address, len, host, 64,
	    service, sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		*port = (unsigned)strtoul(service, NULL, 10);
}

static struct listen_socket *
socket_new(const struct conf_listen *wanted)
{
	struct listen_socket *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->fd = -1;
	s->address = wanted->address;
	s->address_len = wanted->address_len;
	if (wanted->rdomain != NULL)
		snprintf(s->rdomain, sizeof(s->rdomain), "%s",
		    wanted->rdomain);
	return s;
}

static void
socket_free(struct listen_socket *s, struct loop *loop)
{
	if (s == NULL)
		return;
	if (s->watch.active)
		loop_unwatch(loop, &s->watch);
	if (s->fd != -1)
		close(s->fd);
	free(s);
}

static bool
set_option(int fd, int level, int name)
{
	const int on = 1;

	return setsockopt(fd, level, name, &on, sizeof(on)) == 0;
}

/*
 * An address that no interface has yet is bound all the same: it may come
 * later (DHCP, VRRP), and the daemon must not depend on the order.
 */
static bool
bind_address(struct listen_socket *s, const char *host)
{
	const struct sockaddr *address = (const struct sockaddr *)&s->address;

	if (bind(s->fd, address, s->address_len) == 0)
		return true;
	if (errno != EADDRNOTAVAIL || !set_option(s->fd, IPPROTO_IP,
	    IP_FREEBIND) || bind(s->fd, address, s->address_len) == -1)
		return false;
	log_info("Address %s does not exist yet; listening on it anyway.",
	    host);
	return true;
}

/* False with errno set; s->fd may be open. */
static bool
socket_listen(struct listen_socket *s, const char *host)
{
	s->fd = socket(s->address.ss_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd == -1 || !set_option(s->fd, SOL_SOCKET, SO_REUSEADDR))
		return false;
	if (s->address.ss_family == AF_INET6 &&
	    !set_option(s->fd, IPPROTO_IPV6, IPV6_V6ONLY))
		return false;
	if (s->rdomain[0] != '\0' && setsockopt(s->fd, SOL_SOCKET,
	    SO_BINDTODEVICE, s->rdomain, (socklen_t)strlen(s->rdomain)) == -1)
		return false;
	return bind_address(s, host) && listen(s->fd, SOCKETS_BACKLOG) == 0;
}

/* NULL with errno set. */
static struct listen_socket *
socket_open(const struct conf_listen *wanted)
{
	struct listen_socket *s = socket_new(wanted);
	char host[64];
	unsigned port;
	int saved;

	if (s == NULL)
		return NULL;
	sockets_name(&s->address, s->address_len, host, &port);
	if (!socket_listen(s, host)) {
		saved = errno;
		socket_free(s, NULL);
		errno = saved;
		return NULL;
	}
	log_info("Server listening on %s port %u%s%s.", host, port,
	    s->rdomain[0] == '\0' ? "" : " rdomain ", s->rdomain);
	return s;
}

static void
log_bind_failure(const struct conf_listen *wanted, int code)
{
	char host[64];
	unsigned port;

	sockets_name(&wanted->address, wanted->address_len, host, &port);
	log_error("Bind to port %u on %s failed: %s.", port, host,
	    strerror(code));
}

static bool
same_address(const struct listen_socket *s, const struct conf_listen *wanted)
{
	const char *rdomain = wanted->rdomain == NULL ? "" : wanted->rdomain;

	return s->address_len == wanted->address_len &&
	    memcmp(&s->address, &wanted->address, s->address_len) == 0 &&
	    strcmp(s->rdomain, rdomain) == 0;
}

/* The socket that already listens there, taken out of the set. */
static struct listen_socket *
take_same(struct sockets *sockets, const struct conf_listen *wanted)
{
	for (size_t i = 0; i < sockets->count; i++) {
		struct listen_socket *s = sockets->v[i];

		if (s != NULL && same_address(s, wanted)) {
			sockets->v[i] = NULL;
			return s;
		}
	}
	return NULL;
}

/*
 * Opens what is still missing. A failure counts only the last time: before
 * that, one of our own old sockets may hold the address.
 */
static void
open_missing(struct listen_socket *v[static SOCKETS_MAX],
    const struct conf_listens *wanted, bool last)
{
	for (size_t i = 0; i < wanted->count; i++) {
		if (v[i] != NULL)
			continue;
		v[i] = socket_open(&wanted->v[i]);
		if (v[i] == NULL && last)
			log_bind_failure(&wanted->v[i], errno);
	}
}

static size_t
count_open(struct listen_socket *const v[static SOCKETS_MAX], size_t count)
{
	size_t open_count = 0;

	for (size_t i = 0; i < count; i++)
		open_count += v[i] != NULL;
	return open_count;
}

/* The set without the holes. */
static void
replace_set(struct sockets *sockets,
    struct listen_socket *const v[static SOCKETS_MAX], size_t count)
{
	sockets->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (v[i] != NULL)
			sockets->v[sockets->count++] = v[i];
	}
}

/*
 * None of the new addresses can be had. Those that we gave up for them are
 * opened again: a server that listens as before beats one that doesn't.
 */
static void
reopen_old(struct sockets *sockets, const struct sockets *old)
{
	struct listen_socket *v[SOCKETS_MAX] = { 0 };

	for (size_t i = 0; i < old->count; i++) {
		const struct listen_socket *s = old->v[i];
		const struct conf_listen again = {
			.address = s->address, .address_len = s->address_len,
			.rdomain = s->rdomain,
		};

		v[i] = socket_open(&again);
		if (v[i] == NULL)
			log_bind_failure(&again, errno);
	}
	replace_set(sockets, v, old->count);
}

static void
close_sockets(struct sockets *sockets, struct loop *loop)
{
	for (size_t i = 0; i < sockets->count; i++) {
		struct listen_socket *s = sockets->v[i];

		if (s == NULL || s->fd == -1)
			continue;
		if (s->watch.active)
			loop_unwatch(loop, &s->watch);
		close(s->fd);
		s->fd = -1;
	}
}

static void
free_sockets(struct sockets *sockets, struct loop *loop)
{
	for (size_t i = 0; i < sockets->count; i++)
		socket_free(sockets->v[i], loop);
	sockets->count = 0;
}

bool
sockets_are_few(const struct conf_listens *wanted)
{
	if (wanted->count <= SOCKETS_MAX)
		return true;
	log_fatal("Too many listen sockets: %zu, at most %d: remove some "
	    "lines of ListenAddress or Port.", wanted->count, SOCKETS_MAX);
	return false;
}

bool
sockets_change(struct sockets *sockets, struct loop *loop,
    const struct conf_listens *wanted)
{
	struct listen_socket *v[SOCKETS_MAX] = { 0 };
	struct sockets old = { .count = 0 };

	if (!sockets_are_few(wanted))
		return false;
	for (size_t i = 0; i < wanted->count; i++)
		v[i] = take_same(sockets, &wanted->v[i]);
	replace_set(&old, sockets->v, sockets->count);
	open_missing(v, wanted, old.count == 0);
	if (old.count != 0) {
		/* 0.0.0.0 becomes 127.0.0.1: the old one has to go first */
		close_sockets(&old, loop);
		if (count_open(v, wanted->count) != wanted->count)
			open_missing(v, wanted, true);
	}
	if (count_open(v, wanted->count) == 0) {
		reopen_old(sockets, &old);
		free_sockets(&old, loop);
		return false;
	}
	replace_set(sockets, v, wanted->count);
	free_sockets(&old, loop);
	return true;
}

bool
sockets_adopt(struct sockets *sockets, int fd, const char *rdomain,
    struct err *err)
{
	struct conf_listen found = {
		.address_len = sizeof(found.address), .rdomain = rdomain,
	};
	struct listen_socket *s;

	if (sockets->count == SOCKETS_MAX)
		return err_set(err, ERR_RANGE, "listening sockets");
	if (getsockname(fd, (struct sockaddr *)&found.address,
	    &found.address_len) == -1)
		return err_sys(err, "getsockname");
	if ((s = socket_new(&found)) == NULL)
		return err_set(err, ERR_NOMEM, "listening socket");
	s->fd = fd;
	sockets->v[sockets->count++] = s;
	return true;
}

void
sockets_clear(struct sockets *sockets, struct loop *loop)
{
	free_sockets(sockets, loop);
}
