/* SPDX-License-Identifier: ISC */
/*
 * Connections to the client's agent, by the name that its request has:
 * reference sheet protocol_extensions, sections 11 and 12.
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
