/* SPDX-License-Identifier: ISC */
#include "sshd/listener/monitors.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <sys/sysinfo.h>

#include "lib/base/log.h"
#include "lib/base/reap.h"

/* The states in which messages of a child in this state are legal. */
static unsigned
receiver_states(const struct child *child)
{
	static const unsigned states[] = {
		[CHILD_STARTING] = LIS_STARTING,
		[CHILD_WARM] = LIS_WARM,
		/* READY may still be on its way: see IPC_CONNECTION */
		[CHILD_SERVING] = LIS_SERVING | LIS_STARTING,
		[CHILD_LOGGED_IN] = LIS_SERVING,
	};

	return states[child->state];
}

/* The rows of the table for MONITOR_TO_LISTENER that can come here. */
static void
handle_message(struct listener *listener, struct child *child,
    struct ipc_message *message)
{
	if (message->id == IPC_CHECKING) {
		leaving_watch(&child->leaving, &listener->loop,
		    ipc_take_fd(message, 0));
		return;
	}
	if (message->id == IPC_READY) {
		listener->pool.retry_ms = 0;
		if (child->state == CHILD_STARTING)
			children_set_state(&listener->children, child,
			    CHILD_WARM);
		return;
	}
	if (message->id != IPC_AUTHENTICATED)
		return;
	children_set_state(&listener->children, child, CHILD_LOGGED_IN);
	leaving_clear(&child->leaving);
	listener_show_title(listener);
	/* nothing is left to say; a descriptor for each session would add up */
	ipc_clear(&child->ipc);
}

static void
child_event(void *arg, uint32_t events)
{
	struct child *child = arg;
	struct listener *listener = child->owner;
	struct ipc_message message;
	struct err err;
	bool got;

	(void)events;
	while (child->ipc.fd != -1) {
		if (!ipc_recv(&child->ipc, receiver_states(child), &message,
		    &got, &err))
			break;
		if (!got)
			return;
		handle_message(listener, child, &message);
		ipc_message_clear(&message);
	}
	if (child->ipc.fd == -1)
		return;
	if (err.code != ERR_CLOSED) {
		log_error("session process %d: %s: %s", (int)child->pid,
		    err.what, err_text(&err));
		(void)kill(child->pid, SIGKILL);
	}
	pool_forget(listener, child);
	ipc_clear(&child->ipc);
}

bool
monitors_watch(struct listener *listener, struct child *child, struct err *err)
{
	child->owner = listener;
	return ipc_watch(&child->ipc, &listener->loop, child_event, child, err);
}

struct child *
monitors_start(struct listener *listener)
{
	struct child *child;
	struct ipc ipc;
	struct err err;
	pid_t pid;

	if (!signer_is_there(listener))
		return NULL;
	if (!spawn_monitor(&listener->spawner, &listener->snapshot, &pid, &ipc,
	    &err)) {
		log_error("%s: %s", err.what, err_text(&err));
		return NULL;
	}
	/* without an entry its exit is reaped silently, its socket is closed */
	if ((child = children_add(&listener->children, pid, &ipc)) == NULL) {
		log_error("out of memory");
		ipc_clear(&ipc);
		return NULL;
	}
	if (!monitors_watch(listener, child, &err)) {
		log_error("%s: %s", err.what, err_text(&err));
		child->discarded = true;
		ipc_clear(&child->ipc);
		return NULL;
	}
	return child;
}

static uint64_t
host_memory(void)
{
	struct sysinfo host;

	return sysinfo(&host) == -1 ? 0 : (uint64_t)host.totalram *
	    host.mem_unit;
}

bool
monitors_connect(struct listener *listener, struct child *child, int fd,
    const char *remote, unsigned remote_port)
{
	const struct ipc_CONNECTION connection = {
		.number = listener->accepted,
		.window_growth = children_give_window(&listener->children,
		    child, host_memory()),
		.peer_address = bytes_str(remote),
		.peer_port = remote_port,
	};
	uint32_t grace_s = listener->snapshot.conf.login_grace_time;
	struct err err;

	if (!ipc_send_fds(&child->ipc, IPC_CONNECTION, &connection, &fd, 1,
	    &err))
		return false;
	children_set_state(&listener->children, child, CHILD_SERVING);
	if (grace_s != 0)
		child->grace_ends_ms = clock_now_ms(listener->loop.clock) +
		    (int64_t)grace_s * 1000;
	return true;
}

bool
monitors_is_exempt(const struct conf *conf, const char *remote)
{
	const char *list = conf->per_source_penalty_exempt_list;
	const struct ip_text address = ip_text_of(remote);

	return list != NULL && addr_list_match(bytes_str(list), &address) ==
	    PATTERN_YES;
}

static void
log_penalty(const struct cidr *source, enum child_end end,
    const struct penalty_result *result)
{
	const char *family = source->net.family == AF_INET ? "ipv4" : "ipv6";
	const char *reason = penalties_reason(end);
	char net[INET6_ADDRSTRLEN + 8] = "";
	size_t len;

	(void)inet_ntop(source->net.family, source->net.b, net, sizeof(net));
	len = strlen(net);
	snprintf(net + len, sizeof(net) - len, "/%u", source->bits);
	switch (result->change) {
	case PENALTY_NONE:
	case PENALTY_RAISED:
		return;
	case PENALTY_NEW:
		log_at(result->active ? LOG_LEVEL_INFO : LOG_LEVEL_VERBOSE,
		    "srclimit_penalise: %s: new %s %s penalty of %.3f seconds "
		    "for %s", family, net, result->active ? "active" :
		    "deferred", (double)result->left_ms / 1000, reason);
		return;
	case PENALTY_ACTIVATED:
		log_info("srclimit_penalise: %s: activating %s penalty of "
		    "%.3f seconds for %s", net, family,
		    (double)result->left_ms / 1000, reason);
		return;
	case PENALTY_FULL:
		log_verbose("srclimit_penalise: %s penalty table full, cannot "
		    "penalise %s for %s", family, net, reason);
		return;
	}
}

static void
penalise(struct listener *listener, const char *remote,
    const struct ip_addr *ip, enum child_end end)
{
	const struct conf *conf = &listener->snapshot.conf;
	struct penalty_result result;
	struct cidr source;

	if (ip->family == 0 || monitors_is_exempt(conf, remote))
		return;
	source = penalties_source(conf, ip);
	result = penalties_add(&listener->penalties,
	    &conf->per_source_penalties, &source, end,
	    clock_now_ms(listener->loop.clock));
	log_penalty(&source, end, &result);
}

static void
reap_child(struct listener *listener, struct child *child, int status)
{
	char remote[sizeof(child->remote)];
	struct ip_addr ip = child->ip;
	enum child_end end;

	memcpy(remote, child->remote, sizeof(remote));
	pool_forget(listener, child);
	end = children_ended(&listener->children, child, status,
	    clock_now_ms(listener->loop.clock));
	penalise(listener, remote, &ip, end);
}

static void
process_ended(void *arg, pid_t pid, int status)
{
	struct listener *listener = arg;
	struct child *child;

	if (signer_has_ended(listener, pid, status) ||
	    newer_has_ended(listener, pid, status) ||
	    (child = children_find(&listener->children, pid)) == NULL)
		return;
	/* its last messages may still lie in the socket */
	child_event(child, EPOLLIN);
	reap_child(listener, child, status);
}

void
monitors_reap(struct listener *listener)
{
	unsigned startups = children_startups(&listener->children);

	reap_ended(process_ended, listener);
	if (startups != children_startups(&listener->children))
		listener_show_title(listener);
}
