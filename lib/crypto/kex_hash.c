/* SPDX-License-Identifier: ISC */
/* The exchange hash and what is derived from it. */
#include "lib/crypto/kex.h"
#include "lib/crypto/openssl.h"
#include "lib/wire/writer.h"

static bool
digest_mpint(struct digest *d, struct bytes magnitude, struct err *err)
{
	uint8_t head[5] = { 0 };
	bool pad;

	while (magnitude.len != 0 && magnitude.p[0] == 0) {
		magnitude.p++;
		magnitude.len--;
	}
	pad = magnitude.len != 0 && (magnitude.p[0] & 0x80) != 0;
	put_u32(head, (uint32_t)(magnitude.len + pad));
	return digest_update(d, bytes_of(head, pad ? 5 : 4), err) &&
	    digest_update(d, magnitude, err);
}

/* The two public values, in the form of the method's messages. */
static bool
hash_publics(struct digest *d, const struct kex_hash_input *in,
    struct err *err)
{
	switch (in->alg->form) {
	case KEX_FORM_ECDH:
		return digest_string(d, in->client_public, err) &&
		    digest_string(d, in->server_public, err);
	case KEX_FORM_GEX:
		if (!digest_update(d, in->gex_request, err) ||
		    !digest_mpint(d, in->gex_p, err) ||
		    !digest_mpint(d, in->gex_g, err))
			return false;
		/* FALLTHROUGH */
	case KEX_FORM_DH:
		return digest_mpint(d, in->client_public, err) &&
		    digest_mpint(d, in->server_public, err);
	}
	return err_set(err, ERR_RANGE, "form of the key exchange");
}

bool
kex_hash(const struct kex_hash_input *in, uint8_t out[static DIGEST_MAX],
    struct err *err)
{
	struct digest d;
	bool ok;

	ok = digest_init(&d, in->alg->hash, err) &&
	    digest_string(&d, in->client_version, err) &&
	    digest_string(&d, in->server_version, err) &&
	    digest_string(&d, in->client_kexinit, err) &&
	    digest_string(&d, in->server_kexinit, err) &&
	    digest_string(&d, in->host_key, err) &&
	    hash_publics(&d, in, err) &&
	    digest_update(&d, in->shared, err) &&
	    digest_final(&d, out, err);
	digest_clear(&d);
	return ok;
}

/* K1 where nothing is there yet, else the K after those in so_far. */
static bool
derive_block(enum digest_id hash, struct bytes shared,
    struct bytes exchange_hash, char letter, struct bytes session_id,
    struct bytes so_far, uint8_t block[static DIGEST_MAX], struct err *err)
{
	struct digest d;
	bool ok;

	ok = digest_init(&d, hash, err) &&
	    digest_update(&d, shared, err) &&
	    digest_update(&d, exchange_hash, err);
	if (so_far.len == 0)
		ok = ok && digest_update(&d, bytes_of(&letter, 1), err) &&
		    digest_update(&d, session_id, err);
	else
		ok = ok && digest_update(&d, so_far, err);
	ok = ok && digest_final(&d, block, err);
	digest_clear(&d);
	return ok;
}

bool
kex_derive(enum digest_id hash, struct bytes shared,
    struct bytes exchange_hash, char letter, struct bytes session_id,
    uint8_t *out, size_t out_len, struct err *err)
{
	uint8_t block[DIGEST_MAX];
	size_t block_len = digest_len(hash);
	bool ok = true;

	for (size_t done = 0; ok && done < out_len; done += block_len) {
		ok = derive_block(hash, shared, exchange_hash, letter,
		    session_id, bytes_of(out, done), block, err);
		if (ok)
			memcpy(out + done, block,
			    MIN(block_len, out_len - done));
	}
	OPENSSL_cleanse(block, sizeof(block));
	return ok;
}
