/* SPDX-License-Identifier: ISC */
#include "lib/crypto/hmac.h"

#define INNER	0x36		/* RFC 2104 section 2 */
#define OUTER	0x5c

/* H(pad, data), where pad is the key with each byte changed by `with`. */
static MUST_CHECK bool
hash_behind(enum digest_id id, const uint8_t key[static DIGEST_BLOCK_MAX],
    uint8_t with, struct bytes data, uint8_t out[static DIGEST_MAX],
    struct err *err)
{
	uint8_t pad[DIGEST_BLOCK_MAX];
	struct digest d;
	bool ok;

	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] = key[i] ^ with;
	ok = digest_init(&d, id, err) && digest_update(&d,
	    bytes_of(pad, digest_block_len(id)), err) &&
	    digest_update(&d, data, err) && digest_final(&d, out, err);
	digest_clear(&d);
	explicit_bzero(pad, sizeof(pad));
	return ok;
}

bool
hmac_bytes(enum digest_id id, struct bytes key, struct bytes data,
    uint8_t out[static DIGEST_MAX], struct err *err)
{
	uint8_t block[DIGEST_BLOCK_MAX] = { 0 }, inner[DIGEST_MAX];
	bool ok = true;

	if (key.len > digest_block_len(id))
		ok = digest_bytes(id, key, block, err);
	else if (key.len != 0)
		memcpy(block, key.p, key.len);
	ok = ok && hash_behind(id, block, INNER, data, inner, err) &&
	    hash_behind(id, block, OUTER, bytes_of(inner, digest_len(id)),
	    out, err);
	explicit_bzero(block, sizeof(block));
	return ok;
}
