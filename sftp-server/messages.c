/* SPDX-License-Identifier: ISC */
#include "sftp-server/messages.h"

struct layout {
	uint8_t type;
	const char *extension, *version;	/* NULL: plain request */
	const char *fields;
};

static const struct layout layouts[SFTP_REQUEST_COUNT] = {
#define X(id, type, name, extension, version, reach, fields, handler)	\
	[SFTP_##id] = { type, extension, version, fields },
	SFTP_REQUESTS(X)
#undef X
};

bool
sftp_find_request(uint8_t type, struct bytes extension,
    enum sftp_request_id *kind)
{
	for (unsigned i = 0; i < SFTP_REQUEST_COUNT; i++) {
		if (layouts[i].type != type || (type == SFTP_EXTENDED &&
		    !bytes_is(extension, layouts[i].extension)))
			continue;
		*kind = (enum sftp_request_id)i;
		return true;
	}
	return false;
}

const char *
sftp_extension_name(enum sftp_request_id kind)
{
	return layouts[kind].extension;
}

const char *
sftp_extension_version(enum sftp_request_id kind)
{
	return layouts[kind].version;
}

void
sftp_attrs_parse(struct reader *r, struct sftp_attrs *attrs)
{
	uint32_t count;

	*attrs = (struct sftp_attrs){ .flags = rd_u32(r, "attribute flags") };
	if ((attrs->flags & SFTP_ATTR_SIZE) != 0)
		attrs->size = rd_u64(r, "size");
	if ((attrs->flags & SFTP_ATTR_OWNER) != 0) {
		attrs->uid = rd_u32(r, "uid");
		attrs->gid = rd_u32(r, "gid");
	}
	if ((attrs->flags & SFTP_ATTR_MODE) != 0)
		attrs->mode = rd_u32(r, "permissions");
	if ((attrs->flags & SFTP_ATTR_TIMES) != 0) {
		attrs->atime = rd_u32(r, "atime");
		attrs->mtime = rd_u32(r, "mtime");
	}
	if ((attrs->flags & SFTP_ATTR_EXTENDED) == 0)
		return;
	/* none has a meaning here; each takes 8 bytes at least */
	count = rd_u32(r, "extended count");
	while (count-- != 0 && rd_left(r) != 0) {
		(void)rd_string(r, SFTP_MESSAGE_MAX, "extended type");
		(void)rd_string(r, SFTP_MESSAGE_MAX, "extended data");
	}
	if (count != UINT32_MAX)
		rd_reject(r, ERR_SHORT, "extended count");
}

static void
parse_field(struct reader *r, char field, struct sftp_request *q)
{
	switch (field) {
	case 'P': q->peer_path = rd_string(r, SFTP_MESSAGE_MAX, "path"); break;
	case 'Q': q->peer_path2 = rd_string(r, SFTP_MESSAGE_MAX, "path"); break;
	case 'H': q->peer_handle = rd_string(r, SFTP_HANDLE_MAX, "handle"); break;
	case 'I': q->peer_handle2 = rd_string(r, SFTP_HANDLE_MAX, "handle"); break;
	case 'D': q->data = rd_string(r, SFTP_MESSAGE_MAX, "data"); break;
	case 'E': q->data2 = rd_string(r, SFTP_MESSAGE_MAX, "data"); break;
	case 'O': q->offset = rd_u64(r, "offset"); break;
	case 'M': q->offset2 = rd_u64(r, "offset"); break;
	case 'N': q->length = rd_u64(r, "length"); break;
	case 'F': q->number = rd_u32(r, "number"); break;
	case 'A': sftp_attrs_parse(r, &q->attrs); break;
	}
}

bool
sftp_request_parse(struct reader *r, struct sftp_request *request,
    struct err *err)
{
	for (const char *f = layouts[request->kind].fields; *f != '\0'; f++)
		parse_field(r, *f, request);
	/*
	 * Bytes may be left: rclone's library sends its last, short write in
	 * a message made for a whole one.
	 */
	return rd_ok(r, err);
}

/* Version 3 has 32 bits for a time: what is outside is cut to what fits. */
static uint32_t
wire_time(int64_t t)
{
	return t < 0 ? 0 : t > UINT32_MAX ? UINT32_MAX : (uint32_t)t;
}

void
sftp_attrs_build(struct writer *w, const struct statx *st)
{
	wr_u32(w, SFTP_ATTR_SIZE | SFTP_ATTR_OWNER | SFTP_ATTR_MODE |
	    SFTP_ATTR_TIMES);
	wr_u64(w, st->stx_size);
	wr_u32(w, st->stx_uid);
	wr_u32(w, st->stx_gid);
	wr_u32(w, st->stx_mode);
	wr_u32(w, wire_time(st->stx_atime.tv_sec));
	wr_u32(w, wire_time(st->stx_mtime.tv_sec));
}
