/* SPDX-License-Identifier: ISC */
/*
 * private - private keys: files and signatures.
 *
 * Shapes:  files in OpenSSH, PEM (PKCS#1, SEC1) and PKCS#8 form, unencrypted.
 * Units:   bytes.
 * Errors:  ERR_DENIED for an encrypted file, ERR_FORMAT for anything that
 *          is not exactly one key.
 * Owns:    struct private_key its secrets, wiped by private_key_free().
 * Source:  OpenSSH PROTOCOL.key, RFC 7468, 5208, 5915, 8017.
 *
 * Linked only into the signer and the key tool.
 */
#ifndef KEYS_PRIVATE_H
#define KEYS_PRIVATE_H

#include "keys/pubkey.h"
#include "lib/base/secret.h"

struct private_key;

/* Parses a whole file's text. */
MUST_CHECK bool private_key_parse(struct bytes text, struct private_key **out,
    struct err *err);
void private_key_free(struct private_key *key);
const struct pubkey *private_key_public(const struct private_key *key);
/* What the file says beside the key; may be empty. */
const char *private_key_comment(const struct private_key *key);
/* Of a key whose secret is in a FIDO device: what the device wants. */
struct private_device {
	uint8_t flags;
	struct bytes handle;		/* borrows from the key */
};
/* False for all other keys. */
bool private_key_device(const struct private_key *key,
    struct private_device *out);
/*
 * Signature blob (string name, string bytes) under algorithm, e.g.
 * "rsa-sha2-512"; a certificate algorithm signs as its plain form.
 * ERR_DENIED when a device would have to.
 */
MUST_CHECK bool private_key_sign(const struct private_key *key,
    struct bytes algorithm, struct bytes data, uint8_t *out, size_t cap,
    size_t *out_len, struct err *err);

#endif
