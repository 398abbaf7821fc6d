/* SPDX-License-Identifier: ISC */
/*
 * forward - sockets that the user's client asks for: connects and listens.
 *
 * Shapes:  CONNECT_* is answered CONNECTED or CONNECT_FAILED; LISTEN_* is
 *          answered SES_DONE, then ACCEPTED for each connection.
 * Units:   ports as on the wire of IPC, checked here.
 * Errors:  what the grant forbids is refused and logged.
 * Owns:    the sockets until they are passed on.
 * Source:  RFC 4254 section 7; OpenSSH PROTOCOL (streamlocal).
 */
#ifndef SSHD_SESSION_FORWARD_H
#define SSHD_SESSION_FORWARD_H

#include "sshd/session/session.h"

#define FORWARDS_MAX	CHANNELS_MAX	/* connects in progress + listeners */

/* RFC 4254 5.1 */
enum open_failure {
	OPEN_PROHIBITED = 1,
	OPEN_CONNECT_FAILED = 2,
	OPEN_UNKNOWN_TYPE = 3,
	OPEN_RESOURCE_SHORTAGE = 4,
};

/*
 * Pure: do these lists of the grant accept host and port? No entry at all
 * accepts everything; "*" stands for any host or port.
 */
bool forward_list_allows(struct bytes list, struct bytes host, uint32_t port,
    bool host_is_pattern);

/* SESSION: answers CONNECT_FAILED. */
void forward_refuse(struct session *ses, uint32_t request,
    enum open_failure reason, const char *text);

/* What is wanted of the grant, and what the rules are called. */
struct forward_rules {
	enum grant_permit permit;
	enum grant_permit by_key;	/* the key is what forbids it */
	const char *keyword;		/* that switches it off */
	const char *list_keyword, *key_option;
	struct bytes list, key_list;
	bool host_is_pattern;
};

/* Pure: the rule that refuses, or NULL. A path has port 0, and no lists. */
const char *forward_refused_by(const struct session *ses,
    const struct forward_rules *rules, struct bytes host, uint32_t port);
/* SESSION: the line of LogForwards for a forward that is not made. */
void forward_log_refused(const struct session *ses, const char *kind,
    struct bytes target, uint32_t port, const char *rule);

bool connect_tcp(struct session *ses, const struct ipc_CONNECT_TCP *m,
    struct err *err);
bool connect_stream(struct session *ses, const struct ipc_CONNECT_STREAM *m,
    struct err *err);
bool listen_tcp(struct session *ses, const struct ipc_LISTEN_TCP *m,
    struct err *err);
bool listen_stream(struct session *ses, const struct ipc_LISTEN_STREAM *m,
    struct err *err);
bool cancel_tcp(struct session *ses, const struct ipc_CANCEL_TCP *m,
    struct err *err);
bool cancel_stream(struct session *ses, const struct ipc_CANCEL_STREAM *m,
    struct err *err);

/* SESSION: a resolver child may have ended; true when pid was one. */
bool connect_child_exited(struct session *ses, pid_t pid);
/* Closes everything; socket files that we made go too. */
void connect_clear(struct session *ses);
void listen_clear(struct session *ses);

#endif
