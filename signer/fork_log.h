/* SPDX-License-Identifier: ISC */
/*
 * fork_log - what the forks of a signer have to tell, written by the parent.
 *
 * Shapes:  FORK_LOG over one socket pair that all forks share. syslog(3) finds
 *          a logger that was started anew with a new socket, for which the
 *          filter of a fork has no call.
 * Units:   a line at a time.
 * Errors:  none: a line that can't be sent is lost. A fork that sends anything
 *          else was hijacked: from then on nothing is heard of any.
 * Owns:    signer->lines and signer->to_parent.
 * Source:  lib/ipc/messages.h.
 */
#ifndef SIGNER_FORK_LOG_H
#define SIGNER_FORK_LOG_H

#include "signer/signer.h"

/* SIGNER: before the first fork. hijacked() is called once, or never. */
MUST_CHECK bool fork_log_open(struct signer *signer,
    void (*hijacked)(struct signer *signer), struct err *err);
/* SIGNER: there will be no more forks; the loop stops with the last one. */
void fork_log_end(struct signer *signer);
/* The fork: its lines go to the parent from now on. */
void fork_log_use(struct signer *signer);

#endif
