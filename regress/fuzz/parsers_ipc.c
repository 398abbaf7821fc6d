/* SPDX-License-Identifier: ISC */
/* The messages between processes. */
#include "fuzz/parsers.h"

#include "lib/ipc/ipc.h"

/* A datagram has one meaning, and this meaning one datagram. */
static void
run_ipc(struct bytes in)
{
	union ipc_any m;
	enum ipc_id id;
	uint8_t *p;
	size_t len;
	struct err err;

	if (!ipc_decode(in, &id, &m, &err))
		return;
	FUZZ_CHECK(id < IPC_COUNT);
	FUZZ_CHECK((p = malloc(in.len)) != NULL);
	FUZZ_CHECK(ipc_encode(id, &m, p, in.len, &len, &err));
	FUZZ_CHECK(bytes_equal(bytes_of(p, len), in));
	free(p);
}

static const struct parser_row rows[] = {
	ROW(20, ipc),
};

const struct parser_rows parsers_ipc = { rows, ARRAY_LEN(rows) };
