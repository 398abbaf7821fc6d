/* SPDX-License-Identifier: ISC */
#include "lib/crypto/kex_methods.h"
#include "lib/crypto/openssl.h"
#include "lib/wire/writer.h"

#define MPINT_EXTRA	5	/* length, and the zero above a set top bit */

bool
kex_shared_mpint(struct secret *shared, struct bytes magnitude,
    struct err *err)
{
	uint8_t encoded[KEX_SECRET_MAX + MPINT_EXTRA];
	struct writer w = wr_init(encoded, sizeof(encoded));
	bool ok;

	wr_mpint(&w, magnitude);
	ok = wr_end(&w, err) && secret_copy(shared, wr_view(&w), err);
	OPENSSL_cleanse(encoded, sizeof(encoded));
	return ok;
}

bool
kex_shared_string(struct secret *shared, struct bytes b, struct err *err)
{
	if (!secret_init(shared, 4 + b.len, err))
		return false;
	put_u32(shared->p, (uint32_t)b.len);
	memcpy(shared->p + 4, b.p, b.len);
	return true;
}

void
kex_result_clear(struct kex_result *result)
{
	secret_clear(&result->shared);
	result->server_public_len = 0;
}
