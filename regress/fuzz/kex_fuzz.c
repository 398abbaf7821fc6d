/* SPDX-License-Identifier: ISC */
/*
 * Fuzz target: the server's answer to arbitrary public values, for every key
 * exchange method. First byte: the method; second: the group, where the
 * method takes one. The rest is the client's value.
 */
#include "fuzz/fuzz.h"

#include "fuzz/fixed_random.h"
#include "lib/base/limits.h"
#include "lib/crypto/init.h"
#include "lib/crypto/kex.h"

static const struct kex_alg *
any_alg(uint8_t i)
{
	size_t count = 0;

	while (kex_row(count) != NULL)
		count++;
	return kex_row(i % count);
}

/* A good group, or one that nobody should compute with. */
static struct kex_group
any_group(uint8_t kind, struct bytes *in)
{
	struct kex_group group = kex_fallback_group(kind & 1 ? 2048 : 3072);

	if (kind % 4 == 2)
		group.g = fuzz_take(in, fuzz_u8(in));
	if (kind % 4 == 3)
		group.p = fuzz_take(in, fuzz_u8(in) * 2u);
	return group;
}

static void
check_result(const struct kex_alg *alg, const struct kex_group *group,
    struct bytes client_public, const struct kex_result *result)
{
	struct bytes h, shared = secret_bytes(&result->shared);
	struct kex_hash_input in = {
		.alg = alg,
		.client_version = BYTES_LIT("SSH-2.0-a"),
		.server_version = BYTES_LIT("SSH-2.0-b"),
		.host_key = BYTES_LIT("key"),
		.gex_p = group->p, .gex_g = group->g,
		.client_public = client_public,
		.server_public = bytes_of(result->server_public,
		    result->server_public_len),
		.shared = shared,
	};
	uint8_t hash[DIGEST_MAX], key[64];
	struct err err;

	FUZZ_CHECK(result->server_public_len != 0 &&
	    result->server_public_len <= KEX_PUBLIC_MAX);
	/* the length, and more than one byte of a secret */
	FUZZ_CHECK(shared.len > 4 && shared.len <= KEX_SECRET_MAX);
	FUZZ_CHECK(kex_hash(&in, hash, &err));
	h = bytes_of(hash, digest_len(alg->hash));
	FUZZ_CHECK(kex_derive(alg->hash, shared, h, 'A', h, key, sizeof(key),
	    &err));
}

static bool
is_slow(const struct kex_alg *alg)
{
	return strstr(alg->name, "group18") != NULL;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	crypto_init();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	const struct kex_alg *alg = any_alg(fuzz_u8(&in));
	struct kex_group group = { 0 };
	struct kex_result result = { 0 };
	struct fuzz_copy public;
	struct err err;

	fixed_random_restart();
	/* group 16 is the same code in half the time */
	if (is_slow(alg))
		return 0;
	if (alg->form == KEX_FORM_GEX)
		group = any_group(fuzz_u8(&in), &in);
	in.len = MIN(in.len, KEX_PUBLIC_MAX - 1);
	public = fuzz_copy_init(in);
	if (kex_respond(alg, alg->form == KEX_FORM_GEX ? &group : NULL,
	    public.b, &result, &err))
		check_result(alg, &group, public.b, &result);
	else
		FUZZ_CHECK(err.code != ERR_NONE);
	kex_result_clear(&result);
	fuzz_copy_clear(&public);
	return 0;
}
