/* SPDX-License-Identifier: ISC */
/* ipc_table - prints the table of lib/ipc/messages.h as JSON. */
#include <stdio.h>

#include "lib/ipc/ipc.h"

static const char *const edges[IPC_EDGE_COUNT] = {
	[LISTENER_TO_MONITOR] = "LISTENER_TO_MONITOR",
	[MONITOR_TO_LISTENER] = "MONITOR_TO_LISTENER",
	[MONITOR_TO_NET] = "MONITOR_TO_NET",
	[NET_TO_MONITOR] = "NET_TO_MONITOR",
	[MONITOR_TO_SESSION] = "MONITOR_TO_SESSION",
	[SESSION_TO_MONITOR] = "SESSION_TO_MONITOR",
	[NET_TO_SESSION] = "NET_TO_SESSION",
	[SESSION_TO_NET] = "SESSION_TO_NET",
	[SFTP_TO_SESSION] = "SFTP_TO_SESSION",
	[LISTENER_TO_SIGNER] = "LISTENER_TO_SIGNER",
	[SIGNER_TO_LISTENER] = "SIGNER_TO_LISTENER",
	[MONITOR_TO_SIGNER] = "MONITOR_TO_SIGNER",
	[SIGNER_TO_MONITOR] = "SIGNER_TO_MONITOR",
	[FORK_TO_SIGNER] = "FORK_TO_SIGNER",
	[SIGNER_TO_DEVICE] = "SIGNER_TO_DEVICE",
	[DEVICE_TO_SIGNER] = "DEVICE_TO_SIGNER",
};

static const struct {
	const char *name;
	unsigned bit;
} states[] = {
	{ "MON_START", MON_START }, { "MON_WARM", MON_WARM },
	{ "MON_KEX", MON_KEX }, { "MON_FRESH", MON_FRESH },
	{ "MON_NAMED", MON_NAMED }, { "MON_AUTHED", MON_AUTHED },
	{ "NET_START", NET_START }, { "NET_WARM", NET_WARM },
	{ "NET_ASKING", NET_ASKING }, { "NET_OPEN", NET_OPEN },
	{ "SIG_START", SIG_START }, { "SIG_READY", SIG_READY },
	{ "SIG_SERVING", SIG_SERVING },
	{ "SES_START", SES_START }, { "SES_OPEN", SES_OPEN },
};

static const char *const types[] = {
	[IPC_U8] = "u8", [IPC_U32] = "u32", [IPC_U64] = "u64",
	[IPC_STR] = "str",
};

static void
print_states(unsigned mask)
{
	const char *comma = "";

	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if ((mask & states[i].bit) == 0)
			continue;
		printf("%s\"%s\"", comma, states[i].name);
		comma = ", ";
	}
}

static void
print_row(const struct ipc_row *row, unsigned id)
{
	printf("{\"name\": \"%s\", \"id\": %u, \"edge\": \"%s\", "
	    "\"limit\": %u, \"fds_min\": %u, \"fds_max\": %u, \"states\": [",
	    row->name, id, edges[row->edge], row->limit, row->fds_min,
	    row->fds_max);
	print_states(row->states);
	printf("], \"fields\": [");
	for (size_t i = 0; i < row->field_count; i++)
		printf("%s[\"%s\", \"%s\", %u]", i == 0 ? "" : ", ",
		    row->fields[i].name, types[row->fields[i].type],
		    row->fields[i].max);
	printf("]}");
}

int
main(void)
{
	printf("[");
	for (unsigned id = 0; id < IPC_COUNT; id++) {
		printf("%s", id == 0 ? "" : ",\n");
		print_row(&ipc_rows[id], id);
	}
	printf("]\n");
	return 0;
}
