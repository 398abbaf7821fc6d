/* SPDX-License-Identifier: ISC */
/* curve25519-sha256, RFC 8731, and the name it had before. */
#include "lib/crypto/kex_methods.h"
#include "lib/crypto/openssl.h"
#include "lib/crypto/x25519.h"

static bool
curve25519_respond(const struct kex_alg *alg, const void *detail,
    const struct kex_group *group, struct bytes client_public,
    struct kex_result *out, struct err *err)
{
	uint8_t shared[X25519_LEN];
	bool ok;

	(void)alg;
	(void)detail;
	(void)group;
	*out = (struct kex_result){ 0 };
	if (client_public.len != X25519_LEN)
		return err_set(err, ERR_RANGE, "X25519 public value");
	out->server_public_len = X25519_LEN;
	/* RFC 8731 3.1: the bytes are read as a big-endian number. */
	ok = x25519_respond(client_public.p, out->server_public, shared,
	    err) &&
	    kex_shared_mpint(&out->shared, bytes_of(shared, sizeof(shared)),
	    err);
	OPENSSL_cleanse(shared, sizeof(shared));
	return ok;
}

const struct kex_method kex_curve25519 = { curve25519_respond, NULL };
