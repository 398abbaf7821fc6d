/* SPDX-License-Identifier: ISC */
#include "sshd/listener/accept.h"

#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "lib/base/log.h"
#include "sshd/listener/monitors.h"

static const char not_now[] = "Not allowed at this time\r\n";

struct endpoints {
	char remote[64], local[64];
	unsigned remote_port, local_port;
};

static void
name_endpoints(int fd, const struct sockaddr_storage *peer, socklen_t len,
    struct endpoints *names)
{
	struct sockaddr_storage local = { 0 };
	socklen_t local_len = sizeof(local);

	sockets_name(peer, len, names->remote, &names->remote_port);
	if (getsockname(fd, (struct sockaddr *)&local, &local_len) == -1)
		local_len = 0;
	sockets_name(&local, local_len, names->local, &names->local_port);
}

/* 0..99, without bias. Without randomness the strictest answer. */
static unsigned
throw_dice(void)
{
	uint8_t byte;

	do {
		if (getrandom(&byte, 1, 0) != 1)
			return 0;
	} while (byte >= 200);
	return byte % 100;
}

static void
report_hidden(const struct drop_log *drop_log, unsigned hidden)
{
	if (hidden != 0)
		log_info("%s logging rate-limited: additional %u connections "
		    "dropped", drop_log->limits->name, hidden);
}

static void
drops_are_over(void *arg)
{
	struct drop_watch *watch = arg;

	report_hidden(&watch->log, drop_log_quiet(&watch->log,
	    clock_now_ms(watch->loop->clock)));
}

static void
drop(struct listener *listener, int fd, const struct endpoints *names,
    enum verdict verdict, const struct admission_question *question)
{
	struct drop_watch *watch = verdict == VERDICT_PENALTY ?
	    &listener->penalty_drops : &listener->startup_drops;
	struct drop_log_result log = drop_log_event(&watch->log,
	    clock_now_ms(listener->loop.clock));

	report_hidden(&watch->log, log.report);
	if (!log.show)
		loop_timer_set(&listener->loop, &watch->timer,
		    watch->log.limits->quiet_ms, drops_are_over, watch);
	log_at(log.show ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG3,
	    "drop connection #%u from [%s]:%u on [%s]:%u %s",
	    question->startups, names->remote, names->remote_port,
	    names->local, names->local_port,
	    admission_reason(verdict, question));
	(void)send(fd, not_now, strlen(not_now), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/*
 * An idle monitor may have died just now: then the next one. False, logged,
 * when there is none to be had.
 */
static bool
hand_over(struct listener *listener, int fd, const struct endpoints *names)
{
	for (size_t tries = 0; tries <= POOL_MAX; tries++) {
		struct child *child = pool_take(listener);

		if (child == NULL)
			return false;
		if (monitors_connect(listener, child, fd, names->remote,
		    names->remote_port)) {
			child_set_addresses(child, names->remote,
			    names->local);
			listener_show_title(listener);
			return true;
		}
		ipc_clear(&child->ipc);
	}
	log_error("no monitor takes the connection from %s port %u",
	    names->remote, names->remote_port);
	return false;
}

static void
ask_about_source(struct listener *listener, const char *remote,
    struct admission_question *question)
{
	const struct conf *conf = &listener->snapshot.conf;
	struct ip_addr ip = { .family = 0 };
	struct cidr source;

	question->source_limit = conf->per_source_max_startups;
	if (!ip_parse(bytes_str(remote), &ip))
		return;
	source = penalties_source(conf, &ip);
	if (question->source_limit != CONF_UNLIMITED)
		question->source_startups = children_startups_from(
		    &listener->children, &source);
	if (!monitors_is_exempt(conf, remote))
		question->penalty = penalties_refusal(&listener->penalties,
		    &conf->per_source_penalties, &source,
		    clock_now_ms(listener->loop.clock));
}

/* False: we are short of something, better wait before the next one. */
static bool
serve(struct listener *listener, int fd, const struct sockaddr_storage *peer,
    socklen_t peer_len)
{
	const struct conf *conf = &listener->snapshot.conf;
	const struct startup_limits limits = { conf->max_startups_begin,
	    conf->max_startups_rate, conf->max_startups_full };
	struct admission_question question = {
		.startups = children_startups(&listener->children),
		.dice = throw_dice(),
	};
	enum verdict verdict;
	struct endpoints names;

	listener->accepted++;
	name_endpoints(fd, peer, peer_len, &names);
	ask_about_source(listener, names.remote, &question);
	verdict = admission_decide(&limits, &question);
	if (verdict == VERDICT_ADMIT)
		return hand_over(listener, fd, &names);
	drop(listener, fd, &names, verdict, &question);
	return true;
}

void
accept_update(struct listener *listener)
{
	bool on = !listener->accept_pause.linked &&
	    !signer_is_awaited(listener);

	for (size_t i = 0; i < listener->sockets.count; i++)
		loop_modify(&listener->loop, &listener->sockets.v[i]->watch,
		    on ? EPOLLIN : 0);
}

static void
resume(void *arg)
{
	accept_update(arg);
}

/* The rest waits in the backlog: better than to drop it. */
static void
pause_accepting(struct listener *listener)
{
	loop_timer_set(&listener->loop, &listener->accept_pause,
	    ACCEPT_PAUSE_MS, resume, listener);
	accept_update(listener);
}

/* Does this error of accept() go away when we wait? */
static bool
is_shortage(int code)
{
	return code == EMFILE || code == ENFILE || code == ENOBUFS ||
	    code == ENOMEM;
}

/* It lasts until somebody leaves; ten times a second is no news. */
static void
tell_shortage(struct listener *listener, int code)
{
	int64_t now_ms = clock_now_ms(listener->loop.clock);

	if (now_ms < listener->shortage_quiet_ms)
		return;
	listener->shortage_quiet_ms = now_ms + ACCEPT_TELL_MS;
	log_error("accept: %s: new connections wait%s", strerror(code),
	    code == EMFILE ? "; raise LimitNOFILE= of the service "
	    "(ulimit -n)" : code == ENFILE ? "; raise fs.file-max" : "");
}

static void
accept_event(void *arg, uint32_t events)
{
	struct listen_socket *s = arg;
	struct listener *listener = s->owner;

	(void)events;
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		struct sockaddr_storage peer = { 0 };
		socklen_t len = sizeof(peer);
		int fd = accept4(s->fd, (struct sockaddr *)&peer, &len,
		    SOCK_CLOEXEC);
		bool served;

		if (fd == -1 && is_shortage(errno)) {
			tell_shortage(listener, errno);
			pause_accepting(listener);
			return;
		}
		if (fd == -1) {
			/* others are about one connection that has gone */
			if (errno == EAGAIN)
				return;
			continue;
		}
		served = serve(listener, fd, &peer, len);
		close(fd);
		if (!served) {
			pause_accepting(listener);
			return;
		}
	}
}

bool
accept_start(struct listener *listener, struct err *err)
{
	for (size_t i = 0; i < listener->sockets.count; i++) {
		struct listen_socket *s = listener->sockets.v[i];

		s->owner = listener;
		if (!s->watch.active && !loop_watch(&listener->loop, &s->watch,
		    s->fd, EPOLLIN, accept_event, s, err))
			return false;
	}
	accept_update(listener);
	return true;
}

int
accept_one(struct listener *listener)
{
	struct pollfd fds[SOCKETS_MAX];
	size_t count = listener->sockets.count;

	for (size_t i = 0; i < count; i++)
		fds[i] = (struct pollfd){ .fd = listener->sockets.v[i]->fd,
		    .events = POLLIN };
	for (;;) {
		if (poll(fds, count, -1) == -1 && errno != EINTR)
			return -1;
		for (size_t i = 0; i < count; i++) {
			int fd = fds[i].revents == 0 ? -1 :
			    accept4(fds[i].fd, NULL, NULL, SOCK_CLOEXEC);

			if (fd != -1)
				return fd;
		}
	}
}
