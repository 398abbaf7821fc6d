/* SPDX-License-Identifier: ISC */
/*
 * private_openssh - private key files that ssh-keygen writes.
 *
 * Shapes:  "-----BEGIN OPENSSH PRIVATE KEY-----", base64, the END line; inside
 *          the public key once, then public and private numbers together.
 * Units:   bytes.
 * Errors:  ERR_DENIED for an encrypted key, else as the reader's.
 * Owns:    nothing; *out is the caller's.
 * Source:  OpenSSH PROTOCOL.key.
 */
#ifndef KEYS_PRIVATE_OPENSSH_H
#define KEYS_PRIVATE_OPENSSH_H

#include "keys/private_fields.h"

#define PRIVATE_OPENSSH_BEGIN	"-----BEGIN OPENSSH PRIVATE KEY-----"
#define PRIVATE_OPENSSH_END	"-----END OPENSSH PRIVATE KEY-----"
#define PRIVATE_OPENSSH_MAGIC	"openssh-key-v1"	/* with its NUL */
#define PRIVATE_OPENSSH_BLOCK	8	/* padding of what is not encrypted */

/* Does the text begin as such a file? */
bool private_openssh_is(struct bytes text);
MUST_CHECK bool private_openssh_parse(struct bytes text,
    struct private_parts *out, struct err *err);
/* The text of a file that is not encrypted (private_openssh_build.c). */
MUST_CHECK bool private_openssh_build(const struct private_parts *parts,
    const char *comment, struct secret *text, struct err *err);

#endif
