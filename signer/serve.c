/* SPDX-License-Identifier: ISC */
#include "signer/serve.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/crypto/kex.h"
#include "signer/device.h"
#include "signer/proof.h"

#define SSH_MSG_KEXINIT		20
#define VERSION_PREFIX		"SSH-2.0-"

typedef MUST_CHECK bool question_fn(const struct signer *signer,
    const union ipc_any *u, struct ipc *ipc, struct err *err);

/* Fills the IPC_OUTCOME of an answer of any kind. */
#define REFUSE(answer, why) do {					\
	(answer).code = (uint8_t)(why)->code;				\
	(answer).sys = (uint32_t)(why)->sys;				\
	(answer).what = bytes_str((why)->what);				\
} while (0)

/* ---- signatures --------------------------------------------------------- */

/* signature has room for SIGNATURE_MAX. */
static MUST_CHECK bool
make_signature(const struct signer *signer, const struct host_key *key,
    struct bytes algorithm, struct bytes data, uint8_t *signature,
    size_t *len, struct err *why)
{
	const struct conf *conf = &signer->conf;
	struct private_device device;

	if (host_secrets_device(&signer->secrets, key, &device))
		return device_sign(conf->security_key_provider, key->public,
		    &device, algorithm, data, signature, SIGNATURE_MAX, len,
		    why);
	return host_secrets_sign(&signer->secrets, key, conf->host_key_agent,
	    algorithm, data, signature, SIGNATURE_MAX, len, why);
}

static bool
is_kexinit(struct bytes payload)
{
	return payload.len != 0 && payload.p[0] == SSH_MSG_KEXINIT;
}

static bool
is_version(struct bytes line)
{
	const size_t len = strlen(VERSION_PREFIX);

	return line.len > len && memcmp(line.p, VERSION_PREFIX, len) == 0;
}

static MUST_CHECK bool
hash_exchange(const struct ipc_SIGN_EXCHANGE *m,
    uint8_t hash[static DIGEST_MAX], size_t *len, struct err *err)
{
	const struct kex_hash_input in = {
		.alg = kex_find(m->kex_name),
		.client_version = m->client_version,
		.server_version = m->server_version,
		.client_kexinit = m->client_kexinit,
		.server_kexinit = m->server_kexinit,
		.host_key = m->host_key,
		.gex_request = m->gex_request,
		.gex_p = m->gex_p, .gex_g = m->gex_g,
		.client_public = m->client_public,
		.server_public = m->server_public,
		.shared = m->shared_secret,
	};

	if (in.alg == NULL)
		return err_set(err, ERR_DENIED, "key exchange to sign");
	if (!is_version(m->server_version) ||
	    !is_kexinit(m->client_kexinit) || !is_kexinit(m->server_kexinit))
		return err_set(err, ERR_FORMAT, "key exchange to sign");
	*len = digest_len(in.alg->hash);
	return kex_hash(&in, hash, err);
}

static bool
sign_exchange(const struct signer *signer, const union ipc_any *u,
    struct ipc *ipc, struct err *err)
{
	const struct ipc_SIGN_EXCHANGE *m = &u->SIGN_EXCHANGE;
	uint8_t hash[DIGEST_MAX], signature[SIGNATURE_MAX];
	struct ipc_EXCHANGE_SIGNED answer = { 0 };
	const struct host_key *key;
	struct err why = { 0 };
	struct bytes blob;
	size_t hash_len, len;

	key = host_keys_find(&signer->secrets.keys, m->host_key_algorithm,
	    &blob);
	if (key == NULL || !bytes_equal(blob, m->host_key))
		return err_set(err, ERR_DENIED, "host key to sign with");
	if (!hash_exchange(m, hash, &hash_len, err))
		return false;
	if (make_signature(signer, key, m->host_key_algorithm,
	    bytes_of(hash, hash_len), signature, &len, &why)) {
		answer.hash = bytes_of(hash, hash_len);
		answer.signature = bytes_of(signature, len);
	} else
		REFUSE(answer, &why);
	return ipc_send(ipc, IPC_EXCHANGE_SIGNED, &answer, err);
}

static bool
sign_proof(const struct signer *signer, const union ipc_any *u,
    struct ipc *ipc, struct err *err)
{
	const struct ipc_SIGN_PROOF *m = &u->SIGN_PROOF;
	const struct host_key *key = host_keys_find_blob(
	    &signer->secrets.keys, m->key);
	uint8_t signature[SIGNATURE_MAX], *data;
	struct ipc_PROOF_SIGNED answer = { 0 };
	struct err why = { 0 };
	size_t data_len, len;

	if (key == NULL)
		return err_set(err, ERR_DENIED, "host key to prove");
	if (!proof_build(m->session_id, m->key, &data, &data_len, err))
		return false;
	if (make_signature(signer, key, m->algorithm,
	    bytes_of(data, data_len), signature, &len, &why))
		answer.signature = bytes_of(signature, len);
	else
		REFUSE(answer, &why);
	free(data);
	return ipc_send(ipc, IPC_PROOF_SIGNED, &answer, err);
}

/* ---- checks ------------------------------------------------------------- */

static MUST_CHECK bool
send_verified(struct ipc *ipc, bool holds, const struct err *why,
    const struct sig_details *details, struct err *err)
{
	struct ipc_VERIFIED answer = { 0 };

	if (holds) {
		answer.flags = details->flags;
		answer.counter = details->counter;
	} else
		REFUSE(answer, why);
	return ipc_send(ipc, IPC_VERIFIED, &answer, err);
}

static bool
verify(const struct signer *signer, const union ipc_any *u, struct ipc *ipc,
    struct err *err)
{
	const struct ipc_VERIFY *m = &u->VERIFY;
	struct sig_details details = { 0 };
	struct pubkey *key = NULL;
	struct err why = { 0 };
	bool holds;

	(void)signer;
	holds = pubkey_parse(m->key, &key, &why) &&
	    pubkey_verify(key, m->algorithm, m->signature, m->data, &details,
	    &why);
	pubkey_free(key);
	return send_verified(ipc, holds, &why, &details, err);
}

static bool
check_cert(const struct signer *signer, const union ipc_any *u,
    struct ipc *ipc, struct err *err)
{
	const struct ipc_CHECK_CERT *m = &u->CHECK_CERT;
	static const struct sig_details none;
	char names[NAME_LIST_MAX + 1];
	struct pubkey *key = NULL;
	struct err why = { 0 };
	bool holds;

	(void)signer;
	if (!bytes_to_str(m->ca_algorithms, names, sizeof(names)))
		return err_set(err, ERR_FORMAT, "algorithms of a CA");
	holds = pubkey_parse(m->cert, &key, &why) &&
	    cert_check_signature(key, names, &why);
	pubkey_free(key);
	return send_verified(ipc, holds, &why, &none, err);
}

/* ---- the table ---------------------------------------------------------- */

static question_fn *const questions[IPC_COUNT] = {
	[IPC_SIGN_EXCHANGE]	= sign_exchange,
	[IPC_SIGN_PROOF]	= sign_proof,
	[IPC_VERIFY]		= verify,
	[IPC_CHECK_CERT]	= check_cert,
};

static MUST_CHECK bool
answer_one(const struct signer *signer, struct ipc *ipc, struct err *err)
{
	struct ipc_message message;
	question_fn *fn;
	bool got, ok;

	if (!ipc_recv(ipc, SIG_SERVING, &message, &got, err))
		return false;
	if (!got)
		return true;
	fn = questions[message.id];
	ok = fn != NULL ? fn(signer, &message.u, ipc, err) :
	    err_set(err, ERR_UNEXPECTED, "message to a signer");
	ipc_message_clear(&message);
	/* it may have held the secret of a key exchange */
	ipc_forget(ipc);
	return ok;
}

int
serve(const struct signer *signer, int fd)
{
	struct ipc ipc;
	struct err err;

	ipc_init(&ipc, fd, MONITOR_TO_SIGNER);
	while (answer_one(signer, &ipc, &err))
		continue;
	ipc_clear(&ipc);
	if (err.code == ERR_CLOSED)
		return 0;
	log_error("attack: a monitor asked the signer for what it must not: "
	    "%s: %s", err.what, err_text(&err));
	return 1;
}
