/* SPDX-License-Identifier: ISC */
/*
 * private_pem - private key files that OpenSSL and older ssh-keygen write.
 *
 * Shapes:  PEM: "RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY".
 * Units:   bytes.
 * Errors:  ERR_DENIED for an encrypted key, ERR_FORMAT for all else.
 * Owns:    nothing; *out is the caller's.
 * Source:  RFC 7468; 8017 A.1.2, 5915, 5208, 8410; libcrypto decodes.
 */
#ifndef KEYS_PRIVATE_PEM_H
#define KEYS_PRIVATE_PEM_H

#include "keys/private_fields.h"

MUST_CHECK bool private_pem_parse(struct bytes text,
    struct private_parts *out, struct err *err);

#endif
