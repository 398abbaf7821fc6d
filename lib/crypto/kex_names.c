/* SPDX-License-Identifier: ISC */
/*
 * The table of key exchange algorithms. Apart from what they do, for processes
 * that only need to know of them.
 */
#include "lib/crypto/kex.h"

#define ECDH	KEX_FORM_ECDH
#define DH	KEX_FORM_DH
#define GEX	KEX_FORM_GEX

/* In order of preference; what is not offered by default comes last. */
static const struct kex_alg kex_algs[] = {
	{ "mlkem768x25519-sha256", ECDH, DIGEST_SHA256, true,
	    KEX_MLKEM768_X25519 },
	{ "sntrup761x25519-sha512", ECDH, DIGEST_SHA512, true,
	    KEX_SNTRUP761_X25519 },
	{ "sntrup761x25519-sha512@openssh.com", ECDH, DIGEST_SHA512, true,
	    KEX_SNTRUP761_X25519 },
	{ "curve25519-sha256", ECDH, DIGEST_SHA256, true, KEX_CURVE25519 },
	{ "curve25519-sha256@libssh.org", ECDH, DIGEST_SHA256, true,
	    KEX_CURVE25519 },
	{ "ecdh-sha2-nistp256", ECDH, DIGEST_SHA256, true, KEX_NISTP256 },
	{ "ecdh-sha2-nistp384", ECDH, DIGEST_SHA384, true, KEX_NISTP384 },
	{ "ecdh-sha2-nistp521", ECDH, DIGEST_SHA512, true, KEX_NISTP521 },
	{ "diffie-hellman-group-exchange-sha256", GEX, DIGEST_SHA256, false,
	    KEX_GEX },
	{ "diffie-hellman-group16-sha512", DH, DIGEST_SHA512, false,
	    KEX_GROUP16 },
	{ "diffie-hellman-group18-sha512", DH, DIGEST_SHA512, false,
	    KEX_GROUP18 },
	{ "diffie-hellman-group14-sha256", DH, DIGEST_SHA256, false,
	    KEX_GROUP14 },
	{ "diffie-hellman-group14-sha1", DH, DIGEST_SHA1, false,
	    KEX_GROUP14 },
	{ "diffie-hellman-group-exchange-sha1", GEX, DIGEST_SHA1, false,
	    KEX_GEX },
};

const struct kex_alg *
kex_find(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(kex_algs); i++) {
		if (bytes_is(name, kex_algs[i].name))
			return &kex_algs[i];
	}
	return NULL;
}

const struct kex_alg *
kex_row(size_t i)
{
	return i < ARRAY_LEN(kex_algs) ? &kex_algs[i] : NULL;
}
