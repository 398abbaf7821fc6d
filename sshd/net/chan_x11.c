/* SPDX-License-Identifier: ISC */
/* Connections of X11 programs: RFC 4254 section 6.3.2. */
#include "sshd/net/chan_direct.h"
#include "sshd/net/chan_types.h"

static void
x11_offer(const struct ipc_ACCEPTED *m, struct writer *w)
{
	open_x11_build(m->originator, m->originator_port, w);
}

const struct chan_type chan_x11 = {
	.name = "x11",
	.log_kind = "x11",
	.timeout_name = "x11-connection",
	.offer = x11_offer,
	.is_over = chan_socket_is_over,
	.waits = chan_socket_waits,
};
