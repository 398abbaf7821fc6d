/* SPDX-License-Identifier: ISC */
/*
 * conn - the net process: everything about the one connection it serves.
 *
 * Shapes:  one struct, passed first; states by RFC phase.
 * Units:   -
 * Errors:  a handler returns false and the connection ends with the SSH
 *          disconnect reason that conn_reason() finds for the error.
 * Owns:    transport, authentication dialogue, channels, both IPC sockets.
 * Source:  RFC 4251 section 4; DESIGN.md section 1.
 */
#ifndef SSHD_NET_CONN_H
#define SSHD_NET_CONN_H

#include "lib/base/log.h"
#include "lib/base/loop.h"
#include "lib/base/title.h"
#include "lib/ipc/ipc.h"
#include "lib/wire/reader.h"
#include "lib/wire/transport.h"
#include "sshd/net/auth.h"
#include "sshd/net/channels.h"
#include "sshd/net/log_gather.h"
#include "sshd/net/messages.h"
#include "sshd/net/transport.h"

enum conn_state {
	CONN_VERSION	= 1 << 0,	/* identification lines */
	CONN_KEX	= 1 << 1,	/* first key exchange */
	CONN_SERVICE	= 1 << 2,	/* waiting for ssh-userauth */
	CONN_AUTH	= 1 << 3,
	CONN_OPEN	= 1 << 4,	/* logged in */
	CONN_CLOSING	= 1 << 5,	/* DISCONNECT queued or peer gone */
	/* only in msg_rows: logged in, and the peer sent a KEXINIT */
	CONN_REKEY	= 1 << 6,
};

/* IPC NET_SETUP, copied: slices borrow from storage. */
struct setup {
	uint8_t *storage;
	struct bytes version;		/* V_S */
	struct bytes kex_algorithms, ciphers, macs, compression;
	struct bytes host_keys;		/* run of algorithm name, K_S */
	struct bytes host_key_algorithms;	/* name-list of the above */
	struct bytes server_sig_algs;
	struct bytes prove_keys;	/* run of plain K_S */
};

/* qos.c */
struct qos {
	uint32_t interactive, bulk, now;
	uint32_t terminal_count;
	int unsent_max;			/* TCP_NOTSENT_LOWAT */
};

/* session_limits.c */
struct limits {
	uint32_t idle_s, duration_s;
	bool notice_due;		/* of the end of the connection */
	struct timer idle_timer, duration_timer;
};

struct conn {
	enum conn_state state;
	struct loop loop;
	struct title title;
	struct ipc monitor;		/* blocking; see conn_ask() */
	struct watch monitor_watch;	/* only to see it go */
	struct ipc session;		/* fd -1 until login */
	struct setup setup;
	struct transport transport;
	struct auth auth;
	struct channels channels;
	struct qos qos;
	bool log_forwards;
	struct log_gather log_gather;
	struct limits limits;
	char peer_address[64];
	uint32_t peer_port;
	/* who, for titles and log lines, cleaned as the monitor does it */
	bool named;			/* by an authentication request */
	char user[LOG_SAFE_MAX];	/* may be empty when named */
	uint32_t alive_interval_s, alive_count_max, alive_missed;
	struct timer alive_timer;
	struct timer linger_timer;	/* CONN_CLOSING: nothing is taken */
	int exit_status;		/* 0 after an orderly end, else 255 */
};

/* NET: takes monitor_fd. The clock is the system's unless a test gives one. */
MUST_CHECK bool conn_init(struct conn *conn, int monitor_fd,
    const struct clock *clock, struct err *err);
void conn_clear(struct conn *conn);
/* NET: copies what the monitor said at start-up. */
MUST_CHECK bool conn_setup(struct conn *conn, const struct ipc_NET_SETUP *m,
    struct err *err);
/* NET: takes the descriptors and begins; out_fd may be in_fd. */
MUST_CHECK bool conn_start(struct conn *conn,
    const struct ipc_NET_CONNECTION *m, int in_fd, int out_fd,
    struct err *err);
/* NET: one round of the loop; false once the connection is over. */
bool conn_step(struct conn *conn, int max_wait_ms);

/*
 * NET: asks the monitor and waits for the one answer, of type `answer`.
 * Everything else that arrives is an error. Before login, a client that leaves
 * meanwhile ends the connection. After login too: the monitor answers at once
 * (signatures). The message borrows from conn->monitor until
 * the next question; ipc_message_clear() when it carries a descriptor.
 */
MUST_CHECK bool conn_ask(struct conn *conn, enum ipc_id question,
    const void *fields, enum ipc_id answer, struct ipc_message *reply,
    struct err *err);

/* NET: the same where there are two answers; reply->id says which. */
MUST_CHECK bool conn_ask_either(struct conn *conn, enum ipc_id question,
    const void *fields, enum ipc_id answer, enum ipc_id other,
    struct ipc_message *reply, struct err *err);

/*
 * NET: sends DISCONNECT (RFC 4253 11.1), logs
 * "Disconnecting WHO ADDR port PORT: TEXT", and ends after flushing. The
 * caller then returns true; no further packet is handled.
 */
void conn_disconnect(struct conn *conn, uint32_t reason, const char *text);
/* NET: the same without the line; the caller has written a better one. */
void conn_part(struct conn *conn, uint32_t reason, const char *text);
/*
 * NET: DISCONNECT with text, and the line
 * "ssh_dispatch_run_fatal: Connection from WHO ADDR port PORT: LOG_REASON".
 */
void conn_abort(struct conn *conn, uint32_t reason, const char *text,
    const char *log_reason);
/* NET: conn_abort() after a handler's error. */
void conn_fail(struct conn *conn, const struct err *err);
/* NET: reading or writing failed: the peer is gone. Writes the line. */
void conn_lost(struct conn *conn, const struct err *err, bool reading);
/* NET: the end without a line or a message; what is queued still leaves. */
void conn_end(struct conn *conn, int exit_status);
/* SSH disconnect reason (RFC 4253 11.1) for an error. */
uint32_t conn_reason(enum err_code code);
/* What the log says about an error, in OpenSSH's words where it has some. */
const char *conn_log_reason(const struct err *err);

/*
 * "user fred ADDR port P", "authenticating user fred ADDR port P", or without
 * a user before there is one: for log lines. The monitor, which knows,
 * replaces "authenticating" by "invalid".
 */
const char *conn_who(const struct conn *conn, char *buf, size_t len);

#define CONN_WHO_MAX	(LOG_SAFE_MAX + 128)	/* address and words, too */

#endif
