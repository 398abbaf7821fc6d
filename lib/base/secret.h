/* SPDX-License-Identifier: ISC */
/*
 * secret - heap bytes that are wiped when they go.
 *
 * Shapes:  pointer and length.
 * Units:   len in bytes.
 * Errors:  secret_init() fails only when memory is out.
 * Owns:    its bytes, until secret_clear().
 * Source:  house style, rule 18; explicit_bzero(3), madvise(2).
 */
#ifndef LIB_BASE_SECRET_H
#define LIB_BASE_SECRET_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"

struct secret {
	uint8_t *p;
	size_t len;
};

/* Zeroed bytes; on failure *secret is empty. */
MUST_CHECK bool secret_init(struct secret *secret, size_t len, struct err *err);
MUST_CHECK bool secret_copy(struct secret *secret, struct bytes from,
    struct err *err);
/* Wipes and frees; an empty secret is fine. */
void secret_clear(struct secret *secret);

static inline struct bytes
secret_bytes(const struct secret *secret)
{
	return (struct bytes){ secret->p, secret->len };
}

/* In constant time for equal lengths. */
bool secret_equal(struct bytes a, struct bytes b);

#endif
