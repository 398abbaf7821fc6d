/* SPDX-License-Identifier: ISC */
/*
 * setup - how a signer gets its configuration and the host keys.
 *
 * Shapes:  SIGNER_SETUP in, HOST_KEYS out.
 * Units:   -
 * Errors:  false: this signer is of no use.
 * Owns:    nothing.
 * Source:  lib/ipc/messages.h.
 */
#ifndef SIGNER_SETUP_H
#define SIGNER_SETUP_H

#include "signer/signer.h"

/* SIGNER: waits for the listener's message; opens the log. */
MUST_CHECK bool setup_receive(struct signer *signer, struct err *err);
/* SIGNER: loads the keys and tells the listener what is public. */
MUST_CHECK bool setup_keys(struct signer *signer, struct err *err);

#endif
