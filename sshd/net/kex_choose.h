/* SPDX-License-Identifier: ISC */
/*
 * kex_choose - which algorithms two KEXINIT messages lead to.
 *
 * Shapes:  name-lists in, table rows out; the client's order decides.
 * Units:   -
 * Errors:  ERR_NOT_FOUND, with what = the kind that has no match, named as
 *          in the log line; *their_offer is the client's list.
 * Owns:    nothing; names borrow from the client's message.
 * Source:  RFC 4253 section 7.1; RFC 8308; OpenSSH PROTOCOL.
 */
#ifndef SSHD_NET_KEX_CHOOSE_H
#define SSHD_NET_KEX_CHOOSE_H

#include "lib/crypto/kex.h"
#include "lib/crypto/protect.h"
#include "lib/wire/kexinit.h"

struct kex_direction {
	const struct cipher_alg *cipher;
	const struct mac_alg *mac;		/* NULL for an AEAD */
	bool zlib;				/* zlib@openssh.com */
};

struct kex_choice {
	const struct kex_alg *alg;
	struct bytes host_key_algorithm;
	struct kex_direction in, out;		/* as the server sees them */
	bool guess_wrong;	/* a first kex packet must be skipped */
};

MUST_CHECK bool kex_choose(const struct kexinit *client,
    const struct kexinit *server, struct kex_choice *out,
    struct bytes *their_offer, struct err *err);

#endif
