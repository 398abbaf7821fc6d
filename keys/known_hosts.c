/* SPDX-License-Identifier: ISC */
#include "keys/known_hosts.h"

#include <ctype.h>
#include <stdlib.h>

#include "keys/base64.h"
#include "lib/base/pattern.h"
#include "lib/base/text.h"
#include "lib/crypto/hmac.h"

#define HASH_MAGIC	"|1|"
#define HASH_LEN	20	/* of the salt and of HMAC-SHA1 */

static const struct marker_row {
	const char *name;
	enum known_marker marker;
} markers[] = {
	{ "@cert-authority", KNOWN_CA }, { "@revoked", KNOWN_REVOKED },
};

/* ---- one line ----------------------------------------------------------- */

static bool
find_marker(struct bytes word, enum known_marker *marker)
{
	for (size_t i = 0; i < ARRAY_LEN(markers); i++) {
		if (bytes_is(word, markers[i].name)) {
			*marker = markers[i].marker;
			return true;
		}
	}
	return false;
}

bool
known_host_parse(struct bytes line, struct known_host *out)
{
	struct known_host known = { .marker = KNOWN_PLAIN };
	struct bytes word = text_take_word(&line, TEXT_BLANK), comment;
	struct err err;

	if (word.len != 0 && word.p[0] == '@') {
		if (!find_marker(word, &known.marker))
			return false;
		word = text_take_word(&line, TEXT_BLANK);
	}
	/* a second marker would be taken for a name */
	if (word.len == 0 || word.p[0] == '#' || word.p[0] == '@')
		return false;
	known.hosts = word;
	if (!pubkey_parse_text(line, &known.key, &comment, &err))
		return false;
	if (known.key->row->is_cert) {
		known_host_clear(&known);
		return false;
	}
	*out = known;
	return true;
}

void
known_host_clear(struct known_host *known)
{
	pubkey_free(known->key);
	known->key = NULL;
}

/* ---- names -------------------------------------------------------------- */

static void
to_lower(struct bytes from, char *out)
{
	for (size_t i = 0; i < from.len; i++)
		out[i] = (char)tolower(from.p[i]);
}

/* "|1|BASE64(salt)|BASE64(HMAC-SHA1(salt, name))" */
static bool
hash_matches(struct bytes hash, struct bytes name)
{
	static const size_t magic_len = sizeof(HASH_MAGIC) - 1;
	struct bytes rest = bytes_of(hash.p + magic_len,
	    hash.len - magic_len), salt_text = rest;
	const uint8_t *bar = rest.len == 0 ? NULL :
	    memchr(rest.p, '|', rest.len);
	uint8_t salt[HASH_LEN + 1], wanted[HASH_LEN + 1];
	uint8_t digest[DIGEST_MAX];
	size_t salt_len, wanted_len;
	struct err err;

	if (bar == NULL)
		return false;
	salt_text.len = (size_t)(bar - rest.p);
	if (!base64_decode(salt_text, salt, sizeof(salt), &salt_len) ||
	    salt_len != HASH_LEN ||
	    !base64_decode(bytes_of(bar + 1, rest.len - salt_text.len - 1),
	    wanted, sizeof(wanted), &wanted_len) || wanted_len != HASH_LEN)
		return false;
	return hmac_bytes(DIGEST_SHA1, bytes_of(salt, salt_len), name,
	    digest, &err) && memcmp(digest, wanted, HASH_LEN) == 0;
}

bool
known_host_matches(struct bytes hosts, struct bytes name)
{
	char *lower;
	struct bytes list, text;
	bool matches;

	if (hosts.len == 0 || name.len == 0 || bytes_have_nul(name) ||
	    (lower = malloc(hosts.len + name.len)) == NULL)
		return false;
	to_lower(name, lower);
	to_lower(hosts, lower + name.len);
	text = bytes_of(lower, name.len);
	list = bytes_of(lower + name.len, hosts.len);
	if (hosts.len >= sizeof(HASH_MAGIC) - 1 &&
	    memcmp(hosts.p, HASH_MAGIC, sizeof(HASH_MAGIC) - 1) == 0)
		matches = hash_matches(hosts, text);
	else
		matches = pattern_list_match(list, text) == PATTERN_YES;
	free(lower);
	return matches;
}

/* ---- keys --------------------------------------------------------------- */

void
known_host_judge(const struct known_host *known, const struct pubkey *key,
    const struct pubkey *ca, enum known_status *status)
{
	enum known_status found = KNOWN_CHANGED;

	switch (known->marker) {
	case KNOWN_PLAIN:
		if (ca == NULL && pubkey_equal_plain(known->key, key))
			found = KNOWN_OK;
		break;
	case KNOWN_CA:
		if (ca != NULL && pubkey_equal_plain(known->key, ca))
			found = KNOWN_OK;
		break;
	case KNOWN_REVOKED:
		found = KNOWN_NEW;
		if (pubkey_equal_plain(known->key, key) ||
		    (ca != NULL && pubkey_equal_plain(known->key, ca)))
			found = KNOWN_IS_REVOKED;
		break;
	}
	if (found > *status)
		*status = found;
}
