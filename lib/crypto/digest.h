/* SPDX-License-Identifier: ISC */
/*
 * digest - hash functions by SSH's use of them.
 *
 * Shapes:  one-shot over several pieces, or streaming.
 * Units:   bytes; at most DIGEST_MAX.
 * Errors:  ERR_CRYPTO when libcrypto refuses (FIPS mode), ERR_NOMEM.
 *          By libcrypto (digest.c), or by libmd (digest_md.c) in a process
 *          that has no libcrypto: the archive that is linked decides.
 * Owns:    struct digest its context; digest_clear() also after a failure.
 * Source:  FIPS 180-4; provider-digest(7) of OpenSSL; sha2(3) of libmd.
 */
#ifndef LIB_CRYPTO_DIGEST_H
#define LIB_CRYPTO_DIGEST_H

#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "lib/base/limits.h"

enum digest_id {
	DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512,
};

struct digest {
	void *ctx;			/* NULL before init and after clear */
	const struct hash_ops *ops;	/* private to digest.c */
	enum digest_id id;
};

size_t digest_len(enum digest_id id);
/* What HMAC pads keys to; at most DIGEST_BLOCK_MAX. */
#define DIGEST_BLOCK_MAX	128
size_t digest_block_len(enum digest_id id);
MUST_CHECK bool digest_init(struct digest *d, enum digest_id id,
    struct err *err);
MUST_CHECK bool digest_update(struct digest *d, struct bytes b,
    struct err *err);
/* As an SSH string: u32 length, then the bytes. */
MUST_CHECK bool digest_string(struct digest *d, struct bytes b,
    struct err *err);
/* Once; then only digest_clear() is left. */
MUST_CHECK bool digest_final(struct digest *d, uint8_t out[static DIGEST_MAX],
    struct err *err);
void digest_clear(struct digest *d);
/* One-shot. */
MUST_CHECK bool digest_bytes(enum digest_id id, struct bytes b,
    uint8_t out[static DIGEST_MAX], struct err *err);

#endif
