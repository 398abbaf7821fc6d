/* SPDX-License-Identifier: ISC */
#include "lib/crypto/kex_methods.h"

/* In order of preference; what is not offered by default comes last. */
static const struct kex_alg *const kex_algs[] = {
	&kex_mlkem768_x25519,
	&kex_sntrup761_x25519,
	&kex_sntrup761_x25519_openssh,
	&kex_curve25519,
	&kex_curve25519_libssh,
	&kex_nistp256,
	&kex_nistp384,
	&kex_nistp521,
	&kex_gex_sha256,
	&kex_group16_sha512,
	&kex_group18_sha512,
	&kex_group14_sha256,
	&kex_group14_sha1,
	&kex_gex_sha1,
};

const struct kex_alg *
kex_find(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(kex_algs); i++) {
		if (bytes_is(name, kex_algs[i]->name))
			return kex_algs[i];
	}
	return NULL;
}

const struct kex_alg *
kex_row(size_t i)
{
	return i < ARRAY_LEN(kex_algs) ? kex_algs[i] : NULL;
}
