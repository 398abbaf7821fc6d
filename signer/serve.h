/* SPDX-License-Identifier: ISC */
/*
 * serve - the fork of a signer that answers one monitor.
 *
 * Shapes:  a table of questions; each has one answer. A question says what it
 *          is for, and what is signed is put together here: never bytes that
 *          somebody composed.
 * Units:   -
 * Errors:  a question outside the table, or about a key that is not ours,
 *          ends the process; what can't be done is an answer.
 * Owns:    its socket.
 * Source:  lib/ipc/messages.h.
 */
#ifndef SIGNER_SERVE_H
#define SIGNER_SERVE_H

#include "signer/signer.h"

/* SIGNER: takes fd; until the monitor closes its end. Returns exit status. */
int serve(const struct signer *signer, int fd);

#endif
