/* SPDX-License-Identifier: ISC */
#include "lib/crypto/protect_ops.h"

/* In order of preference. */
static const struct cipher_alg *const cipher_algs[] = {
	&cipher_chachapoly,
	&cipher_aes128_gcm,
	&cipher_aes256_gcm,
	&cipher_aes128_ctr,
	&cipher_aes192_ctr,
	&cipher_aes256_ctr,
	&cipher_aes128_cbc,
	&cipher_aes192_cbc,
	&cipher_aes256_cbc,
	&cipher_3des_cbc,
};

const struct cipher_alg *
cipher_find(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(cipher_algs); i++) {
		if (bytes_is(name, cipher_algs[i]->name))
			return cipher_algs[i];
	}
	return NULL;
}

const struct cipher_alg *
cipher_row(size_t i)
{
	return i < ARRAY_LEN(cipher_algs) ? cipher_algs[i] : NULL;
}
