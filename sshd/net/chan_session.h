/* SPDX-License-Identifier: ISC */
/*
 * chan_session - channels in which a shell, command or subsystem runs.
 *
 * Shapes:  a row of chan_types; what the session process reports comes here.
 * Units:   -
 * Errors:  false ends the connection.
 * Owns:    nothing beyond the channel.
 * Source:  RFC 4254 section 6.
 */
#ifndef SSHD_NET_CHAN_SESSION_H
#define SSHD_NET_CHAN_SESSION_H

#include "lib/ipc/ipc.h"
#include "sshd/net/chan_types.h"
#include "sshd/net/requests.h"

/* NET: SES_STARTED: takes the descriptors, opens the window. */
MUST_CHECK bool chan_session_started(struct channel *ch,
    struct ipc_message *message, struct err *err);
/* NET: SES_DONE no: this may be asked again. */
void chan_session_refused(struct channel *ch, enum request_kind kind);
/* NET: SES_EXITED. The status leaves after the last output. */
void chan_session_exited(struct channel *ch, const struct ipc_SES_EXITED *m);

#endif
