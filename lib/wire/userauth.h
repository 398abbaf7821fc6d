/* SPDX-License-Identifier: ISC */
/*
 * userauth - the messages of the authentication protocol.
 *
 * Shapes:  RFC 4252; a request's head, then the fields of its method.
 * Units:   bytes.
 * Errors:  as reader.h and writer.h.
 * Owns:    nothing: parsed fields borrow.
 * Source:  RFC 4252 sections 5 to 9; RFC 4256 section 3; OpenSSH PROTOCOL (hostbound).
 */
#ifndef LIB_WIRE_USERAUTH_H
#define LIB_WIRE_USERAUTH_H

#include "lib/base/limits.h"
#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

/* All parse functions start behind the message number; so do builders. */

struct userauth_request {		/* RFC 4252 5; method fields follow */
	struct bytes user, service, method;
};

MUST_CHECK bool userauth_request_parse(struct reader *r,
    struct userauth_request *m, struct err *err);

struct userauth_pubkey {		/* RFC 4252 7 */
	bool has_signature;		/* else a query */
	struct bytes algorithm, key;
	struct bytes host_key;		/* hostbound form only */
	struct bytes signature;
};

/* The fields behind method "publickey", or its hostbound form. */
MUST_CHECK bool userauth_pubkey_parse(struct reader *r, bool hostbound,
    struct userauth_pubkey *m, struct err *err);

struct userauth_password {		/* RFC 4252 8 */
	bool is_change;
	struct bytes password;		/* a change: the old one */
	struct bytes new_password;	/* a change only */
};

/*
 * The fields behind method "password". A password has no limit but the
 * packet's: one that is too long is wrong, not malformed.
 */
MUST_CHECK bool userauth_password_parse(struct reader *r,
    struct userauth_password *m, struct err *err);

/* The fields behind method "keyboard-interactive", RFC 4256 3.1. */
MUST_CHECK bool userauth_kbdint_parse(struct reader *r, struct bytes *devices,
    struct err *err);

struct userauth_info_response {		/* RFC 4256 3.4 */
	uint32_t count;			/* <= KBDINT_ANSWERS_MAX */
	struct bytes answers;		/* run of count strings */
};

MUST_CHECK bool userauth_info_response_parse(struct reader *r,
    struct userauth_info_response *m, struct err *err);

struct userauth_info_request {		/* RFC 4256 3.2 */
	struct bytes instruction;
	struct bytes prompts;		/* run of strings */
	uint32_t echo;			/* bit i: of prompt i */
};

/* *count: of prompts. Fails when they are no run of at most 32 strings. */
MUST_CHECK bool userauth_info_request_build(
    const struct userauth_info_request *m, struct writer *w, uint32_t *count,
    struct err *err);

struct userauth_hostbased {		/* RFC 4252 9 */
	struct bytes algorithm, key;
	struct bytes client_host, client_user;
	struct bytes signature;
};

/* The fields behind method "hostbased". */
MUST_CHECK bool userauth_hostbased_parse(struct reader *r,
    struct userauth_hostbased *m, struct err *err);

/* RFC 4252 5.1; methods is a name-list. */
void userauth_failure_build(struct bytes methods, bool partial_success,
    struct writer *w);
/* RFC 4252 5.4, without a language. */
void userauth_banner_build(struct bytes text, struct writer *w);
/* RFC 4252 7: this key would do. */
void userauth_pk_ok_build(struct bytes algorithm, struct bytes key,
    struct writer *w);

#endif
