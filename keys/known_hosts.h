/* SPDX-License-Identifier: ISC */
/*
 * known_hosts - lines of ssh_known_hosts and known_hosts files.
 *
 * Shapes:  "[@marker ]hosts type base64[ comment]"; hosts are patterns in a
 *          comma list, or one name as a hash: "|1|salt|hash" in base64.
 * Units:   -
 * Errors:  a line that can't be understood is none.
 * Owns:    struct known_host its key; hosts borrows from the line.
 * Source:  OpenSSH's sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.
 */
#ifndef KEYS_KNOWN_HOSTS_H
#define KEYS_KNOWN_HOSTS_H

#include "keys/pubkey.h"

enum known_marker { KNOWN_PLAIN, KNOWN_CA, KNOWN_REVOKED };

struct known_host {
	enum known_marker marker;
	struct bytes hosts;
	struct pubkey *key;
};

/* What a file says of a key and a host; later values are stronger. */
enum known_status {
	KNOWN_NEW,		/* nothing of the host */
	KNOWN_CHANGED,		/* of the host, but not this key */
	KNOWN_OK,
	KNOWN_IS_REVOKED,
};

/* True: *out is to be cleared. */
bool known_host_parse(struct bytes line, struct known_host *out);
void known_host_clear(struct known_host *known);
/* Is name, in any case, one of the hosts of a line? */
bool known_host_matches(struct bytes hosts, struct bytes name);
/*
 * Strengthens *status by one line: a plain key has to be listed as it is, a
 * certificate by its CA behind @cert-authority; @revoked names either.
 */
void known_host_judge(const struct known_host *known,
    const struct pubkey *key, const struct pubkey *ca,
    enum known_status *status);

#endif
