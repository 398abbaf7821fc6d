/* SPDX-License-Identifier: ISC */
/*
 * host_secrets - the private half of the server's own keys.
 *
 * Shapes:  loaded from files and decoded once, by the process that signs; the
 *          public half (host_keys.h) is what it gives to others.
 * Units:   -
 * Errors:  a file that can't be used is logged with OpenSSH's wording and
 *          left out; host_secrets_load() fails only when memory is out.
 * Owns:    struct host_secrets its keys; secrets are wiped.
 * Source:  sshd(8), FILES.
 *
 * Linked only into the signer.
 */
#ifndef KEYS_HOST_SECRETS_H
#define KEYS_HOST_SECRETS_H

#include "keys/host_keys.h"
#include "keys/private.h"

struct host_secrets {
	struct host_keys keys;
	struct private_key **v;		/* one for each of keys; NULL: only
					   the agent has it */
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

MUST_CHECK bool host_secrets_load(const struct host_keys_files *files,
    struct host_secrets *out, struct err *err);
void host_secrets_clear(struct host_secrets *secrets);
/*
 * Uses each kind of key once, with the public half: what libcrypto looks up
 * at the first use is there from then on. Signs nothing.
 */
void host_secrets_warm(const struct host_secrets *secrets);

/*
 * Is the secret of this key, one of secrets->keys, in a FIDO device, to be
 * asked by way of *out?
 */
MUST_CHECK bool host_secrets_device(const struct host_secrets *secrets,
    const struct host_key *key, struct private_device *out);
/*
 * Signature blob, as private_key_sign(). The agent (HostKeyAgent, or NULL) is
 * asked for a key that only it has.
 */
MUST_CHECK bool host_secrets_sign(const struct host_secrets *secrets,
    const struct host_key *key, const char *agent, struct bytes algorithm,
    struct bytes data, uint8_t *out, size_t cap, size_t *out_len,
    struct err *err);

#endif
