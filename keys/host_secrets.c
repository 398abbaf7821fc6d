/* SPDX-License-Identifier: ISC */
#include "keys/host_secrets.h"

#include <stdlib.h>

#include "keys/agent.h"
#include "lib/wire/writer.h"

void
host_secrets_clear(struct host_secrets *secrets)
{
	for (size_t i = 0; i < secrets->keys.count; i++)
		private_key_free(secrets->v[i]);
	free(secrets->v);
	host_keys_clear(&secrets->keys);
	*secrets = (struct host_secrets){ 0 };
}

/* A signature that can't hold, of the form and length that it should have. */
static void
try_signature(const struct pubkey *key, const struct sig_alg_row *alg)
{
	static const uint8_t bytes[RSA_BITS_MAX / 8] = { 1, 1 };
	uint8_t blob[SIGNATURE_MAX], body[16];
	struct writer w = wr_init(blob, sizeof(blob));
	struct writer numbers = wr_init(body, sizeof(body));
	struct err err;

	wr_cstring(&w, alg->sig_name);
	switch (key->row->type) {
	case KEY_ECDSA:
		wr_mpint(&numbers, bytes_of(bytes, 1));
		wr_mpint(&numbers, bytes_of(bytes, 1));
		wr_string(&w, wr_view(&numbers));
		break;
	case KEY_RSA:
		wr_string(&w, bytes_of(bytes, key->rsa_n.len));
		break;
	case KEY_ED25519:
		wr_string(&w, bytes_of(bytes, 64));
		break;
	case KEY_SK_ED25519:
	case KEY_SK_ECDSA:
		return;
	}
	(void)!pubkey_verify(key, bytes_str(alg->name), wr_view(&w),
	    BYTES_LIT("warm"), NULL, &err);
}

void
host_secrets_warm(const struct host_secrets *secrets)
{
	const struct sig_alg_row *alg;

	for (size_t i = 0; i < secrets->keys.count; i++) {
		const struct pubkey *key = secrets->keys.v[i].public;

		for (size_t k = 0; (alg = sig_alg_row(k)) != NULL; k++) {
			if (strcmp(alg->key_name, key->row->name) == 0 &&
			    alg->is_default)
				try_signature(key, alg);
		}
	}
}

static const struct private_key *
secret_of(const struct host_secrets *secrets, const struct host_key *key)
{
	return secrets->v[key - secrets->keys.v];
}

bool
host_secrets_device(const struct host_secrets *secrets,
    const struct host_key *key, struct private_device *out)
{
	const struct private_key *secret = secret_of(secrets, key);

	return pubkey_is_device(key->public) && secret != NULL &&
	    private_key_device(secret, out);
}

static MUST_CHECK bool
sign_by_agent(const struct host_key *key, const char *agent,
    struct bytes algorithm, struct bytes data, uint8_t *out, size_t cap,
    size_t *out_len, struct err *err)
{
	const struct sig_alg_row *alg = sig_alg_find(algorithm);

	if (agent == NULL || alg == NULL)
		return err_set(err, ERR_DENIED, "no agent for a host key");
	return agent_sign(agent, bytes_of(key->public->blob,
	    key->public->blob_len), alg, data, out, cap, out_len, err);
}

bool
host_secrets_sign(const struct host_secrets *secrets,
    const struct host_key *key, const char *agent, struct bytes algorithm,
    struct bytes data, uint8_t *out, size_t cap, size_t *out_len,
    struct err *err)
{
	const struct private_key *secret = secret_of(secrets, key);

	if (secret == NULL)
		return sign_by_agent(key, agent, algorithm, data, out, cap,
		    out_len, err);
	return private_key_sign(secret, algorithm, data, out, cap, out_len,
	    err);
}
