/* SPDX-License-Identifier: ISC */
/*
 * monitor - the privileged process that decides about one connection.
 *
 * Shapes:  one struct, passed first; its state is a bit MON_* of
 *          lib/ipc/messages.h.
 * Units:   -
 * Errors:  a handler returns false and the connection ends: as an attack
 *          when the message broke the rules, else as a failure of ours.
 * Owns:    the sockets to listener, net and session, both processes, the
 *          configuration, the public host keys, what is known about the user.
 * Source:  DESIGN.md sections 1 and 2.
 */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include "keys/host_keys.h"
#include "lib/base/loop.h"
#include "lib/base/title.h"
#include "lib/crypto/digest.h"
#include "lib/ipc/ipc.h"
#include "monitor/auth.h"
#include "monitor/child.h"
#include "monitor/grace.h"
#include "monitor/leftovers.h"
#include "monitor/limits.h"
#include "monitor/moduli.h"
#include "monitor/pam_stack.h"
#include "monitor/peer.h"
#include "monitor/records.h"
#include "monitor/signer_client.h"
#include "monitor/user.h"
#include "sshd/config/config.h"

/* How a monitor ends: sshd(8), EXIT STATUS. */
enum monitor_exit {
	MONITOR_EXIT_OK = 0,
	MONITOR_EXIT_CRASH = 4,		/* net or session died by a signal */
	MONITOR_EXIT_AUTH_FAILED = 5,
	MONITOR_EXIT_REFUSED = 6,	/* RefuseConnection */
	MONITOR_EXIT_INVALID_USER = 7,
	MONITOR_EXIT_OURS = 8,		/* the peer is not to blame */
	MONITOR_EXIT_FATAL = 255,
};

/* What the group exchange in progress was given. */
struct gex {
	struct gex_wish wish;
	struct moduli_group group;
	bool given;
};

struct monitor {
	unsigned state;			/* one MON_* bit */
	uint32_t flags;			/* enum setup_flags */
	enum log_level debug_level;	/* of -d: the level is no lower */
	struct limits user_limits;	/* of the user's programs */
	bool is_root;
	struct loop loop;
	struct title title;

	struct ipc listener, net, session;	/* fd -1: none */
	struct child net_child, session_child;
	struct signer_client signer;
	int net_program, session_program, log_fd;
	int signal_fd;
	struct watch signal_watch;
	struct timer end_timer;
	struct timer duration_timer;	/* SessionMaxDuration */
	struct timer release_timer;	/* once, after login */

	struct bytes snapshot, keys_map;	/* mapped; NULL: none */
	struct config *config;
	struct conf conf;			/* of this connection */
	bool has_conf;
	struct host_keys keys;
	struct bytes offer;		/* run of algorithm, K_S; malloc'ed */
	bool *proved;			/* one for each host key */
	char version[VERSION_LINE_MAX + 1];	/* V_S */

	struct peer peer;
	uint32_t window_growth;		/* for net, from the listener */
	struct gex *gex;		/* NULL: none yet */
	uint8_t session_id[DIGEST_MAX];
	size_t session_id_len;
	struct bytes first_host_key;	/* K_S of the first exchange; owned */
	struct user user;
	struct auth auth;
	struct grace grace;
	struct pam_stack *pam;		/* see account.h */
	struct records records;
	struct leftovers leftovers;
	bool permits_pty;		/* the grant does */

	bool listener_paused;		/* until net is ready */
	bool net_gone, session_gone;
	int exit_code;			/* of this process */
};

/* MONITOR: everything empty, so that monitor_clear() is safe. */
void monitor_init(struct monitor *mon);
/* Ends what still runs, closes the records, wipes. */
void monitor_clear(struct monitor *mon);
/* MONITOR: from SETUP to the end; returns the exit status. */
int monitor_run(struct monitor *mon);

/* MONITOR: reads what waits on the socket of net or session. */
void monitor_net_event(void *arg, uint32_t events);
void monitor_session_event(void *arg, uint32_t events);
/* MONITOR: the process behind the session socket ended. */
void monitor_session_exited(void *arg, uint32_t events);
void monitor_net_exited(void *arg, uint32_t events);

/* MONITOR: off while there is nothing that it could use of us. */
MUST_CHECK bool monitor_watch_listener(struct monitor *mon, bool on,
    struct err *err);

/*
 * MONITOR: ends the connection for what went wrong here while a request was
 * handled, whatever the code says; who sent it is not to blame. False, as the
 * handler is to return it, when the other process has closed its end.
 */
bool monitor_give_up(struct monitor *mon, const struct err *err);

#endif
