/* SPDX-License-Identifier: ISC */
/*
 * signer_client - the monitor's questions to the signer, which holds the host
 * keys and libcrypto.
 *
 * Shapes:  one question, one answer, waited for. The process that answers is
 *          asked for while nobody waits, or by the first question, and let go
 *          between questions that are far apart.
 * Units:   -
 * Errors:  false: there is no answer, and no fault of a peer's in it; what the
 *          signer found wrong is in *why instead.
 * Owns:    its sockets. Answers borrow from them until the next question.
 * Source:  lib/ipc/messages.h, signer/signer.h.
 */
#ifndef MONITOR_SIGNER_CLIENT_H
#define MONITOR_SIGNER_CLIENT_H

#include "keys/pubkey.h"
#include "lib/ipc/ipc.h"

struct signer_client {
	int service_fd;		/* where SERVE goes; -1: nowhere */
	struct ipc ipc;		/* to the process that serves us; or fd -1 */
	struct ipc_message answer;
	char what[OUTCOME_TEXT_MAX + 1];	/* of the last *why */
};

void signer_client_init(struct signer_client *client);
void signer_client_clear(struct signer_client *client);
/* Has it started, unless it runs. */
MUST_CHECK bool signer_open(struct signer_client *client, struct err *err);
/* It ends; the next question starts another. */
void signer_close(struct signer_client *client);

/* NULL, and *why says so, when there is no signature. */
MUST_CHECK bool signer_sign_exchange(struct signer_client *client,
    const struct ipc_SIGN_EXCHANGE *question,
    const struct ipc_EXCHANGE_SIGNED **answer, struct err *why,
    struct err *err);
MUST_CHECK bool signer_sign_proof(struct signer_client *client,
    const struct ipc_SIGN_PROOF *question,
    const struct ipc_PROOF_SIGNED **answer, struct err *why,
    struct err *err);
/* As pubkey_verify() and cert_check_signature(), with the result in *holds. */
MUST_CHECK bool signer_verify(struct signer_client *client,
    const struct ipc_VERIFY *question, struct sig_details *details,
    bool *holds, struct err *why, struct err *err);
MUST_CHECK bool signer_check_cert(struct signer_client *client,
    const struct pubkey *cert, const char *ca_algorithms, bool *holds,
    struct err *why, struct err *err);

#endif
