/* SPDX-License-Identifier: ISC */
/*
 * auth_methods - the dialogues that we can lead, one row each.
 *
 * Shapes:  a const table; which methods may be used, and in what order they
 *          are offered, is the monitor's to say.
 * Units:   -
 * Errors:  false ends the connection.
 * Owns:    nothing.
 * Source:  RFC 4252; house style, 30.
 */
#ifndef SSHD_NET_AUTH_METHODS_H
#define SSHD_NET_AUTH_METHODS_H

#include "lib/base/err.h"
#include "lib/wire/userauth.h"

struct conn;

struct auth_method {
	const char *name;		/* RFC 4252 name */
	/* Reads the method's own fields, asks the monitor, answers. */
	bool (*attempt)(struct conn *, const struct userauth_request *,
	    struct reader *, struct err *);
};

extern const struct auth_method auth_none, auth_pubkey, auth_pubkey_hostbound,
    auth_password, auth_kbdint, auth_hostbased;

/* Row i, or NULL behind the last. */
const struct auth_method *auth_method_row(size_t i);
/* NULL: not one of ours. */
const struct auth_method *auth_method_find(struct bytes name);
/* NET: a request that makes no sense to us is one more failure. */
MUST_CHECK bool auth_unknown_attempt(struct conn *conn,
    const struct userauth_request *m, struct err *err);

#endif
