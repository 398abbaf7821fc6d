/* SPDX-License-Identifier: ISC */
/*
 * messages - what SFTP requests and replies look like.
 *
 * Shapes:  a request is a type, an id and the fields that its row in
 *          request_list.h names; attributes are those of version 3.
 * Units:   times in seconds since 1970, unsigned 32 bits on the wire.
 * Errors:  as reader.h.
 * Owns:    nothing; strings borrow from the message.
 * Source:  draft-ietf-secsh-filexfer-02 sections 3 to 7.
 */
#ifndef SFTP_SERVER_MESSAGES_H
#define SFTP_SERVER_MESSAGES_H

#include <sys/stat.h>

#include "lib/wire/reader.h"
#include "lib/wire/writer.h"
#include "sftp-server/limits.h"
#include "sftp-server/options/request_list.h"

#define SFTP_VERSION	3

/* Types that are no requests of the table. */
enum sftp_type {
	SFTP_INIT = 1, SFTP_VERSION_REPLY = 2,
	SFTP_STATUS = 101, SFTP_HANDLE = 102, SFTP_DATA = 103,
	SFTP_NAME = 104, SFTP_ATTRS = 105, SFTP_EXTENDED_REPLY = 201,
};

enum sftp_status {
	SFTP_OK, SFTP_EOF, SFTP_NO_SUCH_FILE, SFTP_PERMISSION_DENIED,
	SFTP_FAILURE, SFTP_BAD_MESSAGE, SFTP_NO_CONNECTION,
	SFTP_CONNECTION_LOST, SFTP_OP_UNSUPPORTED,
	SFTP_STATUS_COUNT
};

/* pflags of open */
enum {
	SFTP_OPEN_READ = 1, SFTP_OPEN_WRITE = 2, SFTP_OPEN_APPEND = 4,
	SFTP_OPEN_CREATE = 8, SFTP_OPEN_TRUNCATE = 16,
	SFTP_OPEN_EXCLUSIVE = 32,
};

/* flags of attributes */
#define SFTP_ATTR_SIZE		0x00000001u
#define SFTP_ATTR_OWNER		0x00000002u
#define SFTP_ATTR_MODE		0x00000004u
#define SFTP_ATTR_TIMES		0x00000008u
#define SFTP_ATTR_EXTENDED	0x80000000u

struct sftp_attrs {
	uint32_t flags;
	uint64_t size;
	uint32_t uid, gid, mode, atime, mtime;
};

/* A request of any kind; what its row does not name stays empty. */
struct sftp_request {
	uint32_t id;			/* the client's number for it */
	enum sftp_request_id kind;
	struct bytes peer_path, peer_path2;
	struct bytes peer_handle, peer_handle2;
	struct bytes data, data2;
	uint64_t offset, offset2, length;
	uint32_t number;		/* pflags, length or block size */
	struct sftp_attrs attrs;
};

/* Row of a message type, or of an extension's name; false: none. */
MUST_CHECK bool sftp_find_request(uint8_t type, struct bytes extension,
    enum sftp_request_id *kind);
/* The name on the wire of an extension; NULL for a plain request. */
const char *sftp_extension_name(enum sftp_request_id kind);
const char *sftp_extension_version(enum sftp_request_id kind);

/* The fields behind id (and name) of a request of the kind in *request. */
MUST_CHECK bool sftp_request_parse(struct reader *r,
    struct sftp_request *request, struct err *err);

void sftp_attrs_parse(struct reader *r, struct sftp_attrs *attrs);
void sftp_attrs_build(struct writer *w, const struct statx *st);

#endif
