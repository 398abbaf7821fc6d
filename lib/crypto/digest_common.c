/* SPDX-License-Identifier: ISC */
/* What every implementation of digest.h has in common. */
#include "lib/crypto/digest.h"

#include <assert.h>

#include "lib/wire/writer.h"

static const struct digest_row {
	size_t len, block_len;
} digest_rows[] = {
	[DIGEST_MD5]    = { 16, 64 },
	[DIGEST_SHA1]   = { 20, 64 },
	[DIGEST_SHA256] = { 32, 64 },
	[DIGEST_SHA384] = { 48, 128 },
	[DIGEST_SHA512] = { 64, 128 },
};

static const struct digest_row *
digest_row(enum digest_id id)
{
	assert((size_t)id < ARRAY_LEN(digest_rows));
	return &digest_rows[id];
}

size_t
digest_len(enum digest_id id)
{
	return digest_row(id)->len;
}

size_t
digest_block_len(enum digest_id id)
{
	return digest_row(id)->block_len;
}

bool
digest_string(struct digest *d, struct bytes b, struct err *err)
{
	uint8_t len[4];

	if (b.len > UINT32_MAX)
		return err_set(err, ERR_RANGE, "string to hash");
	put_u32(len, (uint32_t)b.len);
	return digest_update(d, bytes_of(len, sizeof(len)), err) &&
	    digest_update(d, b, err);
}

bool
digest_bytes(enum digest_id id, struct bytes b,
    uint8_t out[static DIGEST_MAX], struct err *err)
{
	struct digest d;
	bool ok;

	ok = digest_init(&d, id, err) && digest_update(&d, b, err) &&
	    digest_final(&d, out, err);
	digest_clear(&d);
	return ok;
}
