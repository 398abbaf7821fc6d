/* SPDX-License-Identifier: ISC */
/*
 * umac - the message authentication code UMAC, tags of 64 and 128 bits.
 *
 * Shapes:  tag = hash(message) xor pad(nonce), in 32-bit streams.
 * Units:   bytes.
 * Errors:  ERR_CRYPTO when libcrypto refuses AES, ERR_NOMEM.
 * Owns:    the derived keys, wiped by umac_free().
 * Source:  RFC 4418.
 *
 * A nonce must never return under one key: two messages with the same pad
 * give away the hash.
 */
#ifndef LIB_CRYPTO_UMAC_H
#define LIB_CRYPTO_UMAC_H

#include "lib/base/bytes.h"
#include "lib/base/compiler.h"
#include "lib/base/err.h"

#define UMAC_KEY_LEN		16
#define UMAC_NONCE_MAX		16
#define UMAC_TAG_MAX		16
/* Beyond this the RFC adds a level of hashing that no packet reaches. */
#define UMAC_MESSAGE_MAX	((size_t)1 << 24)

struct umac;

/* tag_len: 8 or 16. */
MUST_CHECK bool umac_new(struct umac **out,
    const uint8_t key[static UMAC_KEY_LEN], size_t tag_len, struct err *err);
void umac_free(struct umac *umac);
/*
 * Writes tag_len bytes. The nonce has 1 to UMAC_NONCE_MAX bytes, always the
 * same number under one key; those that count up cost the least.
 */
MUST_CHECK bool umac_tag(struct umac *umac, struct bytes nonce,
    struct bytes message, uint8_t *tag, struct err *err);

#endif
