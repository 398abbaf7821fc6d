/* SPDX-License-Identifier: ISC */
/*
 * key_options - the options before a key in authorized_keys, or before a
 * name in a principals file.
 *
 * Shapes:  name[="value"], comma-separated, no blank outside of quotes; \" is
 *          a quote inside of them.
 * Units:   expiry in seconds since 1970.
 * Errors:  one bad option spoils all of them; the reason is static text.
 * Owns:    struct key_options its strings.
 * Source:  sshd(8), AUTHORIZED_KEYS FILE FORMAT; sheet
 *          authorized_keys_and_certs section 2.
 */
#ifndef KEYS_KEY_OPTIONS_H
#define KEYS_KEY_OPTIONS_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "lib/base/limits.h"
#include "lib/base/string_list.h"

#define KEY_TUNNEL_ANY		0x7fffffff
#define KEY_TUNNEL_MAX		0x7ffffffd	/* of a unit that is named */

struct key_options {
	bool port_forwarding, agent_forwarding, x11_forwarding, pty, user_rc;
	bool restricted;		/* "restrict": tun too */
	bool no_touch_required, verify_required;
	bool cert_authority;
	char *command;			/* NULL: none */
	char *principals, *from;	/* NULL: none */
	char *sftp_root;		/* NULL: none */
	char *source_address;		/* of a certificate; NULL: any */
	uint64_t expiry;		/* seconds since 1970; 0: none */
	struct string_list environment;	/* NAME=VALUE, first per name */
	/* "host:port", see lib/base/host_port.h; a bare port is "*:port" */
	struct string_list permit_open, permit_listen;
	int64_t tunnel;			/* -1: not set; or KEY_TUNNEL_ANY */
};

/* Everything permitted, as for a line without options. */
void key_options_init(struct key_options *options);
void key_options_clear(struct key_options *options);
/*
 * Parses the option word(s) at the head of text; *rest begins after the
 * blank that ends them. *options is written whole; on failure it owns nothing
 * and *reason is static text.
 */
MUST_CHECK bool key_options_parse(struct bytes text,
    struct key_options *options, struct bytes *rest, const char **reason);
/* How many bytes of text are the options: up to a blank outside of quotes. */
size_t key_options_len(struct bytes text);

/* YYYYMMDD[HHMM[SS]][Z|UTC], local time without the last; never 0. */
MUST_CHECK bool key_expiry_parse(struct bytes text, uint64_t *seconds);

#endif
