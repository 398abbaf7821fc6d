/* SPDX-License-Identifier: ISC */
#include "sshd/net/chan_types.h"

static const struct chan_type *const types[] = {
	&chan_session,
	&chan_direct_tcp,
	&chan_direct_stream,
	&chan_forwarded_tcp,
	&chan_forwarded_stream,
	&chan_x11,
	&chan_agent,
	&chan_agent_ietf,
	&chan_tun,
};

const struct chan_type *
chan_type_find(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (types[i]->open != NULL && bytes_is(name, types[i]->name))
			return types[i];
	}
	return NULL;
}
