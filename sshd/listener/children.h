/* SPDX-License-Identifier: ISC */
/*
 * children - the monitors that run, from fork to the report of their end.
 *
 * Shapes:  a table by pid; each child is starting, warm, serving before
 *          login, or logged in.
 * Units:   -
 * Errors:  an end that is not orderly is logged with the connection's two
 *          addresses.
 * Owns:    the children's memory and their IPC sockets.
 * Source:  sshd_config(5), LoginGraceTime; OpenSSH's log lines.
 */
#ifndef SSHD_LISTENER_CHILDREN_H
#define SSHD_LISTENER_CHILDREN_H

#include <sys/types.h>

#include "lib/base/cidr.h"
#include "lib/ipc/ipc.h"
#include "sshd/listener/leaving.h"

#define CHILDREN_BUCKETS	1024	/* 10,000 sessions: ten in each */

enum child_state {
	CHILD_STARTING,			/* SETUP sent, not READY */
	CHILD_WARM,
	CHILD_SERVING,			/* has a connection: a startup */
	CHILD_LOGGED_IN,
};

struct child {
	pid_t pid;
	enum child_state state;
	bool discarded;			/* idle, and told to exit */
	struct ipc ipc;			/* closed when all is said */
	char remote[64], local[64];	/* addresses, once serving */
	struct ip_addr ip;		/* of remote; family 0: none */
	struct leaving leaving;
	uint32_t window_growth;		/* what it was given, see below */
	int64_t grace_ends_ms;		/* LoginGraceTime; 0: no end known */
	struct child *next;		/* in its bucket */
	struct child *next_serving, **at_serving;	/* in that list */
	void *owner;			/* for callbacks of its IPC socket */
};

struct children {
	struct child *buckets[CHILDREN_BUCKETS];
	struct child *serving;		/* those of CHILD_SERVING */
	unsigned in_state[CHILD_LOGGED_IN + 1];
	uint64_t window_growth;		/* of all that run */
};

/* What the end of a process means: sources are penalised by it. */
enum child_end {
	END_ORDERLY,
	END_GRACE,			/* LoginGraceTime */
	END_CRASH,
	END_NET_CRASH,			/* its network process crashed */
	END_AUTH_FAILED,
	END_REFUSED,
	END_INVALID_USER,
	END_NO_AUTH,			/* any other failure before login */
	END_OURS,			/* we had no memory for it, or the like */
	END_COUNT
};

/* Pure: from the status of waitpid(). */
enum child_end child_classify(int status, bool logged_in);

/* NULL when memory is out. Moves ipc into the child. */
struct child *children_add(struct children *children, pid_t pid,
    struct ipc *ipc);
struct child *children_find(const struct children *children, pid_t pid);
void children_set_state(struct children *children, struct child *child,
    enum child_state state);
/* Its connection's two addresses, numeric, as in the log. */
void child_set_addresses(struct child *child, const char *remote,
    const char *local);
/* Connections that have not logged in: what MaxStartups counts. */
unsigned children_startups(const struct children *children);
/* Those of them that come from a network. */
unsigned children_startups_from(const struct children *children,
    const struct cidr *source);
/*
 * What the windows of its connection may grow by, on a host with so much
 * memory; it is free again when the child has ended.
 */
uint32_t children_give_window(struct children *children, struct child *child,
    uint64_t ram);
/* Forgets a child that waitpid() returned; logs how it ended. */
enum child_end children_ended(struct children *children, struct child *child,
    int status, int64_t now_ms);
/* Closes our ends: idle ones exit, sessions go on. */
void children_clear(struct children *children);

#endif
