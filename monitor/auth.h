/* SPDX-License-Identifier: ISC */
/*
 * auth - one attempt to log in: who checks it, what it counts, what is said.
 *
 * Shapes:  one struct auth_backend for each method, in its own file; one
 *          list of them. A back end only checks; auth.c judges, counts and
 *          logs; login.c lets in.
 * Units:   -
 * Errors:  a failed attempt is no error. false: the process ends.
 * Owns:    struct auth_attempt what the back end found.
 * Source:  RFC 4252; sshd_config(5), MaxAuthTries; OpenSSH's log lines.
 */
#ifndef MONITOR_AUTH_H
#define MONITOR_AUTH_H

#include "keys/authorized_keys.h"
#include "lib/ipc/ipc.h"
#include "monitor/auth_info.h"
#include "monitor/key_memory.h"
#include "sshd/config/config.h"

struct monitor;

#define AUTH_DETAIL_MAX	512
#define AUTH_FACTS_MAX	256

enum auth_verdict {
	VERDICT_NO,
	VERDICT_KEY_GOOD,	/* a query: this key could be used */
	VERDICT_YES,
	VERDICT_ABANDONED,	/* a dialogue; nobody waits for an answer */
};

/* One attempt, filled by the back end. */
struct auth_attempt {
	enum auth_verdict verdict;
	bool is_decision;	/* a signature or password was asked for */
	bool quiet;		/* no "Failed" line: nothing was tried */
	bool is_attack;		/* net's doing when the check can't be made */
	int64_t start_ns;	/* when work on it began */
	const char *device;	/* of the method; NULL: it has none */
	char detail[AUTH_DETAIL_MAX];	/* behind "ssh2: " in log lines */
	char facts[AUTH_FACTS_MAX];	/* behind the key in SSH_USER_AUTH */
	struct key_options options;	/* what the key may do */
	struct pubkey *key;		/* that was used; NULL: none */
};

typedef MUST_CHECK bool auth_fn(struct monitor *mon,
    const struct ipc_message *message, struct auth_attempt *attempt,
    struct err *err);

struct auth_request {
	enum ipc_id id;
	auth_fn *check;
};

struct auth_backend {
	const char *method;		/* RFC 4252 name */
	bool is_offered;		/* stands in lists of methods */
	bool is_recorded;		/* a failure of it, in btmp */
	bool (*enabled)(const struct conf *conf);
	const struct auth_request *requests;
	size_t request_count;
};

/* Of one connection. */
struct auth {
	uint32_t request_count;
	uint32_t failures;		/* towards MaxAuthTries */
	uint32_t decided_failures;	/* raises the level of log lines */
	bool failure_logged;		/* the exit status tells it */
	bool stranger_recorded;		/* once, by name alone */
	bool over;			/* told to disconnect: no more */
	bool impossible;		/* no method can lead to a login */
	bool password_expired;		/* of the account that got in */
	struct auth_methods *methods;	/* NULL: any one will do */
	struct key_memory key_memory;
	/* of the steps that succeeded */
	struct auth_info info;
	struct pubkey **used_keys;
	size_t used_key_count;
	struct key_options options;	/* what all of them allow */
	bool has_options;
};

/* MONITOR: once, when the user is known. */
MUST_CHECK bool auth_start(struct monitor *mon, struct err *err);
void auth_clear(struct auth *auth);
/* The methods that can continue, comma separated. */
void auth_list_methods(const struct monitor *mon, char *out, size_t out_len);
/* MONITOR: handler of every AUTH_* request. */
MUST_CHECK bool req_auth(struct monitor *mon, struct ipc_message *message,
    struct err *err);
/* "invalid user NAME" or "NAME", for log lines. */
const char *auth_user_text(const struct monitor *mon, char *out,
    size_t out_len);
/* "Postponed METHOD[/DEVICE] for USER": the client has to say more. */
void auth_log_postponed(const struct monitor *mon,
    const struct auth_attempt *attempt);

#endif
