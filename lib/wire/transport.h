/* SPDX-License-Identifier: ISC */
/*
 * transport - message numbers, and the messages of the transport layer that
 *	are not part of a key exchange.
 *
 * Shapes:  RFC 4253 section 11, RFC 8308 section 2.3.
 * Units:   bytes.
 * Errors:  as reader.h and writer.h.
 * Owns:    nothing: parsed fields borrow.
 * Source:  RFC 4250 section 4.1, RFC 4253, RFC 8308; OpenSSH PROTOCOL (ping).
 */
#ifndef LIB_WIRE_TRANSPORT_H
#define LIB_WIRE_TRANSPORT_H

#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

enum ssh_msg {
	SSH_MSG_DISCONNECT = 1,
	SSH_MSG_IGNORE = 2,
	SSH_MSG_UNIMPLEMENTED = 3,
	SSH_MSG_DEBUG = 4,
	SSH_MSG_SERVICE_REQUEST = 5,
	SSH_MSG_SERVICE_ACCEPT = 6,
	SSH_MSG_EXT_INFO = 7,
	SSH_MSG_KEXINIT = 20,
	SSH_MSG_NEWKEYS = 21,
	SSH_MSG_KEX_30 = 30,	/* KEXDH_INIT, KEX_ECDH_INIT */
	SSH_MSG_KEX_31 = 31,	/* their replies; GEX_GROUP */
	SSH_MSG_KEX_32 = 32,	/* GEX_INIT */
	SSH_MSG_KEX_33 = 33,	/* GEX_REPLY */
	SSH_MSG_KEX_34 = 34,	/* GEX_REQUEST */
	SSH_MSG_USERAUTH_REQUEST = 50,
	SSH_MSG_USERAUTH_FAILURE = 51,
	SSH_MSG_USERAUTH_SUCCESS = 52,
	SSH_MSG_USERAUTH_BANNER = 53,
	SSH_MSG_USERAUTH_60 = 60,	/* PK_OK, INFO_REQUEST */
	SSH_MSG_USERAUTH_61 = 61,	/* INFO_RESPONSE */
	SSH_MSG_GLOBAL_REQUEST = 80,
	SSH_MSG_REQUEST_SUCCESS = 81,
	SSH_MSG_REQUEST_FAILURE = 82,
	SSH_MSG_CHANNEL_OPEN = 90,
	SSH_MSG_CHANNEL_OPEN_CONFIRMATION = 91,
	SSH_MSG_CHANNEL_OPEN_FAILURE = 92,
	SSH_MSG_CHANNEL_WINDOW_ADJUST = 93,
	SSH_MSG_CHANNEL_DATA = 94,
	SSH_MSG_CHANNEL_EXTENDED_DATA = 95,
	SSH_MSG_CHANNEL_EOF = 96,
	SSH_MSG_CHANNEL_CLOSE = 97,
	SSH_MSG_CHANNEL_REQUEST = 98,
	SSH_MSG_CHANNEL_SUCCESS = 99,
	SSH_MSG_CHANNEL_FAILURE = 100,
	SSH_MSG_PING = 192,
	SSH_MSG_PONG = 193,
};

enum ssh_disconnect {		/* RFC 4253 section 11.1 */
	SSH_DISCONNECT_PROTOCOL_ERROR = 2,
	SSH_DISCONNECT_KEY_EXCHANGE_FAILED = 3,
	SSH_DISCONNECT_MAC_ERROR = 5,
	SSH_DISCONNECT_COMPRESSION_ERROR = 6,
	SSH_DISCONNECT_SERVICE_NOT_AVAILABLE = 7,
	SSH_DISCONNECT_VERSION_NOT_SUPPORTED = 8,
	SSH_DISCONNECT_CONNECTION_LOST = 10,
	SSH_DISCONNECT_BY_APPLICATION = 11,
	SSH_DISCONNECT_NO_MORE_AUTH_METHODS = 14,
};

#define EXT_INFO_COUNT_MAX	1023	/* as OpenSSH */

struct disconnect {		/* RFC 4253 11.1 */
	uint32_t reason;
	struct bytes description, language;
};

/* All parse functions start behind the message number. */
MUST_CHECK bool disconnect_parse(struct reader *r, struct disconnect *m,
    struct err *err);
/* All build functions too: the number is already in the writer. */
void disconnect_build(const struct disconnect *m, struct writer *w);

struct debug {			/* RFC 4253 11.3 */
	bool always_display;
	struct bytes text, language;
};

MUST_CHECK bool debug_parse(struct reader *r, struct debug *m,
    struct err *err);
void debug_build(const struct debug *m, struct writer *w);

MUST_CHECK bool unimplemented_parse(struct reader *r, uint32_t *seqnr,
    struct err *err);
MUST_CHECK bool service_request_parse(struct reader *r, struct bytes *name,
    struct err *err);

/* EXT_INFO, RFC 8308 2.3: count, then one entry at a time. */
MUST_CHECK bool ext_info_parse(struct reader *r, uint32_t *count,
    struct err *err);
MUST_CHECK bool ext_info_next(struct reader *r, struct bytes *name,
    struct bytes *value, struct err *err);

#endif
