/* SPDX-License-Identifier: ISC */
#include "monitor/auth_pubkey.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "lib/base/log.h"
#include "lib/base/pattern.h"
#include "monitor/key_files.h"
#include "monitor/monitor.h"
#include "monitor/revocation.h"
#include "monitor/signed_data.h"

#define SERVICE		"ssh-connection"

/* A query and a signed attempt have these in common. */
struct offer {
	struct bytes algorithm, blob;
};

static bool
enabled(const struct conf *conf)
{
	return conf->pubkey_authentication;
}

/* Does policy accept keys of this kind at all? Lines as net's, of OpenSSH. */
static bool
is_acceptable(const struct conf *conf, const struct offer *offer,
    const struct sig_alg_row *alg, const struct pubkey *key)
{
	if (pattern_list_match(bytes_str(conf->pubkey_accepted_algorithms),
	    offer->algorithm) != PATTERN_YES) {
		log_info("userauth_pubkey: signature algorithm %s not in "
		    "PubkeyAcceptedAlgorithms [preauth]",
		    log_safe(offer->algorithm).s);
		return false;
	}
	if (strcmp(key->row->name, alg->key_name) != 0) {
		log_error("userauth_pubkey: type mismatch for decoded key "
		    "(received %s, expected %s) [preauth]", key->row->name,
		    alg->key_name);
		return false;
	}
	if (key->row->type == KEY_RSA &&
	    pubkey_bits(key) < conf->required_rsa_size) {
		log_info("refusing %s key: Invalid key length [preauth]",
		    key->row->short_name);
		return false;
	}
	return true;
}

static bool
was_used_before(const struct auth *auth, const struct pubkey *key)
{
	for (size_t i = 0; i < auth->used_key_count; i++) {
		if (pubkey_equal_plain(auth->used_keys[i], key)) {
			log_info("refusing previously-used %s key [preauth]",
			    key->row->short_name);
			return true;
		}
	}
	return false;
}

static void
describe(const struct conf *conf, const struct pubkey *key,
    struct auth_attempt *attempt)
{
	struct pubkey *ca = NULL;
	char text[FINGERPRINT_MAX + 32], ca_text[FINGERPRINT_MAX + 32] = "";
	struct err err;

	key_text(key, conf->fingerprint_hash, text, sizeof(text));
	if (!key->row->is_cert) {
		snprintf(attempt->detail, sizeof(attempt->detail), "%s", text);
		return;
	}
	if (pubkey_parse(key->cert.ca_key, &ca, &err))
		key_text(ca, conf->fingerprint_hash, ca_text,
		    sizeof(ca_text));
	pubkey_free(ca);
	snprintf(attempt->detail, sizeof(attempt->detail),
	    "%s ID %.100s (serial %" PRIu64 ") CA %s", text,
	    log_safe(key->cert.key_id).s, key->cert.serial, ca_text);
}

/*
 * Is this a key with which the user may log in? The same work is done for an
 * account that does not exist. Fills attempt->key when the blob is a key.
 */
static MUST_CHECK bool
find_key(struct monitor *mon, const struct offer *offer,
    struct auth_attempt *attempt, bool *listed, struct err *err)
{
	const struct sig_alg_row *alg = sig_alg_find(offer->algorithm);
	struct key_search search = {
		.conf = &mon->conf, .user = &mon->user, .peer = &mon->peer,
		.now = (uint64_t)time(NULL),
	};
	struct err why;

	*listed = false;
	attempt->quiet = true;
	if (alg == NULL) {
		log_verbose("userauth_pubkey: unsupported public key "
		    "algorithm: %s [preauth]", log_safe(offer->algorithm).s);
		return true;
	}
	if (!pubkey_parse(offer->blob, &attempt->key, &why)) {
		log_error("userauth_pubkey: parse key: %s [preauth]",
		    err_text(&why));
		return true;
	}
	if (!is_acceptable(&mon->conf, offer, alg, attempt->key) ||
	    was_used_before(&mon->auth, attempt->key))
		return true;
	attempt->quiet = !mon->user.valid;
	describe(&mon->conf, attempt->key, attempt);
	/* a certificate is nobody's key as long as no CA is trusted */
	if (key_is_revoked(&mon->conf, attempt->key) ||
	    attempt->key->row->is_cert)
		return true;
	search.key = attempt->key;
	return key_files_find(&search, &attempt->options, listed, err);
}

static bool
check_query(struct monitor *mon, const struct ipc_message *message,
    struct auth_attempt *attempt, struct err *err)
{
	const struct ipc_AUTH_PUBKEY_QUERY *m = &message->u.AUTH_PUBKEY_QUERY;
	struct offer offer = { m->algorithm, m->key };
	bool listed;

	if (!find_key(mon, &offer, attempt, &listed, err))
		return false;
	if (listed)
		attempt->verdict = VERDICT_KEY_GOOD;
	return true;
}

static void
log_sk_refusal(const struct monitor *mon, const struct auth_attempt *attempt,
    const char *what)
{
	char text[FINGERPRINT_MAX + 32], user[LOG_SAFE_MAX + 32];

	key_text(attempt->key, mon->conf.fingerprint_hash, text, sizeof(text));
	log_error("public key %s signature for %s from %.128s port %u "
	    "rejected: user %s requirement not met ", text,
	    auth_user_text(mon, user, sizeof(user)), mon->peer.address,
	    mon->peer.port, what);
}

/* A security key signs in its own time: was its user there when it did? */
static bool
sk_is_satisfied(const struct monitor *mon, struct auth_attempt *attempt,
    const struct sig_details *details)
{
	unsigned options = mon->conf.pubkey_auth_options;
	bool touch = !attempt->options.no_touch_required ||
	    (options & PUBKEY_TOUCH_REQUIRED) != 0;
	bool verify = attempt->options.verify_required ||
	    (options & PUBKEY_VERIFY_REQUIRED) != 0;
	size_t len = strlen(attempt->detail);

	if (attempt->key->row->type != KEY_SK_ED25519 &&
	    attempt->key->row->type != KEY_SK_ECDSA)
		return true;
	snprintf(attempt->detail + len, sizeof(attempt->detail) - len,
	    ", signature count = %u", details->counter);
	if (touch && (details->flags & SIG_USER_PRESENT) == 0) {
		log_sk_refusal(mon, attempt,
		    "presence (authenticator touch)");
		return false;
	}
	if (verify && (details->flags & SIG_USER_VERIFIED) == 0) {
		log_sk_refusal(mon, attempt, "verification");
		return false;
	}
	return true;
}

static MUST_CHECK bool
check_signature(struct monitor *mon, const struct ipc_AUTH_PUBKEY *m,
    struct auth_attempt *attempt, struct err *err)
{
	struct signed_userauth in = {
		.session_id = bytes_of(mon->session_id, mon->session_id_len),
		.user = bytes_of(mon->user.sent, mon->user.sent_len),
		.service = SERVICE,
		.algorithm = m->algorithm, .key = m->key,
		.hostbound = m->hostbound != 0,
		.host_key = mon->first_host_key,
	};
	struct sig_details details = { 0 };
	uint8_t *data;
	size_t data_len;
	struct err why;

	if (!signed_userauth_build(&in, &data, &data_len, err))
		return false;
	attempt->is_decision = true;
	if (!pubkey_verify(attempt->key, m->algorithm, m->signature,
	    bytes_of(data, data_len), &details, &why))
		log_debug("publickey: signature: %s: %s", why.what,
		    err_text(&why));
	else if (sk_is_satisfied(mon, attempt, &details))
		attempt->verdict = VERDICT_YES;
	free(data);
	return true;
}

static bool
check_attempt(struct monitor *mon, const struct ipc_message *message,
    struct auth_attempt *attempt, struct err *err)
{
	const struct ipc_AUTH_PUBKEY *m = &message->u.AUTH_PUBKEY;
	struct offer offer = { m->algorithm, m->key };
	bool listed;

	if (!find_key(mon, &offer, attempt, &listed, err))
		return false;
	return !listed || check_signature(mon, m, attempt, err);
}

static const struct auth_request requests[] = {
	{ IPC_AUTH_PUBKEY_QUERY, check_query },
	{ IPC_AUTH_PUBKEY, check_attempt },
};

const struct auth_backend auth_pubkey = {
	.method = "publickey", .is_offered = true, .enabled = enabled,
	.requests = requests, .request_count = ARRAY_LEN(requests),
};
