/* SPDX-License-Identifier: ISC */
#include "monitor/req_kex.h"

#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/base/pattern.h"
#include "lib/crypto/kex.h"
#include "lib/wire/reader.h"
#include "monitor/device.h"
#include "monitor/monitor.h"
#include "monitor/signed_data.h"

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
    struct kex_hash_input *in, struct err *err)
{
	const struct kex_alg *alg = kex_find(m->kex_name);

	if (alg == NULL || !name_list_has(bytes_str(mon->conf.kex_algorithms),
	    m->kex_name))
		return err_set(err, ERR_DENIED, "key exchange not offered");
	*in = (struct kex_hash_input){
		.alg = alg,
		.client_version = m->client_version,
		.server_version = bytes_str(mon->version),
		.client_kexinit = m->client_kexinit,
		.server_kexinit = m->server_kexinit,
		.gex_request = m->gex_request,
		.gex_p = m->gex_p, .gex_g = m->gex_g,
		.client_public = m->client_public,
		.server_public = m->server_public,
		.shared = m->shared_secret,
	};
	if (!find_offered(mon, m->host_key_algorithm, &in->host_key))
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

static MUST_CHECK bool
make_signature(const struct conf *conf, struct host_key *key,
    struct bytes algorithm, struct bytes data, uint8_t *out, size_t *len,
    struct err *err)
{
	struct private_device device;

	if (host_key_device(key, &device))
		return device_sign(conf->security_key_provider, key->public,
		    &device, algorithm, data, out, SIGNATURE_MAX, len, err);
	return host_key_sign(key, conf->host_key_agent, algorithm, data, out,
	    SIGNATURE_MAX, len, err);
}

static MUST_CHECK bool
sign(struct monitor *mon, struct host_key *key, struct bytes algorithm,
    struct bytes data, enum ipc_id reply_id, struct err *err)
{
	uint8_t *signature = malloc(SIGNATURE_MAX);
	struct ipc_KEX_SIGNED reply;
	size_t len;
	bool ok = false;

	/* both replies are one string */
	if (signature == NULL)
		return err_set(err, ERR_NOMEM, "signature");
	if (make_signature(&mon->conf, key, algorithm, data, signature, &len,
	    err)) {
		reply = (struct ipc_KEX_SIGNED){
			.signature = bytes_of(signature, len),
		};
		ok = ipc_send(&mon->net, reply_id, &reply, err);
	} else {
		/* nothing that net said can be the reason */
		log_error("%s host key: %s: %s", key->public->row->name,
		    err->what, err_text(err));
		err_set(err, ERR_NOT_FOUND, "signature by a host key");
	}
	free(signature);
	return ok;
}

bool
req_kex_sign(struct monitor *mon, struct ipc_message *message, struct err *err)
{
	const struct ipc_KEX_SIGN *m = &message->u.KEX_SIGN;
	struct kex_hash_input in;
	struct bytes blob, h;
	struct host_key *key;
	uint8_t hash[DIGEST_MAX];

	if (!check_kex_sign(mon, m, &in, err))
		return false;
	key = host_keys_find(&mon->keys, m->host_key_algorithm, &blob);
	if (key == NULL)
		return err_set(err, ERR_DENIED, "host key not offered");
	if (!kex_hash(&in, hash, err))
		return false;
	h = bytes_of(hash, digest_len(in.alg->hash));
	if (mon->gex != NULL)
		mon->gex->given = false;	/* a group is good once */
	return sign(mon, key, m->host_key_algorithm, h, IPC_KEX_SIGNED, err) &&
	    (mon->state != MON_KEX ||
	    begin_session(mon, h, in.host_key, err));
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

bool
req_hostkey_proof(struct monitor *mon, struct ipc_message *message,
    struct err *err)
{
	const struct ipc_HOSTKEY_PROOF *m = &message->u.HOSTKEY_PROOF;
	struct host_key *key = host_keys_find_blob(&mon->keys, m->key);
	struct ipc_HOSTKEY_PROOF_REPLY none = { 0 };
	struct bytes algorithm;
	uint8_t *data;
	size_t len;
	bool ok;

	if (key == NULL)
		return ipc_send(&mon->net, IPC_HOSTKEY_PROOF_REPLY, &none,
		    err);
	if (mon->proved[key - mon->keys.v])
		return err_set(err, ERR_UNEXPECTED, "host key proved twice");
	mon->proved[key - mon->keys.v] = true;
	if (!proof_algorithm(mon, key, m->rsa_algorithm, &algorithm))
		return err_set(err, ERR_DENIED, "algorithm of a proof");
	if (!signed_proof_build(bytes_of(mon->session_id,
	    mon->session_id_len), m->key, &data, &len, err))
		return false;
	ok = sign(mon, key, algorithm, bytes_of(data, len),
	    IPC_HOSTKEY_PROOF_REPLY, err);
	free(data);
	return ok;
}
