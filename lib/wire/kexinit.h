/* SPDX-License-Identifier: ISC */
/*
 * kexinit - the message in which both sides say what they can do.
 *
 * Shapes:  byte 20, 16 random bytes, ten name-lists, boolean, uint32 0.
 * Units:   bytes; NAME_LIST_MAX for each list.
 * Errors:  ERR_SHORT, ERR_TRAILING, ERR_RANGE, ERR_FORMAT (a list with a
 *          byte outside printable ASCII).
 * Owns:    nothing: lists borrow.
 * Source:  RFC 4253 section 7.1, RFC 4251 sections 5 and 6.
 */
#ifndef LIB_WIRE_KEXINIT_H
#define LIB_WIRE_KEXINIT_H

#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

#define KEXINIT_COOKIE_LEN	16

/* In the order of the message; C2S = client to server. */
enum kexinit_list {
	KEXINIT_KEX, KEXINIT_HOST_KEY,
	KEXINIT_CIPHER_C2S, KEXINIT_CIPHER_S2C,
	KEXINIT_MAC_C2S, KEXINIT_MAC_S2C,
	KEXINIT_COMPRESSION_C2S, KEXINIT_COMPRESSION_S2C,
	KEXINIT_LANGUAGE_C2S, KEXINIT_LANGUAGE_S2C,
	KEXINIT_LISTS
};

struct kexinit {
	struct bytes cookie;
	struct bytes lists[KEXINIT_LISTS];
	bool first_kex_packet_follows;
};

/* From behind the message number. */
MUST_CHECK bool kexinit_parse(struct reader *r, struct kexinit *m,
    struct err *err);
/* With the message number. */
MUST_CHECK bool kexinit_build(const struct kexinit *m, struct writer *w,
    struct err *err);

#endif
