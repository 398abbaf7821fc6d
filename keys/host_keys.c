/* SPDX-License-Identifier: ISC */
#include "keys/host_keys.h"

#include <stdlib.h>

#include "lib/base/pattern.h"
#include "lib/wire/reader.h"
#include "lib/wire/writer.h"

static void
host_key_clear(struct host_key *key)
{
	pubkey_free(key->public);
	pubkey_free(key->cert);
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
host_keys_pack(const struct host_keys *keys, uint8_t **out, size_t *len,
    struct err *err)
{
	struct writer w;
	size_t cap = 4;

	for (size_t i = 0; i < keys->count; i++)
		cap += 4 + blob_of(keys->v[i].public).len +
		    4 + blob_of(keys->v[i].cert).len;
	w = wr_init(malloc(cap), cap);
	if (w.p == NULL)
		return err_set(err, ERR_NOMEM, "host keys");
	wr_u32(&w, (uint32_t)keys->count);
	for (size_t i = 0; i < keys->count; i++) {
		wr_string(&w, blob_of(keys->v[i].public));
		wr_string(&w, blob_of(keys->v[i].cert));
	}
	*out = w.p;
	*len = w.len;
	return wr_end(&w, err);
}

static bool
unpack_key(struct reader *r, struct host_key *key, struct err *err)
{
	struct bytes public = rd_string(r, KEY_BLOB_MAX, "host key");
	struct bytes cert = rd_string(r, KEY_BLOB_MAX, "host certificate");

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

/* ---- choosing ----------------------------------------------------------- */

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

const struct host_key *
host_keys_find(const struct host_keys *keys, struct bytes algorithm,
    struct bytes *blob)
{
	const struct sig_alg_row *alg = sig_alg_find(algorithm);

	return alg == NULL ? NULL : find_for(keys, alg, blob);
}

const struct host_key *
host_keys_find_blob(const struct host_keys *keys, struct bytes blob)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (bytes_equal(blob_of(keys->v[i].public), blob))
			return &keys->v[i];
	}
	return NULL;
}
