/* SPDX-License-Identifier: ISC */
#include "monitor/key_search.h"

#include <stdio.h>

#include "monitor/key_lines.h"
#include "monitor/trusted_ca.h"

void
key_fingerprint_text(const struct pubkey *key, const char *fingerprint_hash,
    char out[static FINGERPRINT_MAX])
{
	struct err err;

	if (!pubkey_fingerprint(key, fingerprint_hash, out, FINGERPRINT_MAX,
	    &err))
		snprintf(out, FINGERPRINT_MAX, "%s", err_text(&err));
}

void
key_text(const struct pubkey *key, const char *fingerprint_hash, char *out,
    size_t out_len)
{
	char fingerprint[FINGERPRINT_MAX];

	key_fingerprint_text(key, fingerprint_hash, fingerprint);
	snprintf(out, out_len, "%s %s", key->row->short_name, fingerprint);
}

struct key_use
key_search_use(const struct key_search *search, const char *where)
{
	return (struct key_use){
		.user = search->user->name,
		.host = search->peer->name,
		.address = search->peer->address,
		.now = search->now,
		.where = where,
	};
}

bool
key_search_run(const struct key_search *search, struct key_options *options,
    bool *found, struct err *err)
{
	*found = false;
	if (!key_lines_files(search, options, found, err))
		return false;
	if (!*found && search->ca != NULL &&
	    !trusted_ca_find(search, options, found, err))
		return false;
	return *found || key_lines_command(search, options, found, err);
}
