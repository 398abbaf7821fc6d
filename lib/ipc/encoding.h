/* SPDX-License-Identifier: ISC */
/*
 * encoding - the rows of messages.h, and messages as bytes.
 *
 * Shapes:  a byte for the message, then its fields as in RFC 4251 section 5;
 *          struct ipc_NAME has them as members, in the same order.
 * Units:   bytes.
 * Errors:  ERR_RANGE a string longer than its row says, an unknown message;
 *          ERR_SHORT, ERR_TRAILING bytes that are too few or too many.
 * Owns:    nothing; strings of a decoded message borrow from its bytes.
 * Source:  lib/ipc/messages.h.
 */
#ifndef LIB_IPC_ENCODING_H
#define LIB_IPC_ENCODING_H

#include "lib/base/err.h"
#include "lib/ipc/messages.h"

enum ipc_field_type { IPC_U8, IPC_U32, IPC_U64, IPC_STR };

struct ipc_field {
	const char *name;
	enum ipc_field_type type;
	uint32_t max;			/* IPC_STR: greatest length */
};

struct ipc_row {
	const char *name;
	enum ipc_edge edge;
	unsigned states;		/* of the receiver */
	unsigned limit;			/* MANY, or times in a connection */
	unsigned fds_min, fds_max;
	const struct ipc_field *fields;
	size_t field_count;
};

extern const struct ipc_row ipc_rows[IPC_COUNT];

/*
 * Where the member after one at *offset lies: members have their natural
 * alignment. Moves *offset past it. A test holds this against sizeof.
 */
size_t ipc_member(size_t *offset, enum ipc_field_type type);

/* Pure: message struct -> bytes, and back. */
MUST_CHECK bool ipc_encode(enum ipc_id id, const void *message, uint8_t *buf,
    size_t cap, size_t *len, struct err *err);
/* As much room as ipc_encode() may take. */
size_t ipc_encoded_max(enum ipc_id id, const void *message);
MUST_CHECK bool ipc_decode(struct bytes datagram, enum ipc_id *id,
    union ipc_any *out, struct err *err);

#endif
