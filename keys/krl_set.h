/* SPDX-License-Identifier: ISC */
/*
 * krl_set - the contents of a revocation list, to be added to and written.
 *
 * Shapes:  serials as ranges, all else as runs of bytes; sorted and without
 *          repetition in the file that is built.
 * Units:   bytes; seconds since 1970.
 * Errors:  ERR_NOMEM; ERR_RANGE for a serial 0; those of a file that is read.
 * Owns:    struct krl_set copies of all that was added.
 * Source:  OpenSSH PROTOCOL.krl; ssh-keygen(1), KEY REVOCATION LISTS.
 */
#ifndef KEYS_KRL_SET_H
#define KEYS_KRL_SET_H

#include "keys/krl.h"

struct krl_range {
	size_t ca;		/* its place in cas */
	uint64_t low, high;
};

struct krl_item {
	enum krl_kind kind;	/* not of serials */
	size_t ca;		/* of a KRL_KEY_ID */
	uint8_t *p;
	size_t len;
};

struct krl_set {
	uint64_t version, generated;
	char *comment;		/* NULL: none */
	struct krl_item *cas;	/* kind unused; an empty one is any CA */
	struct krl_range *ranges;
	struct krl_item *items;
	size_t ca_count, range_count, item_count;
};

void krl_set_clear(struct krl_set *set);
/* Adds all that a file revokes; its head replaces the set's. */
MUST_CHECK bool krl_set_load(struct krl_set *set, struct bytes file,
    struct err *err);
/* From low to high, both included, by this CA (empty: by any). */
MUST_CHECK bool krl_set_add_serials(struct krl_set *set, struct bytes ca,
    uint64_t low, uint64_t high, struct err *err);
MUST_CHECK bool krl_set_add_key_id(struct krl_set *set, struct bytes ca,
    struct bytes key_id, struct err *err);
/* kind KRL_KEY, KRL_SHA1 or KRL_SHA256. */
MUST_CHECK bool krl_set_add(struct krl_set *set, enum krl_kind kind,
    struct bytes data, struct err *err);
/* Sorts and merges the set; *file is malloc'ed. */
MUST_CHECK bool krl_set_build(struct krl_set *set, uint8_t **file,
    size_t *len, struct err *err);

#endif
