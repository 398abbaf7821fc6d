/* SPDX-License-Identifier: ISC */
#include "lib/ipc/encoding.h"

#include <stdalign.h>

#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

#define U8_ROW(name)		{ #name, IPC_U8, 0 },
#define U32_ROW(name)		{ #name, IPC_U32, 0 },
#define U64_ROW(name)		{ #name, IPC_U64, 0 },
#define STR_ROW(name, max)	{ #name, IPC_STR, max },

/* The last entry, never read, is there for messages without fields. */
#define X(name, edge, states, limit, fds_min, fds_max)			\
static const struct ipc_field fields_##name[] = {			\
	IPC_##name##_FIELDS(U8_ROW, U32_ROW, U64_ROW, STR_ROW)		\
	{ NULL, IPC_U8, 0 }						\
};
IPC_MESSAGES(X)
#undef X

const struct ipc_row ipc_rows[IPC_COUNT] = {
#define X(name, edge, states, limit, fds_min, fds_max)			\
	[IPC_##name] = { #name, edge, states, limit, fds_min, fds_max,	\
	    fields_##name, ARRAY_LEN(fields_##name) - 1 },
	IPC_MESSAGES(X)
#undef X
};

size_t
ipc_member(size_t *offset, enum ipc_field_type type)
{
	static const struct { size_t size, align; } shapes[] = {
		[IPC_U8] = { sizeof(uint8_t), alignof(uint8_t) },
		[IPC_U32] = { sizeof(uint32_t), alignof(uint32_t) },
		[IPC_U64] = { sizeof(uint64_t), alignof(uint64_t) },
		[IPC_STR] = { sizeof(struct bytes), alignof(struct bytes) },
	};
	size_t at = (*offset + shapes[type].align - 1) &
	    ~(shapes[type].align - 1);

	*offset = at + shapes[type].size;
	return at;
}

static bool
write_field(struct writer *w, const struct ipc_field *field, const void *member)
{
	const struct bytes *s;

	switch (field->type) {
	case IPC_U8:
		wr_u8(w, *(const uint8_t *)member);
		return true;
	case IPC_U32:
		wr_u32(w, *(const uint32_t *)member);
		return true;
	case IPC_U64:
		wr_u64(w, *(const uint64_t *)member);
		return true;
	case IPC_STR:
		s = member;
		wr_string(w, *s);
		return s->len <= field->max;
	}
	return false;
}

bool
ipc_encode(enum ipc_id id, const void *message, uint8_t *buf, size_t cap,
    size_t *len, struct err *err)
{
	const struct ipc_row *row = &ipc_rows[id];
	struct writer w = wr_init(buf, cap);
	size_t offset = 0;

	wr_u8(&w, (uint8_t)id);
	for (size_t i = 0; i < row->field_count; i++) {
		size_t at = ipc_member(&offset, row->fields[i].type);

		if (!write_field(&w, &row->fields[i],
		    (const uint8_t *)message + at))
			return err_set(err, ERR_RANGE, row->fields[i].name);
	}
	*len = w.len;
	return wr_end(&w, err);
}

size_t
ipc_encoded_max(enum ipc_id id, const void *message)
{
	const struct ipc_row *row = &ipc_rows[id];
	size_t offset = 0, size = 1;

	for (size_t i = 0; i < row->field_count; i++) {
		const uint8_t *member = (const uint8_t *)message +
		    ipc_member(&offset, row->fields[i].type);

		size += 8;
		if (row->fields[i].type == IPC_STR)
			size += ((const struct bytes *)(const void *)member)->len;
	}
	return size;
}

static void
read_field(struct reader *r, const struct ipc_field *field, void *member)
{
	switch (field->type) {
	case IPC_U8:
		*(uint8_t *)member = rd_u8(r, field->name);
		return;
	case IPC_U32:
		*(uint32_t *)member = rd_u32(r, field->name);
		return;
	case IPC_U64:
		*(uint64_t *)member = rd_u64(r, field->name);
		return;
	case IPC_STR:
		*(struct bytes *)member =
		    rd_string(r, field->max, field->name);
		return;
	}
}

bool
ipc_decode(struct bytes datagram, enum ipc_id *id, union ipc_any *out,
    struct err *err)
{
	struct reader r = rd_init(datagram);
	uint8_t number = rd_u8(&r, "message id");
	const struct ipc_row *row;
	size_t offset = 0;

	if (!rd_ok(&r, err))
		return false;
	if (number >= IPC_COUNT)
		return err_set(err, ERR_RANGE, "message id");
	row = &ipc_rows[number];
	for (size_t i = 0; i < row->field_count; i++) {
		size_t at = ipc_member(&offset, row->fields[i].type);

		read_field(&r, &row->fields[i], (uint8_t *)out + at);
	}
	*id = number;
	return rd_end(&r, err);
}
