/* SPDX-License-Identifier: ISC */
/*
 * Connections to the client's agent, by the name that its request has: that of
 * OpenSSH PROTOCOL, or of draft-ietf-sshm-ssh-agent.
 */
#include "sshd/net/chan_direct.h"
#include "sshd/net/chan_types.h"

const struct chan_type chan_agent = {
	.name = "auth-agent@openssh.com",
	.log_kind = "agent",
	.timeout_name = "agent-connection",
	.is_over = chan_socket_is_over,
	.waits = chan_socket_waits,
};

const struct chan_type chan_agent_ietf = {
	.name = "agent-connect",
	.log_kind = "agent",
	.timeout_name = "agent-connection",
	.is_over = chan_socket_is_over,
	.waits = chan_socket_waits,
};
