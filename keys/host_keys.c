/* SPDX-License-Identifier: ISC */
#include "keys/host_keys.h"

#include <stdlib.h>

#include "keys/agent.h"
#include "lib/base/pattern.h"
#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

static void
host_key_clear(struct host_key *key)
{
	pubkey_free(key->public);
	pubkey_free(key->cert);
	private_key_free(key->private);
	secret_clear(&key->owned);
	*key = (struct host_key){ 0 };
}

void
host_keys_clear(struct host_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		host_key_clear(&keys->v[i]);
	free(keys->v);
	*keys = (struct host_keys){ 0 };
}

/* ---- between processes -------------------------------------------------- */

static struct bytes
blob_of(const struct pubkey *key)
{
	return key == NULL ? (struct bytes){ 0 } :
	    bytes_of(key->blob, key->blob_len);
}

bool
host_keys_pack(const struct host_keys *keys, struct secret *out,
    struct err *err)
{
	struct writer w;
	size_t len = 4;

	for (size_t i = 0; i < keys->count; i++) {
		const struct host_key *key = &keys->v[i];

		len += 4 + key->public->blob_len + 4 + blob_of(key->cert).len +
		    4 + key->packed.len;
	}
	if (!secret_init(out, len, err))
		return false;
	w = wr_init(out->p, out->len);
	wr_u32(&w, (uint32_t)keys->count);
	for (size_t i = 0; i < keys->count; i++) {
		wr_string(&w, blob_of(keys->v[i].public));
		wr_string(&w, blob_of(keys->v[i].cert));
		wr_string(&w, keys->v[i].packed);
	}
	return wr_end(&w, err);
}

static bool
unpack_key(struct reader *r, struct host_key *key, struct err *err)
{
	struct bytes public = rd_string(r, KEY_BLOB_MAX, "host key");
	struct bytes cert = rd_string(r, KEY_BLOB_MAX, "host certificate");

	key->packed = rd_string(r, KEY_FILE_MAX, "private host key");
	return rd_ok(r, err) && pubkey_parse(public, &key->public, err) &&
	    (cert.len == 0 || pubkey_parse(cert, &key->cert, err));
}

bool
host_keys_unpack(struct bytes packed, struct host_keys *out, struct err *err)
{
	struct reader r = rd_init(packed);
	uint32_t count = rd_u32(&r, "number of host keys");
	struct host_keys keys = { 0 };
	bool ok;

	if (!rd_ok(&r, err))
		return false;
	if (count > HOST_KEY_COUNT_MAX)
		return err_set(err, ERR_RANGE, "number of host keys");
	if (count != 0 && (keys.v = calloc(count, sizeof(*keys.v))) == NULL)
		return err_set(err, ERR_NOMEM, "host keys");
	ok = true;
	while (ok && keys.count < count)
		ok = unpack_key(&r, &keys.v[keys.count++], err);
	if (!ok || !rd_end(&r, err)) {
		host_keys_clear(&keys);
		return false;
	}
	*out = keys;
	return true;
}

/* ---- choosing and signing ----------------------------------------------- */

/* The blob that goes with alg, or an empty run when the key is another. */
static struct bytes
blob_for(const struct host_key *key, const struct sig_alg_row *alg)
{
	if (alg->is_webauthn)		/* no server has a browser */
		return (struct bytes){ 0 };
	if (strcmp(alg->key_name, key->public->row->name) == 0)
		return blob_of(key->public);
	if (key->cert != NULL &&
	    strcmp(alg->key_name, key->cert->row->name) == 0)
		return blob_of(key->cert);
	return (struct bytes){ 0 };
}

static const struct host_key *
find_for(const struct host_keys *keys, const struct sig_alg_row *alg,
    struct bytes *blob)
{
	*blob = (struct bytes){ 0 };
	for (size_t i = 0; i < keys->count; i++) {
		*blob = blob_for(&keys->v[i], alg);
		if (blob->len != 0)
			return &keys->v[i];
	}
	return NULL;
}

static void
offer_key(struct writer *w, const struct host_keys *keys,
    const struct host_key *key, const char *key_name, const char *allowed)
{
	const struct sig_alg_row *alg;
	struct bytes blob;

	for (size_t i = 0; (alg = sig_alg_row(i)) != NULL; i++) {
		if (strcmp(alg->key_name, key_name) != 0 ||
		    !name_list_has(bytes_str(allowed), bytes_str(alg->name)))
			continue;
		/* A later key of the same type is never chosen. */
		if (find_for(keys, alg, &blob) != key)
			continue;
		wr_cstring(w, alg->name);
		wr_string(w, blob);
	}
}

bool
host_keys_offer(const struct host_keys *keys, const char *allowed,
    uint8_t *out, size_t cap, size_t *out_len, struct err *err)
{
	struct writer w = wr_init(out, cap);

	for (size_t i = 0; i < keys->count; i++) {
		const struct host_key *key = &keys->v[i];

		offer_key(&w, keys, key, key->public->row->name, allowed);
		if (key->cert != NULL)
			offer_key(&w, keys, key, key->cert->row->name,
			    allowed);
	}
	if (!wr_end(&w, err))
		return false;
	*out_len = w.len;
	return true;
}

struct host_key *
host_keys_find(struct host_keys *keys, struct bytes algorithm,
    struct bytes *blob)
{
	const struct sig_alg_row *alg = sig_alg_find(algorithm);
	const struct host_key *key;

	if (alg == NULL || (key = find_for(keys, alg, blob)) == NULL)
		return NULL;
	return &keys->v[key - keys->v];
}

struct host_key *
host_keys_find_blob(struct host_keys *keys, struct bytes blob)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (bytes_equal(blob_of(keys->v[i].public), blob))
			return &keys->v[i];
	}
	return NULL;
}

static bool
decode(struct host_key *key, struct err *err)
{
	return key->private != NULL ||
	    private_key_unpack(key->packed, &key->private, err);
}

void
host_keys_warm(struct host_keys *keys)
{
	struct host_key *likely = keys->v;
	struct err err;

	for (size_t i = keys->count; i-- != 0;) {
		if (keys->v[i].public->row->type == KEY_ED25519)
			likely = &keys->v[i];
	}
	if (keys->count != 0 && likely->packed.len != 0)
		(void)!decode(likely, &err);
}

bool
host_key_device(struct host_key *key, struct private_device *out)
{
	struct err err;

	return pubkey_is_device(key->public) && key->packed.len != 0 &&
	    decode(key, &err) && private_key_device(key->private, out);
}

static MUST_CHECK bool
sign_by_agent(const struct host_key *key, const char *agent,
    struct bytes algorithm, struct bytes data, uint8_t *out, size_t cap,
    size_t *out_len, struct err *err)
{
	const struct sig_alg_row *alg = sig_alg_find(algorithm);

	if (agent == NULL || alg == NULL)
		return err_set(err, ERR_DENIED, "no agent for a host key");
	return agent_sign(agent, blob_of(key->public), alg, data, out, cap,
	    out_len, err);
}

bool
host_key_sign(struct host_key *key, const char *agent,
    struct bytes algorithm, struct bytes data, uint8_t *out, size_t cap,
    size_t *out_len, struct err *err)
{
	if (key->packed.len == 0)
		return sign_by_agent(key, agent, algorithm, data, out, cap,
		    out_len, err);
	if (!decode(key, err))
		return false;
	return private_key_sign(key->private, algorithm, data, out, cap,
	    out_len, err);
}
