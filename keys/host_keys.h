/* SPDX-License-Identifier: ISC */
/*
 * host_keys - the public half of the server's own keys, and certificates.
 *
 * Shapes:  loaded by the process that signs (host_secrets.h), packed for all
 *          others. No secret is in here.
 * Units:   -
 * Errors:  bool and struct err.
 * Owns:    struct host_keys its entries.
 * Source:  sshd(8), FILES.
 */
#ifndef KEYS_HOST_KEYS_H
#define KEYS_HOST_KEYS_H

#include "keys/pubkey.h"

#define HOST_KEY_COUNT_MAX	256	/* HostKey lines */

struct host_key {
	struct pubkey *public;
	struct pubkey *cert;		/* NULL: none */
};

struct host_keys {
	struct host_key *v;
	size_t count;
};

void host_keys_clear(struct host_keys *keys);
/* One run of bytes, malloc'ed; and back, as copies. */
MUST_CHECK bool host_keys_pack(const struct host_keys *keys, uint8_t **out,
    size_t *len, struct err *err);
MUST_CHECK bool host_keys_unpack(struct bytes packed, struct host_keys *out,
    struct err *err);

/*
 * What KEXINIT offers: key by key, the key's algorithms and then those of its
 * certificate, as far as `allowed` (comma list of exact names) permits,
 * written as a run of (string algorithm, string K_S). A name appears once.
 */
MUST_CHECK bool host_keys_offer(const struct host_keys *keys,
    const char *allowed, uint8_t *out, size_t cap, size_t *out_len,
    struct err *err);
/* The key and the K_S blob behind an algorithm name; NULL when none. */
const struct host_key *host_keys_find(const struct host_keys *keys,
    struct bytes algorithm, struct bytes *blob);
/* The key whose plain blob is given; NULL when it is not ours. */
const struct host_key *host_keys_find_blob(const struct host_keys *keys,
    struct bytes blob);

#endif
