/* SPDX-License-Identifier: ISC */
/*
 * Connections to where the client wants: RFC 4254 7.2 and streamlocal.
 *
 * A name is resolved by a child, so that a slow name server holds up nothing
 * else and a broken resolver module can't hurt the session. Children are few:
 * whoever may only forward gets no more processes than that. The addresses
 * then race.
 */
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "lib/base/fd.h"
#include "lib/base/log.h"
#include "sshd/session/forward.h"
#include "sshd/session/race.h"

#define RESOLVERS_MAX	32	/* at a time; other names wait */
#define RESULT_FD	3	/* of a resolver */
#define ADDRESSES_BYTES	(RACE_ADDRESSES_MAX * sizeof(struct sockaddr_storage))

struct connecting {
	struct session *ses;
	struct connecting *next;
	uint32_t request;
	char target[HOST_NAME_MAX_LEN + 1];
	uint32_t port;
	int fd;				/* resolver's pipe, or the socket */
	struct watch watch;
	pid_t resolver;			/* 0: none */
	bool waits;			/* for its turn to be resolved */
	size_t partial;			/* bytes of addresses read so far */
	struct race race;
};

static void
connecting_free(struct connecting *c)
{
	struct session *ses = c->ses;
	struct connecting **p = &ses->connecting;

	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	ses->forward_count--;
	loop_unwatch(&ses->loop, &c->watch);
	race_clear(&c->race);
	if (c->fd != -1)
		close(c->fd);
	free(c);
}

static struct connecting *
connecting_new(struct session *ses, uint32_t request)
{
	struct connecting *c;

	if (ses->forward_count >= FORWARDS_MAX ||
	    (c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	c->ses = ses;
	c->request = request;
	c->fd = -1;
	c->next = ses->connecting;
	ses->connecting = c;
	ses->forward_count++;
	return c;
}

void
forward_refuse(struct session *ses, uint32_t request, enum open_failure reason,
    const char *text)
{
	struct ipc_CONNECT_FAILED failed = {
		.request = request,
		.reason = reason,
		.text = bytes_str(text),
	};
	struct err err;

	if (!ipc_send(&ses->net, IPC_CONNECT_FAILED, &failed, &err))
		session_end(ses);
}

static void
fail(struct connecting *c, const char *text)
{
	forward_refuse(c->ses, c->request, OPEN_CONNECT_FAILED, text);
	connecting_free(c);
}

static void
give_up(struct connecting *c, const char *text)
{
	log_error("connect_to %s port %u: failed.", c->target, c->port);
	fail(c, text);
}

static void
give_up_name(struct connecting *c, const char *text)
{
	log_error("connect_to %s: unknown host (%s)", c->target, text);
	fail(c, text);
}

static void
drop_answers(struct session *ses)
{
	struct answers *answers = &ses->connected;

	while (answers->count > 0)
		close(answers->fds[--answers->count]);
	loop_timer_stop(&ses->loop, &answers->timer);
}

/* All at once: they cost net one wake-up, and one write to the peer. */
static void
send_answers(void *arg)
{
	struct session *ses = arg;
	struct answers *answers = &ses->connected;
	struct err err;

	for (unsigned i = 0; i < answers->count; i++) {
		struct ipc_CONNECTED connected = {
			.request = answers->requests[i],
		};

		if (!ipc_send_fds(&ses->net, IPC_CONNECTED, &connected,
		    &answers->fds[i], 1, &err)) {
			session_end(ses);
			break;
		}
	}
	drop_answers(ses);
}

static void
succeed(struct connecting *c)
{
	struct session *ses = c->ses;
	struct answers *answers = &ses->connected;

	answers->requests[answers->count] = c->request;
	answers->fds[answers->count++] = c->fd;
	c->fd = -1;
	connecting_free(c);
	if (answers->count == ANSWERS_MAX)
		send_answers(ses);
	else
		loop_timer_set(&ses->loop, &answers->timer, 0, send_answers,
		    ses);
}

static void
race_over(void *arg, int fd, int why)
{
	struct connecting *c = arg;

	c->fd = fd;
	if (fd == -1)
		give_up(c, strerror(why));
	else
		succeed(c);
}

/* ---- names --------------------------------------------------------------- */

static void
set_port(struct sockaddr_storage *address, uint32_t port)
{
	if (address->ss_family == AF_INET)
		((struct sockaddr_in *)address)->sin_port =
		    htons((uint16_t)port);
	else if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)address)->sin6_port =
		    htons((uint16_t)port);
}

/* What a resolver says of a name without addresses: its last word. */
static const char *
resolver_error(const struct connecting *c)
{
	int why = EAI_FAIL;

	if (c->partial == sizeof(why))
		memcpy(&why, c->race.addresses, sizeof(why));
	return why > 0 ? strerror(why) : gai_strerror(why);
}

static void resolve_waiting(struct session *ses);

/* All addresses are here, or there will be none. */
static void
resolved(struct connecting *c)
{
	loop_unwatch(&c->ses->loop, &c->watch);
	close(c->fd);
	c->fd = -1;
	c->race.address_count = c->partial / sizeof(c->race.addresses[0]);
	for (size_t i = 0; i < c->race.address_count; i++)
		set_port(&c->race.addresses[i], c->port);
	if (c->race.address_count == 0) {
		give_up_name(c, resolver_error(c));
		return;
	}
	(void)!race_reserve(&c->race, c->race.address_count);
	race_start(&c->race, &c->ses->loop, race_over, c);
}

static void
resolver_event(void *arg, uint32_t events)
{
	struct connecting *c = arg;
	struct session *ses = c->ses;
	ssize_t n = read(c->fd, (uint8_t *)c->race.addresses + c->partial,
	    ADDRESSES_BYTES - c->partial);

	(void)events;
	if (n > 0) {
		c->partial += (size_t)n;
		if (c->partial < ADDRESSES_BYTES)
			return;
	} else if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return;
	resolved(c);
	ses->resolver_count--;
	resolve_waiting(ses);
}

/* Alone: what we hold open, and we, may end while it waits for an answer. */
static void
leave_session(int out)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 ||
	    dup2(out, RESULT_FD) == -1)
		_exit(1);
	fd_close_from(RESULT_FD + 1);
}

static void
resolve_in_child(const char *host, int family, int out)
{
	struct addrinfo hints = {
		.ai_family = family, .ai_socktype = SOCK_STREAM,
	}, *list = NULL;
	struct sockaddr_storage address;
	size_t count = 0;
	int why = getaddrinfo(host, NULL, &hints, &list);

	if (why == EAI_SYSTEM)
		why = errno;
	if (why != 0)
		_exit(write(out, &why, sizeof(why)) != sizeof(why));
	for (struct addrinfo *ai = list; ai != NULL && count < RACE_ADDRESSES_MAX;
	    ai = ai->ai_next) {
		if (ai->ai_addrlen > sizeof(address))
			continue;
		memset(&address, 0, sizeof(address));
		memcpy(&address, ai->ai_addr, ai->ai_addrlen);
		if (write(out, &address, sizeof(address)) !=
		    sizeof(address))
			_exit(1);
		count++;
	}
	_exit(0);
}

static bool
start_resolver(struct connecting *c)
{
	int pipe_fds[2];
	struct err err;

	if (!race_reserve(&c->race, RACE_ADDRESSES_MAX) ||
	    pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) == -1)
		return false;
	if ((c->resolver = fork()) == 0) {
		sigprocmask(SIG_SETMASK, &c->ses->old_mask, NULL);
		leave_session(pipe_fds[1]);
		resolve_in_child(c->target,
		    (int)c->ses->grant.address_family, RESULT_FD);
	}
	close(pipe_fds[1]);
	c->fd = pipe_fds[0];
	if (c->resolver == -1) {
		c->resolver = 0;
		return false;
	}
	if (!loop_watch(&c->ses->loop, &c->watch, c->fd, EPOLLIN,
	    resolver_event, c, &err))
		return false;
	c->ses->resolver_count++;
	return true;
}

/* Whose turn it is: the list begins with the newest. */
static struct connecting *
find_waiting(const struct session *ses)
{
	struct connecting *oldest = NULL;

	for (struct connecting *c = ses->connecting; c != NULL; c = c->next) {
		if (c->waits)
			oldest = c;
	}
	return oldest;
}

static void
resolve_waiting(struct session *ses)
{
	struct connecting *c;

	while (ses->resolver_count < RESOLVERS_MAX &&
	    (c = find_waiting(ses)) != NULL) {
		c->waits = false;
		if (!start_resolver(c))
			give_up_name(c, strerror(errno));
	}
}

/* An address needs no resolver. */
static bool
take_numeric(struct connecting *c)
{
	struct addrinfo hints = {
		.ai_family = (int)c->ses->grant.address_family,
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST,
	}, *list;

	if (getaddrinfo(c->target, NULL, &hints, &list) != 0)
		return false;
	if (race_reserve(&c->race, 1)) {
		memset(c->race.addresses, 0, sizeof(*c->race.addresses));
		memcpy(c->race.addresses, list->ai_addr, list->ai_addrlen);
		set_port(c->race.addresses, c->port);
		c->race.address_count = 1;
	}
	freeaddrinfo(list);
	return true;
}

bool
connect_child_exited(struct session *ses, pid_t pid)
{
	for (struct connecting *c = ses->connecting; c != NULL; c = c->next) {
		if (c->resolver == pid) {
			c->resolver = 0;
			return true;
		}
	}
	return false;
}

/* ---- requests ------------------------------------------------------------ */

static bool
tcp_allowed(const struct session *ses, const struct ipc_CONNECT_TCP *m)
{
	const struct forward_rules rules = {
		.permit = PERMIT_LOCAL_TCP,
		.by_key = FORBIDDEN_BY_KEY,
		.keyword = "AllowTcpForwarding",
		.list_keyword = "PermitOpen",
		.key_option = "permitopen of the key",
		.list = ses->grant.permit_open,
		.key_list = ses->grant.key_permit_open,
	};
	const char *rule = forward_refused_by(ses, &rules, m->host, m->port);
	char peer[64];

	if (rule == NULL)
		return true;
	bytes_to_str(ses->grant.peer_address, peer, sizeof(peer));
	if (!grant_permits(ses, PERMIT_LOCAL_TCP))
		log_info("refused local port forward: originator %s port %u, "
		    "target %s port %u", log_safe(m->originator).s,
		    m->originator_port, log_safe(m->host).s, m->port);
	else
		log_info("Received request from %s port %u to connect to "
		    "host %s port %u, but the request was denied.", peer,
		    ses->grant.peer_port, log_safe(m->host).s, m->port);
	forward_log_refused(ses, "local tcp", m->host, m->port, rule);
	return false;
}

bool
connect_tcp(struct session *ses, const struct ipc_CONNECT_TCP *m,
    struct err *err)
{
	struct connecting *c;

	if (m->port > UINT16_MAX)
		return err_set(err, ERR_RANGE, "port to connect");
	if (!tcp_allowed(ses, m)) {
		forward_refuse(ses, m->request, OPEN_PROHIBITED, "open failed");
		return true;
	}
	if ((c = connecting_new(ses, m->request)) == NULL) {
		forward_refuse(ses, m->request, OPEN_RESOURCE_SHORTAGE,
		    "open failed");
		return true;
	}
	c->port = m->port;
	if (!bytes_to_str(m->host, c->target, sizeof(c->target)))
		give_up_name(c, gai_strerror(EAI_NONAME));
	else if (take_numeric(c))
		race_start(&c->race, &c->ses->loop, race_over, c);
	else {
		c->waits = true;
		resolve_waiting(ses);
	}
	return true;
}

bool
connect_stream(struct session *ses, const struct ipc_CONNECT_STREAM *m,
    struct err *err)
{
	const struct forward_rules rules = {
		.permit = PERMIT_LOCAL_STREAM,
		.by_key = FORBIDDEN_BY_KEY,
		.keyword = "AllowStreamLocalForwarding",
	};
	const char *rule = forward_refused_by(ses, &rules, m->path, 0);
	struct sockaddr_un *un;
	struct connecting *c;
	char path[SOCKET_PATH_MAX];

	(void)err;
	if (rule != NULL) {
		log_info("Received request to connect to path %s, but the "
		    "request was denied.", log_safe(m->path).s);
		forward_log_refused(ses, "local socket", m->path, 0, rule);
		forward_refuse(ses, m->request, OPEN_CONNECT_FAILED,
		    "open failed");
		return true;
	}
	if (m->path.len == 0 || !bytes_to_str(m->path, path, sizeof(path)) ||
	    (c = connecting_new(ses, m->request)) == NULL) {
		forward_refuse(ses, m->request, OPEN_CONNECT_FAILED,
		    "open failed");
		return true;
	}
	memcpy(c->target, path, sizeof(path));
	if (race_reserve(&c->race, 1)) {
		un = (struct sockaddr_un *)c->race.addresses;
		memset(un, 0, sizeof(*c->race.addresses));
		un->sun_family = AF_UNIX;
		memcpy(un->sun_path, path, sizeof(path));
		c->race.address_count = 1;
	}
	race_start(&c->race, &c->ses->loop, race_over, c);
	return true;
}

void
connect_clear(struct session *ses)
{
	while (ses->connecting != NULL)
		connecting_free(ses->connecting);
	drop_answers(ses);
}
