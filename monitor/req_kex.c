/* SPDX-License-Identifier: ISC */
#include "monitor/req_kex.h"

#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/base/pattern.h"
#include "lib/crypto/kex.h"
#include "lib/wire/reader.h"
#include "monitor/monitor.h"

#define SSH_MSG_KEXINIT		20

/* K_S that we offered under this name; false: we did not. */
static bool
find_offered(const struct monitor *mon, struct bytes algorithm,
    struct bytes *host_key)
{
	struct reader r = rd_init(mon->offer);

	while (rd_left(&r) != 0) {
		struct bytes name = rd_string(&r, ALG_NAME_MAX, "algorithm");
		struct bytes blob = rd_string(&r, KEY_BLOB_MAX, "K_S");

		if (r.code == ERR_NONE && bytes_equal(name, algorithm)) {
			*host_key = blob;
			return true;
		}
	}
	return false;
}

static bool
is_kexinit(struct bytes payload)
{
	return payload.len != 0 && payload.p[0] == SSH_MSG_KEXINIT;
}

/* What a client sends goes into the hash as it is; sizes we serve count. */
static uint32_t
clamp_bits(uint32_t bits)
{
	return MIN(MAX(bits, GEX_BITS_MIN), GEX_BITS_MAX);
}

static bool
same_wish(struct bytes request, const struct gex_wish *wish)
{
	struct reader r = rd_init(request);
	uint32_t min = rd_u32(&r, "min"), n = rd_u32(&r, "n");
	uint32_t max = rd_u32(&r, "max");
	struct err err;

	return rd_end(&r, &err) && clamp_bits(min) == clamp_bits(wish->min) &&
	    clamp_bits(n) == clamp_bits(wish->n) &&
	    clamp_bits(max) == clamp_bits(wish->max);
}

/* The group of an exchange must be the one that was asked for here. */
static bool
group_fits(const struct monitor *mon, const struct kex_alg *alg,
    const struct ipc_KEX_SIGN *m)
{
	const struct gex *gex = mon->gex;

	if (alg->form != KEX_FORM_GEX)
		return m->gex_request.len == 0 && m->gex_p.len == 0 &&
		    m->gex_g.len == 0;
	return gex != NULL && gex->given &&
	    same_wish(m->gex_request, &gex->wish) &&
	    bytes_equal(m->gex_p, bytes_of(gex->group.p, gex->group.p_len)) &&
	    bytes_equal(m->gex_g, bytes_of(gex->group.g, gex->group.g_len));
}

static MUST_CHECK bool
check_kex_sign(const struct monitor *mon, const struct ipc_KEX_SIGN *m,
    struct ipc_SIGN_EXCHANGE *out, struct err *err)
{
	const struct kex_alg *alg = kex_find(m->kex_name);

	if (alg == NULL || !name_list_has(bytes_str(mon->conf.kex_algorithms),
	    m->kex_name))
		return err_set(err, ERR_DENIED, "key exchange not offered");
	*out = (struct ipc_SIGN_EXCHANGE){
		.kex_name = m->kex_name,
		.host_key_algorithm = m->host_key_algorithm,
		.client_version = m->client_version,
		.server_version = bytes_str(mon->version),
		.client_kexinit = m->client_kexinit,
		.server_kexinit = m->server_kexinit,
		.gex_request = m->gex_request,
		.gex_p = m->gex_p, .gex_g = m->gex_g,
		.client_public = m->client_public,
		.server_public = m->server_public,
		.shared_secret = m->shared_secret,
	};
	if (!find_offered(mon, m->host_key_algorithm, &out->host_key))
		return err_set(err, ERR_DENIED, "host key not offered");
	if (!is_kexinit(m->client_kexinit) || !is_kexinit(m->server_kexinit))
		return err_set(err, ERR_FORMAT, "KEXINIT to sign");
	if (!group_fits(mon, alg, m))
		return err_set(err, ERR_MISMATCH, "group to sign");
	return true;
}

/* The first exchange names the session for good. */
static MUST_CHECK bool
begin_session(struct monitor *mon, struct bytes hash, struct bytes host_key,
    struct err *err)
{
	uint8_t *copy = malloc(host_key.len);

	if (copy == NULL)
		return err_set(err, ERR_NOMEM, "host key");
	memcpy(copy, host_key.p, host_key.len);
	mon->first_host_key = bytes_of(copy, host_key.len);
	memcpy(mon->session_id, hash.p, hash.len);
	mon->session_id_len = hash.len;
	mon->state = MON_FRESH;
	return true;
}

/* Nothing that net said can be the reason. */
static bool
unsigned_by(const struct host_key *key, const struct err *why,
    struct err *err)
{
	log_error("%s host key: %s: %s", key->public->row->name, why->what,
	    err_text(why));
	return err_set(err, ERR_NOT_FOUND, "signature by a host key");
}

/* Months may pass until the next rekey: nobody waits for us that long. */
static void
done_with_signer(struct monitor *mon)
{
	if (mon->state == MON_AUTHED)
		signer_close(&mon->signer);
	else
		ipc_forget(&mon->signer.ipc);
}

static MUST_CHECK bool
answer_kex_sign(struct monitor *mon, const struct ipc_SIGN_EXCHANGE *question,
    const struct ipc_EXCHANGE_SIGNED *answer, struct err *err)
{
	const struct ipc_KEX_SIGNED reply = {
		.signature = answer->signature,
	};

	if (answer->hash.len !=
	    digest_len(kex_find(question->kex_name)->hash))
		return err_set(err, ERR_NOT_FOUND, "exchange hash");
	if (mon->gex != NULL)
		mon->gex->given = false;	/* a group is good once */
	return ipc_send(&mon->net, IPC_KEX_SIGNED, &reply, err) &&
	    (mon->state != MON_KEX ||
	    begin_session(mon, answer->hash, question->host_key, err));
}

bool
req_kex_sign(struct monitor *mon, struct ipc_message *message, struct err *err)
{
	const struct ipc_KEX_SIGN *m = &message->u.KEX_SIGN;
	const struct ipc_EXCHANGE_SIGNED *answer;
	struct ipc_SIGN_EXCHANGE question;
	const struct host_key *key;
	struct bytes blob;
	struct err why;
	bool ok;

	if (!check_kex_sign(mon, m, &question, err))
		return false;
	key = host_keys_find(&mon->keys, m->host_key_algorithm, &blob);
	if (key == NULL)
		return err_set(err, ERR_DENIED, "host key not offered");
	if (!signer_sign_exchange(&mon->signer, &question, &answer, &why,
	    err))
		return false;
	ok = answer == NULL ? unsigned_by(key, &why, err) :
	    answer_kex_sign(mon, &question, answer, err);
	done_with_signer(mon);
	return ok;
}

bool
req_gex_group(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	const struct ipc_GEX_GROUP *m = &message->u.GEX_GROUP;
	struct ipc_GEX_GROUP_REPLY reply = { 0 };

	if (mon->gex == NULL && (mon->gex = calloc(1, sizeof(*mon->gex))) ==
	    NULL)
		return err_set(err, ERR_NOMEM, "group");
	if (mon->gex->given)
		return err_set(err, ERR_UNEXPECTED, "second group");
	mon->gex->wish = (struct gex_wish){ m->min, m->n, m->max };
	if (!moduli_choose(mon->conf.moduli_file, &mon->gex->wish,
	    &mon->gex->group, &mon->gex->given, err))
		return false;
	if (mon->gex->given) {
		reply.p = bytes_of(mon->gex->group.p, mon->gex->group.p_len);
		reply.g = bytes_of(mon->gex->group.g, mon->gex->group.g_len);
	}
	return ipc_send(&mon->net, IPC_GEX_GROUP_REPLY, &reply, err);
}

/*
 * An RSA key signs with what the client can, but with what is no default only
 * where it is configured; others have one algorithm.
 */
static bool
proof_algorithm(const struct monitor *mon, const struct host_key *key,
    struct bytes rsa_algorithm, struct bytes *algorithm)
{
	const struct sig_alg_row *row;
	struct bytes blob;

	if (key->public->row->type != KEY_RSA) {
		*algorithm = bytes_str(key->public->row->name);
		return true;
	}
	row = sig_alg_find(rsa_algorithm);
	*algorithm = rsa_algorithm;
	return row != NULL && strcmp(row->key_name,
	    key->public->row->name) == 0 &&
	    (row->is_default || find_offered(mon, rsa_algorithm, &blob));
}

static MUST_CHECK bool
prove(struct monitor *mon, const struct host_key *key,
    const struct ipc_SIGN_PROOF *question, struct err *err)
{
	const struct ipc_PROOF_SIGNED *answer;
	struct ipc_HOSTKEY_PROOF_REPLY reply;
	struct err why;
	bool ok;

	if (!signer_sign_proof(&mon->signer, question, &answer, &why, err))
		return false;
	if (answer == NULL)
		ok = unsigned_by(key, &why, err);
	else {
		reply = (struct ipc_HOSTKEY_PROOF_REPLY){
			.signature = answer->signature,
		};
		ok = ipc_send(&mon->net, IPC_HOSTKEY_PROOF_REPLY, &reply,
		    err);
	}
	done_with_signer(mon);
	return ok;
}

bool
req_hostkey_proof(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	const struct ipc_HOSTKEY_PROOF *m = &message->u.HOSTKEY_PROOF;
	const struct host_key *key = host_keys_find_blob(&mon->keys, m->key);
	const struct ipc_HOSTKEY_PROOF_REPLY none = { 0 };
	struct ipc_SIGN_PROOF question = {
		.session_id = bytes_of(mon->session_id, mon->session_id_len),
		.key = m->key,
	};

	if (key == NULL)
		return ipc_send(&mon->net, IPC_HOSTKEY_PROOF_REPLY, &none,
		    err);
	if (mon->proved[key - mon->keys.v])
		return err_set(err, ERR_UNEXPECTED, "host key proved twice");
	mon->proved[key - mon->keys.v] = true;
	if (!proof_algorithm(mon, key, m->rsa_algorithm,
	    &question.algorithm))
		return err_set(err, ERR_DENIED, "algorithm of a proof");
	return prove(mon, key, &question, err);
}
