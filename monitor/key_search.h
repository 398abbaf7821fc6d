/* SPDX-License-Identifier: ISC */
/*
 * key_search - may the user log in with this key or certificate?
 *
 * Shapes:  the places in their order: the files of AuthorizedKeysFile, then
 *          TrustedUserCAKeys for a certificate, then AuthorizedKeysCommand.
 * Units:   -
 * Errors:  what can't be read is logged and passed over; false only when the
 *          process has to end.
 * Owns:    on success the caller owns *options.
 * Source:  sshd(8), AUTHORIZED_KEYS FILE FORMAT; OpenSSH's log lines.
 */
#ifndef MONITOR_KEY_SEARCH_H
#define MONITOR_KEY_SEARCH_H

#include "keys/authorized_keys.h"
#include "monitor/key_check.h"
#include "monitor/peer.h"
#include "monitor/user.h"
#include "sshd/config/config.h"

struct key_search {
	const struct conf *conf;
	const struct user *user;
	const struct peer *peer;
	const struct pubkey *key;
	const struct pubkey *ca;	/* of a certificate; else NULL */
	uint64_t now;			/* seconds since 1970 */
	int client_fd;			/* for programs: see struct helper */
};

/*
 * *found: the key is listed, or its certificate accepted, and its options
 * permit its use; *options say for what.
 */
MUST_CHECK bool key_search_run(const struct key_search *search,
    struct key_options *options, bool *found, struct err *err);

/* Who asks, for key_options_permit(). */
struct key_use key_search_use(const struct key_search *search,
    const char *where);
/* "ED25519 SHA256:..." for log lines. */
void key_text(const struct pubkey *key, const char *fingerprint_hash,
    char *out, size_t out_len);
/* The fingerprint alone, or why there is none. */
void key_fingerprint_text(const struct pubkey *key,
    const char *fingerprint_hash, char out[static FINGERPRINT_MAX]);

#endif
