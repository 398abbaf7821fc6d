/* SPDX-License-Identifier: ISC */
/*
 * preauth_monitor - answers every question of a net process under fuzz.
 *
 * Shapes:  a thread at the other end of an IPC pair; what it answers to a
 *          login attempt was set before by the one who makes the attempt.
 * Units:   -
 * Errors:  a question that breaks the table of messages aborts.
 * Owns:    its end of the pair; the session end until it is taken.
 * Source:  lib/ipc/messages.h.
 */
#ifndef REGRESS_FUZZ_PREAUTH_MONITOR_H
#define REGRESS_FUZZ_PREAUTH_MONITOR_H

#include <pthread.h>

#include "lib/ipc/ipc.h"

#define MONITOR_VERSION	"SSH-2.0-Postern_fuzz"

/*
 * Net waits for each answer, so the two threads never look at this at the
 * same time: the sockets between them are the lock.
 */
struct monitor_script {
	uint8_t result;			/* enum auth_result, of the next one */
	bool banner;
	uint32_t alive_interval_s, alive_count_max, max_sessions;
	uint64_t rekey_bytes;
	uint32_t rekey_seconds;
};

struct preauth_monitor {
	struct ipc ipc;
	unsigned state;			/* MON_KEX, ... */
	pthread_t thread;
	struct monitor_script script;
	bool granted;			/* a login was allowed */
	int session_fd;			/* its end for the session; -1 */
};

/* *net_fd is the net side's end. */
void preauth_monitor_start(struct preauth_monitor *monitor, int *net_fd);
struct ipc_NET_SETUP preauth_monitor_setup(void);
/* After the net side closed its end. */
void preauth_monitor_join(struct preauth_monitor *monitor);

#endif
