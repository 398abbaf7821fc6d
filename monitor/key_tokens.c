/* SPDX-License-Identifier: ISC */
#include "monitor/key_tokens.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "keys/base64.h"

static char *
base64_of(const struct pubkey *key)
{
	size_t cap = BASE64_LEN(key->blob_len) + 1;
	char *text = malloc(cap);

	if (text == NULL || base64_encode(bytes_of(key->blob, key->blob_len),
	    BASE64_PADDED, text, cap, NULL))
		return text;
	free(text);
	return NULL;
}

static void
add(struct key_tokens *tokens, char letter, const char *value)
{
	tokens->v[tokens->count++] = (struct token){ letter, value };
}

static void
add_connection(struct key_tokens *tokens, const struct key_search *search)
{
	const struct user *user = search->user;
	const struct peer *peer = search->peer;

	snprintf(tokens->uid, sizeof(tokens->uid), "%u", (unsigned)user->uid);
	snprintf(tokens->connection, sizeof(tokens->connection),
	    "%s %u %s %u", peer->address, peer->port, peer->local_address,
	    peer->local_port);
	add(tokens, 'C', tokens->connection);
	add(tokens, 'D', peer->rdomain);
	add(tokens, 'h', user->home);
	add(tokens, 'U', tokens->uid);
	add(tokens, 'u', user->name);
}

static MUST_CHECK bool
add_key(struct key_tokens *tokens, const struct key_search *search,
    struct err *err)
{
	const struct pubkey *key = search->key;

	if ((tokens->key = base64_of(key)) == NULL)
		return err_set(err, ERR_NOMEM, "key");
	key_fingerprint_text(key, search->conf->fingerprint_hash,
	    tokens->fingerprint);
	add(tokens, 'f', tokens->fingerprint);
	add(tokens, 'k', tokens->key);
	add(tokens, 't', key->row->name);
	return true;
}

static MUST_CHECK bool
add_cert(struct key_tokens *tokens, const struct key_search *search,
    struct err *err)
{
	const struct cert *cert = &search->key->cert;

	tokens->ca = base64_of(search->ca);
	tokens->key_id = bytes_dup_str(cert->key_id);
	if (tokens->ca == NULL || tokens->key_id == NULL)
		return err_set(err, ERR_NOMEM, "key");
	key_fingerprint_text(search->ca, search->conf->fingerprint_hash,
	    tokens->ca_fingerprint);
	snprintf(tokens->serial, sizeof(tokens->serial), "%" PRIu64,
	    cert->serial);
	add(tokens, 'F', tokens->ca_fingerprint);
	add(tokens, 'i', tokens->key_id);
	add(tokens, 'K', tokens->ca);
	add(tokens, 's', tokens->serial);
	add(tokens, 'T', search->ca->row->name);
	return true;
}

bool
key_tokens_init(struct key_tokens *tokens, const struct key_search *search,
    struct err *err)
{
	*tokens = (struct key_tokens){ 0 };
	add_connection(tokens, search);
	if (add_key(tokens, search, err) &&
	    (search->ca == NULL || add_cert(tokens, search, err)))
		return true;
	key_tokens_clear(tokens);
	return false;
}

void
key_tokens_clear(struct key_tokens *tokens)
{
	free(tokens->key);
	free(tokens->ca);
	free(tokens->key_id);
	*tokens = (struct key_tokens){ 0 };
}
