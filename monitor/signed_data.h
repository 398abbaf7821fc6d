/* SPDX-License-Identifier: ISC */
/*
 * signed_data - the bytes that a signature of a user must cover.
 *
 * Shapes:  built from what the monitor knows; nothing comes ready-made from
 *          the network process.
 * Units:   bytes.
 * Errors:  ERR_NOMEM, ERR_RANGE.
 * Owns:    the result is malloc'ed, the caller's.
 * Source:  RFC 4252 sections 7, 9; OpenSSH PROTOCOL (publickey-hostbound-v00).
 */
#ifndef MONITOR_SIGNED_DATA_H
#define MONITOR_SIGNED_DATA_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

struct signed_userauth {
	struct bytes session_id;
	struct bytes user;		/* as sent, with a style */
	const char *service;
	struct bytes algorithm, key;
	bool hostbound;
	struct bytes host_key;		/* K_S of the first exchange */
};

/* RFC 4252 section 7, with the host key behind it when hostbound. */
MUST_CHECK bool signed_userauth_build(const struct signed_userauth *in,
    uint8_t **out, size_t *out_len, struct err *err);
struct signed_hostbased {
	struct bytes session_id;
	struct bytes user;		/* as sent, with a style */
	const char *service;
	struct bytes algorithm, key;
	struct bytes client_host, client_user;	/* as sent */
};

/* RFC 4252 section 9. */
MUST_CHECK bool signed_hostbased_build(const struct signed_hostbased *in,
    uint8_t **out, size_t *out_len, struct err *err);

#endif
