/* SPDX-License-Identifier: ISC */
/*
 * A post-quantum key encapsulation next to X25519; K is the hash of both
 * secrets, so that it is safe while either of them is.
 * draft-ietf-sshm-mlkem-hybrid-kex, draft-ietf-sshm-ntruprime-ssh.
 */
#include "lib/crypto/kex_methods.h"
#include "lib/crypto/mlkem768.h"
#include "lib/crypto/openssl.h"
#include "lib/crypto/random.h"
#include "lib/crypto/sntrup761.h"
#include "lib/crypto/x25519.h"

#define KEM_SHARED_LEN	32
_Static_assert(MLKEM768_SHARED_LEN == KEM_SHARED_LEN &&
    SNTRUP761_SHARED_LEN == KEM_SHARED_LEN, "secret of the encapsulation");

struct kem {
	size_t public_len, ciphertext_len;
	bool (*encaps)(const uint8_t *public, uint8_t *ciphertext,
	    uint8_t shared[static KEM_SHARED_LEN], struct err *err);
};

static bool
encaps_mlkem768(const uint8_t *public, uint8_t *ciphertext,
    uint8_t shared[static KEM_SHARED_LEN], struct err *err)
{
	uint8_t m[32];
	bool ok;

	ok = random_bytes(m, sizeof(m), err) &&
	    mlkem768_encaps(public, m, ciphertext, shared, err);
	OPENSSL_cleanse(m, sizeof(m));
	return ok;
}

static bool
random_for_sntrup(void *arg, uint8_t *p, size_t len)
{
	return random_bytes(p, len, arg);
}

static bool
encaps_sntrup761(const uint8_t *public, uint8_t *ciphertext,
    uint8_t shared[static KEM_SHARED_LEN], struct err *err)
{
	struct err random_err;

	return sntrup761_encaps(public, ciphertext, shared, random_for_sntrup,
	    &random_err, err);
}

static bool
hybrid_respond(const struct kex_alg *alg, const void *detail,
    const struct kex_group *group, struct bytes client_public,
    struct kex_result *out, struct err *err)
{
	const struct kem *kem = detail;
	uint8_t both[KEM_SHARED_LEN + X25519_LEN], k[DIGEST_MAX];
	bool ok;

	(void)group;
	*out = (struct kex_result){ 0 };
	if (client_public.len != kem->public_len + X25519_LEN)
		return err_set(err, ERR_RANGE, "hybrid public value");
	out->server_public_len = kem->ciphertext_len + X25519_LEN;
	ok = kem->encaps(client_public.p, out->server_public, both, err) &&
	    x25519_respond(client_public.p + kem->public_len,
	    out->server_public + kem->ciphertext_len, both + KEM_SHARED_LEN,
	    err) &&
	    digest_bytes(alg->hash, bytes_of(both, sizeof(both)), k, err) &&
	    kex_shared_string(&out->shared,
	    bytes_of(k, digest_len(alg->hash)), err);
	OPENSSL_cleanse(both, sizeof(both));
	OPENSSL_cleanse(k, sizeof(k));
	return ok;
}

static const struct kem mlkem768 = {
	MLKEM768_PUBLIC_LEN, MLKEM768_CIPHERTEXT_LEN, encaps_mlkem768,
};

static const struct kem sntrup761 = {
	SNTRUP761_PUBLIC_LEN, SNTRUP761_CIPHERTEXT_LEN, encaps_sntrup761,
};

_Static_assert(SNTRUP761_CIPHERTEXT_LEN + X25519_LEN <= KEX_PUBLIC_MAX &&
    MLKEM768_CIPHERTEXT_LEN + X25519_LEN <= KEX_PUBLIC_MAX,
    "room for the answer");

const struct kex_method kex_mlkem768_x25519 = { hybrid_respond, &mlkem768 };
const struct kex_method kex_sntrup761_x25519 = { hybrid_respond, &sntrup761 };
