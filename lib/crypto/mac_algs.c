/* SPDX-License-Identifier: ISC */
#include "lib/crypto/protect_ops.h"

/* In order of preference. */
static const struct mac_alg *const mac_algs[] = {
	&mac_umac_64_etm,
	&mac_umac_128_etm,
	&mac_hmac_sha2_256_etm,
	&mac_hmac_sha2_512_etm,
	&mac_hmac_sha1_etm,
	&mac_umac_64,
	&mac_umac_128,
	&mac_hmac_sha2_256,
	&mac_hmac_sha2_512,
	&mac_hmac_sha1,
};

const struct mac_alg *
mac_find(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(mac_algs); i++) {
		if (bytes_is(name, mac_algs[i]->name))
			return mac_algs[i];
	}
	return NULL;
}

const struct mac_alg *
mac_row(size_t i)
{
	return i < ARRAY_LEN(mac_algs) ? mac_algs[i] : NULL;
}
