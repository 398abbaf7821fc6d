/* SPDX-License-Identifier: ISC */
/*
 * proof - what is signed to prove that we hold a host key.
 *
 * Shapes:  a label that no other signature has, session id, key.
 * Units:   bytes.
 * Errors:  ERR_NOMEM.
 * Owns:    the result is malloc'ed, the caller's.
 * Source:  OpenSSH PROTOCOL (hostkeys-prove-00@openssh.com).
 */
#ifndef SIGNER_PROOF_H
#define SIGNER_PROOF_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

MUST_CHECK bool proof_build(struct bytes session_id, struct bytes key,
    uint8_t **out, size_t *out_len, struct err *err);

#endif
