/* SPDX-License-Identifier: ISC */
#include "sshd/listener/children.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "lib/base/limits.h"
#include "lib/base/log.h"

/* Exit codes of a monitor that mean something. */
static const enum child_end exit_ends[] = {
	[0] = END_ORDERLY,
	[3] = END_GRACE,
	[4] = END_NET_CRASH,
	[5] = END_AUTH_FAILED,
	[6] = END_REFUSED,
	[7] = END_INVALID_USER,
	[8] = END_OURS,
};

static bool
is_crash(int signal_number)
{
	static const int crashes[] = {
		SIGSEGV, SIGBUS, SIGTRAP, SIGSYS, SIGFPE, SIGILL, SIGABRT,
	};

	for (size_t i = 0; i < ARRAY_LEN(crashes); i++) {
		if (crashes[i] == signal_number)
			return true;
	}
	return false;
}

enum child_end
child_classify(int status, bool logged_in)
{
	enum child_end end = END_NO_AUTH;

	if (WIFSIGNALED(status)) {
		if (is_crash(WTERMSIG(status)))
			return END_CRASH;
		/* the grace timer has the signal's default action */
		if (WTERMSIG(status) == SIGALRM && !logged_in)
			return END_GRACE;
	} else if (WIFEXITED(status)) {
		int code = WEXITSTATUS(status);

		if ((size_t)code < ARRAY_LEN(exit_ends) &&
		    (code == 0 || exit_ends[code] != END_ORDERLY))
			end = exit_ends[code];
	}
	/* what comes after login is the session's affair */
	if (logged_in && end != END_NET_CRASH)
		return END_ORDERLY;
	return end;
}

static struct child **
bucket_of(struct children *children, pid_t pid)
{
	return &children->buckets[(unsigned)pid % CHILDREN_BUCKETS];
}

struct child *
children_add(struct children *children, pid_t pid, struct ipc *ipc)
{
	struct child **bucket = bucket_of(children, pid);
	struct child *child = calloc(1, sizeof(*child));

	if (child == NULL)
		return NULL;
	child->pid = pid;
	child->state = CHILD_STARTING;
	child->leaving = (struct leaving){
		.monitor = pid, .remote = child->remote, .local = child->local,
	};
	child->ipc = *ipc;
	*ipc = (struct ipc){ .fd = -1 };
	child->next = *bucket;
	*bucket = child;
	children->in_state[CHILD_STARTING]++;
	return child;
}

struct child *
children_find(const struct children *children, pid_t pid)
{
	struct child *child =
	    children->buckets[(unsigned)pid % CHILDREN_BUCKETS];

	while (child != NULL && child->pid != pid)
		child = child->next;
	return child;
}

static void
leave_serving(struct child *child)
{
	if (child->state != CHILD_SERVING)
		return;
	*child->at_serving = child->next_serving;
	if (child->next_serving != NULL)
		child->next_serving->at_serving = child->at_serving;
}

static void
enter_serving(struct children *children, struct child *child)
{
	child->next_serving = children->serving;
	child->at_serving = &children->serving;
	if (children->serving != NULL)
		children->serving->at_serving = &child->next_serving;
	children->serving = child;
}

void
children_set_state(struct children *children, struct child *child,
    enum child_state state)
{
	leave_serving(child);
	children->in_state[child->state]--;
	child->state = state;
	children->in_state[state]++;
	if (state == CHILD_SERVING)
		enter_serving(children, child);
}

void
child_set_addresses(struct child *child, const char *remote,
    const char *local)
{
	snprintf(child->remote, sizeof(child->remote), "%s", remote);
	snprintf(child->local, sizeof(child->local), "%s", local);
	if (!ip_parse(bytes_str(remote), &child->ip))
		child->ip = (struct ip_addr){ .family = 0 };
}

unsigned
children_startups_from(const struct children *children,
    const struct cidr *source)
{
	unsigned count = 0;

	for (const struct child *c = children->serving; c != NULL;
	    c = c->next_serving)
		count += cidr_contains(source, &c->ip);
	return count;
}

unsigned
children_startups(const struct children *children)
{
	return children->in_state[CHILD_SERVING];
}

static void
log_end(const struct child *child, enum child_end end, int status)
{
	bool connected = child->state == CHILD_SERVING ||
	    child->state == CHILD_LOGGED_IN;
	char id[160];

	if (connected)
		snprintf(id, sizeof(id), "connection from %s to %s",
		    child->remote, child->local);
	else
		snprintf(id, sizeof(id), "no connection yet");
	if (end == END_GRACE && connected)
		log_info("Timeout before authentication for %s, pid = %d",
		    id, (int)child->pid);
	else if (end == END_NET_CRASH)
		log_info("Session process %d unpriv child crash for %s",
		    (int)child->pid, id);
	else if (WIFSIGNALED(status))
		log_at(end == END_CRASH ? LOG_LEVEL_ERROR : LOG_LEVEL_DEBUG1,
		    "session process %d for %s killed by signal %d",
		    (int)child->pid, id, WTERMSIG(status));
	else if (!WIFEXITED(status))
		log_error("session process %d for %s terminated abnormally, "
		    "status=0x%x", (int)child->pid, id, (unsigned)status);
	else if (!connected && !child->discarded && WEXITSTATUS(status) != 0)
		log_error("session process %d for %s exited with status %d",
		    (int)child->pid, id, WEXITSTATUS(status));
}

/*
 * Who is alone gets the whole of a part of the memory, the second half of
 * it, and so on; few are never short because of others that are idle. What
 * that adds up to has a bound of its own.
 */
uint32_t
children_give_window(struct children *children, struct child *child,
    uint64_t ram)
{
	unsigned connections = 1 + children_startups(children) +
	    children->in_state[CHILD_LOGGED_IN];
	uint64_t all = ram / WINDOW_GROWTH_ALL_PART;
	uint64_t share = ram / WINDOW_GROWTH_PART / connections;

	share = MIN(share, all - MIN(all, children->window_growth));
	child->window_growth = (uint32_t)MIN(share, WINDOW_GROWTH_MAX);
	children->window_growth += child->window_growth;
	return child->window_growth;
}

/* The second of grace.h's timers: a module blocked the signal of the first. */
static bool
is_grace_kill(const struct child *child, int status, int64_t now_ms)
{
	return child->state == CHILD_SERVING && child->grace_ends_ms != 0 &&
	    now_ms >= child->grace_ends_ms && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

enum child_end
children_ended(struct children *children, struct child *child, int status,
    int64_t now_ms)
{
	enum child_end end = child_classify(status,
	    child->state == CHILD_LOGGED_IN);

	/* whoever has something checked has tried: it is not for free */
	if (child->leaving.killed && end == END_NO_AUTH)
		end = END_AUTH_FAILED;
	else if (is_grace_kill(child, status, now_ms))
		end = END_GRACE;
	log_end(child, end, status);
	for (struct child **c = bucket_of(children, child->pid); *c != NULL;
	    c = &(*c)->next) {
		if (*c == child) {
			*c = child->next;
			break;
		}
	}
	leave_serving(child);
	children->in_state[child->state]--;
	children->window_growth -= child->window_growth;
	ipc_clear(&child->ipc);
	leaving_clear(&child->leaving);
	free(child);
	return end;
}

void
children_clear(struct children *children)
{
	for (size_t i = 0; i < CHILDREN_BUCKETS; i++) {
		struct child *child;

		while ((child = children->buckets[i]) != NULL) {
			children->buckets[i] = child->next;
			ipc_clear(&child->ipc);
			leaving_clear(&child->leaving);
			free(child);
		}
	}
	*children = (struct children){ .in_state = { 0 } };
}
