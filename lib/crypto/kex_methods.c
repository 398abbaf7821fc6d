/* SPDX-License-Identifier: ISC */
#include "lib/crypto/kex_methods.h"

#include <assert.h>

static const struct kex_method *const methods[] = {
	[KEX_MLKEM768_X25519]	= &kex_mlkem768_x25519,
	[KEX_SNTRUP761_X25519]	= &kex_sntrup761_x25519,
	[KEX_CURVE25519]	= &kex_curve25519,
	[KEX_NISTP256]		= &kex_nistp256,
	[KEX_NISTP384]		= &kex_nistp384,
	[KEX_NISTP521]		= &kex_nistp521,
	[KEX_GEX]		= &kex_gex,
	[KEX_GROUP14]		= &kex_group14,
	[KEX_GROUP16]		= &kex_group16,
	[KEX_GROUP18]		= &kex_group18,
};

bool
kex_respond(const struct kex_alg *alg, const struct kex_group *group,
    struct bytes client_public, struct kex_result *out, struct err *err)
{
	const struct kex_method *method;

	assert((size_t)alg->method < ARRAY_LEN(methods));
	method = methods[alg->method];
	return method->respond(alg, method->detail, group, client_public, out,
	    err);
}
