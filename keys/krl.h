/* SPDX-License-Identifier: ISC */
/*
 * krl - key revocation lists in OpenSSH's binary form.
 *
 * Shapes:  a head, then sections; krl_walk() yields their contents as slices
 *          of the file, in the file's order. Nothing is copied or counted, so
 *          that a list of 100,000 serials costs a look-up one pass over it.
 * Units:   bytes; seconds since 1970.
 * Errors:  anything that is not exactly a list, or that holds a critical part
 *          unknown here, is an error: the caller takes that for "revoked".
 * Owns:    nothing.
 * Source:  OpenSSH PROTOCOL.krl.
 */
#ifndef KEYS_KRL_H
#define KEYS_KRL_H

#include "keys/pubkey.h"

#define KRL_FILE_MAX	67108864	/* 8 million serials, one by one */

struct krl_head {
	uint64_t version, generated;
	struct bytes comment;
};

enum krl_kind {
	/* of certificates: ca is the blob of a key, or empty for any CA */
	KRL_SERIAL_LIST,	/* data: run of uint64 */
	KRL_SERIAL_RANGE,	/* low to high, both included */
	KRL_SERIAL_BITMAP,	/* data: magnitude; bit n is low + n */
	KRL_KEY_ID,		/* data: the identity */
	/* of keys */
	KRL_KEY,		/* data: blob */
	KRL_SHA1,		/* data: digest of a blob */
	KRL_SHA256,
};

struct krl_entry {
	enum krl_kind kind;
	struct bytes ca, data;
	uint64_t low, high;
};

typedef MUST_CHECK bool krl_visit_fn(void *arg, const struct krl_entry *entry,
    struct err *err);

/* Does the file start as a list of this kind does? */
bool krl_is(struct bytes file);
/* The whole file, or false; visit may have been called before that. */
MUST_CHECK bool krl_walk(struct bytes file, struct krl_head *head,
    krl_visit_fn *visit, void *arg, struct err *err);
/* Is all of the file in order? */
MUST_CHECK bool krl_check(struct bytes file, struct err *err);
/*
 * Is the key listed, or the certificate by its key, its serial or identity?
 * The CA of a certificate is a key of its own: ask for it apart.
 */
MUST_CHECK bool krl_find(struct bytes file, const struct pubkey *key,
    bool *revoked, struct err *err);

/* What a section or a part of one is called in the file. */
enum krl_section {
	KRL_SECTION_CERTIFICATES = 1,
	KRL_SECTION_KEYS = 2,
	KRL_SECTION_SHA1 = 3,
	KRL_SECTION_SIGNATURE = 4,
	KRL_SECTION_SHA256 = 5,
	KRL_SECTION_EXTENSION = 255,
};

enum krl_cert_section {
	KRL_CERT_SERIAL_LIST = 0x20,
	KRL_CERT_SERIAL_RANGE = 0x21,
	KRL_CERT_SERIAL_BITMAP = 0x22,
	KRL_CERT_KEY_ID = 0x23,
	KRL_CERT_EXTENSION = 0x39,
};

#define KRL_MAGIC	"SSHKRL\n"	/* with its NUL */
#define KRL_FORMAT	1

#endif
