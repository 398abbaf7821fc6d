/* SPDX-License-Identifier: ISC */
/*
 * agent - an ssh-agent that signs with keys which only it holds.
 *
 * Shapes:  one connection for each question. Messages: uint32 length, byte
 *          type, fields.
 * Units:   bytes; AGENT_WAIT_S seconds for each step.
 * Errors:  ERR_SYS when the agent can't be reached or does not answer in
 *          time, ERR_DENIED when it refuses, else what its answer breaks.
 * Owns:    nothing.
 * Source:  draft-ietf-sshm-ssh-agent sections 3 to 5.
 *
 * Linked only into the signer.
 */
#ifndef KEYS_AGENT_H
#define KEYS_AGENT_H

#include "keys/pubkey.h"

#define AGENT_WAIT_S	10	/* it may ask somebody to confirm */
#define AGENT_REPLY_MAX	262144	/* as OpenSSH's agents send */

/* Does anybody listen there? path may be "SSH_AUTH_SOCK": of that variable. */
MUST_CHECK bool agent_probe(const char *path, struct err *err);
/*
 * A signature blob over data by the key with this blob, under alg; as of
 * private_key_sign().
 */
MUST_CHECK bool agent_sign(const char *path, struct bytes blob,
    const struct sig_alg_row *alg, struct bytes data, uint8_t *out,
    size_t cap, size_t *out_len, struct err *err);

/*
 * Pure: the signature in an answer, from its type on, when it is one by the
 * algorithm that was asked for.
 */
MUST_CHECK bool agent_reply_parse(struct bytes reply,
    const struct sig_alg_row *alg, struct bytes *signature, struct err *err);

#endif
