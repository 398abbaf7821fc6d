/* SPDX-License-Identifier: ISC */
/*
 * host_keys - the server's own keys and certificates.
 *
 * Shapes:  loaded once from files, packed into sealed memory, unpacked by
 *          every monitor; a private key is decoded only when it signs.
 * Units:   -
 * Errors:  a file that can't be used is logged with OpenSSH's wording and
 *          left out; host_keys_load() fails only when memory is out.
 * Owns:    struct host_keys its entries; secrets are wiped.
 * Source:  sshd(8), reference sheet sshd_cli_and_files section 8.
 *
 * Linked only into the monitor and the key tool.
 */
#ifndef KEYS_HOST_KEYS_H
#define KEYS_HOST_KEYS_H

#include "keys/private.h"

#define HOST_KEY_COUNT_MAX	256	/* HostKey lines */

struct host_key {
	struct pubkey *public;
	struct pubkey *cert;		/* NULL: none */
	struct bytes packed;		/* private part, borrowed or owned;
					   empty: only the agent has it */
	struct private_key *private;	/* NULL until it first signs */
	struct secret owned;		/* holds packed after loading */
};

struct host_keys {
	struct host_key *v;
	size_t count;
};

struct host_keys_files {
	const char *const *key_paths;		/* HostKey, in order */
	size_t key_count;
	bool keys_are_default;			/* nobody configured them */
	const char *const *cert_paths;		/* HostCertificate */
	size_t cert_count;
	const char *agent;			/* HostKeyAgent; NULL: none */
	bool devices_can_sign;			/* SecurityKeyProvider */
	unsigned required_rsa_bits;
};

MUST_CHECK bool host_keys_load(const struct host_keys_files *files,
    struct host_keys *out, struct err *err);
void host_keys_clear(struct host_keys *keys);
/* One run of bytes; unpack borrows from it. */
MUST_CHECK bool host_keys_pack(const struct host_keys *keys,
    struct secret *out, struct err *err);
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
struct host_key *host_keys_find(struct host_keys *keys, struct bytes algorithm,
    struct bytes *blob);
/* The key whose plain blob is given; NULL when it is not ours. */
struct host_key *host_keys_find_blob(struct host_keys *keys,
    struct bytes blob);
/*
 * Decodes the key that most clients ask for, Ed25519 or else the first one:
 * for a process that waits. What fails will fail again when it signs.
 */
void host_keys_warm(struct host_keys *keys);
/* Is its secret in a FIDO device, to be asked by way of *out? */
MUST_CHECK bool host_key_device(struct host_key *key,
    struct private_device *out);
/*
 * Signature blob, as private_key_sign(). The first call decodes the key; the
 * agent (HostKeyAgent, or NULL) is asked for one that only it has.
 */
MUST_CHECK bool host_key_sign(struct host_key *key, const char *agent,
    struct bytes algorithm, struct bytes data, uint8_t *out, size_t cap, size_t *out_len,
    struct err *err);

#endif
