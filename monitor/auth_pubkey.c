/* SPDX-License-Identifier: ISC */
#include "monitor/auth_pubkey.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "lib/base/log.h"
#include "lib/base/pattern.h"
#include "monitor/auth_delay.h"
#include "monitor/cert_check.h"
#include "monitor/key_search.h"
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

/* NULL when no key of this algorithm is accepted. Lines as net's, of OpenSSH. */
static const struct sig_alg_row *
find_algorithm(const struct conf *conf, struct bytes algorithm)
{
	const struct sig_alg_row *alg = sig_alg_find(algorithm);

	if (alg == NULL) {
		log_verbose("userauth_pubkey: unsupported public key "
		    "algorithm: %s [preauth]", log_safe(algorithm).s);
		return NULL;
	}
	if (pattern_list_match(bytes_str(conf->pubkey_accepted_algorithms),
	    algorithm) != PATTERN_YES) {
		log_info("userauth_pubkey: signature algorithm %s not in "
		    "PubkeyAcceptedAlgorithms [preauth]",
		    log_safe(algorithm).s);
		return NULL;
	}
	return alg;
}

static bool
is_acceptable(const struct conf *conf, const struct sig_alg_row *alg,
    const struct pubkey *key)
{
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

/* Is the key of a certificate, if it is one, signed as we accept it? */
static MUST_CHECK bool
check_cert(struct monitor *mon, const struct key_answer *answer, bool *good,
    struct err *err)
{
	*good = true;
	return answer->ca == NULL || cert_signature_holds(mon, answer->key,
	    "userauth_pubkey", good, err);
}

/* NULL when the blob is no key, or the certificate no CA's. */
static MUST_CHECK bool
parse_offer(struct monitor *mon, struct bytes blob, struct key_answer **out,
    struct err *err)
{
	struct key_answer *answer;
	bool good = false, ok = true;
	struct err why;

	*out = NULL;
	if (!key_answer_new(&answer, err))
		return false;
	if (!pubkey_parse(blob, &answer->key, &why) ||
	    (answer->key->row->is_cert && !pubkey_parse(
	    answer->key->cert.ca_key, &answer->ca, &why)))
		log_error("userauth_pubkey: parse key: %s [preauth]",
		    err_text(&why));
	else
		ok = check_cert(mon, answer, &good, err);
	if (good)
		*out = answer;
	else
		key_answer_free(answer);
	return ok;
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
describe(const struct conf *conf, const struct key_answer *answer,
    struct auth_attempt *attempt)
{
	const struct pubkey *key = answer->key;
	char text[FINGERPRINT_MAX + 32], ca_text[FINGERPRINT_MAX + 32];

	key_text(key, conf->fingerprint_hash, text, sizeof(text));
	if (answer->ca == NULL) {
		snprintf(attempt->detail, sizeof(attempt->detail), "%s", text);
		return;
	}
	key_text(answer->ca, conf->fingerprint_hash, ca_text,
	    sizeof(ca_text));
	snprintf(attempt->detail, sizeof(attempt->detail),
	    "%s ID %.100s (serial %" PRIu64 ") CA %s", text,
	    log_safe(key->cert.key_id).s, key->cert.serial, ca_text);
}

static MUST_CHECK bool
search_key(const struct monitor *mon, struct key_answer *answer,
    struct err *err)
{
	const struct key_search search = {
		.conf = &mon->conf, .user = &mon->user, .peer = &mon->peer,
		.key = answer->key, .ca = answer->ca,
		.now = (uint64_t)time(NULL),
		.client_fd = mon->net_child.pid_fd,
	};

	return key_search_run(&search, &answer->options, &answer->listed,
	    err);
}

/* Of an earlier question; what has expired since is asked again, and told. */
static struct key_answer *
recall(struct monitor *mon, struct bytes blob)
{
	struct key_answer *answer = key_memory_take(&mon->auth.key_memory,
	    blob, auth_delay_now_ns());

	if (answer == NULL || key_answer_holds(answer, (uint64_t)time(NULL)))
		return answer;
	key_answer_free(answer);
	return NULL;
}

/*
 * What is known of the key that is offered: of an earlier question, or found
 * out now. The same work is done for an account that does not exist. NULL when
 * it can't be tried at all.
 */
static MUST_CHECK bool
judge_offer(struct monitor *mon, const struct offer *offer,
    struct auth_attempt *attempt, struct key_answer **out, struct err *err)
{
	const struct conf *conf = &mon->conf;
	const struct sig_alg_row *alg = find_algorithm(conf,
	    offer->algorithm);
	struct key_answer *answer;
	bool known;

	*out = NULL;
	attempt->quiet = true;
	if (alg == NULL)
		return true;
	answer = recall(mon, offer->blob);
	known = answer != NULL;
	if (!known && !parse_offer(mon, offer->blob, &answer, err))
		return false;
	if (answer == NULL)
		return true;
	if (!is_acceptable(conf, alg, answer->key) ||
	    was_used_before(&mon->auth, answer->key)) {
		key_answer_free(answer);
		return true;
	}
	attempt->quiet = !mon->user.valid;
	describe(conf, answer, attempt);
	/* what was revoked a second ago counts: asked each time */
	if (key_is_revoked(conf, answer->key)) {
		key_answer_free(answer);
		return true;
	}
	if (!known && !search_key(mon, answer, err)) {
		key_answer_free(answer);
		return false;
	}
	*out = answer;
	return true;
}

static bool
check_query(struct monitor *mon, const struct ipc_message *message,
    struct auth_attempt *attempt, struct err *err)
{
	const struct ipc_AUTH_PUBKEY_QUERY *m = &message->u.AUTH_PUBKEY_QUERY;
	struct offer offer = { m->algorithm, m->key };
	struct key_answer *answer;

	if (!judge_offer(mon, &offer, attempt, &answer, err))
		return false;
	if (answer == NULL)
		return true;
	if (answer->listed)
		attempt->verdict = VERDICT_KEY_GOOD;
	key_memory_put(&mon->auth.key_memory, &answer, auth_delay_now_ns());
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

	if (!pubkey_is_device(attempt->key))
		return true;
	snprintf(attempt->detail + len, sizeof(attempt->detail) - len,
	    ", signature count = %u", details->counter);
	snprintf(attempt->facts, sizeof(attempt->facts),
	    "signature count = %u", details->counter);
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
	struct ipc_VERIFY question = {
		.key = m->key, .algorithm = m->algorithm,
		.signature = m->signature,
	};
	struct sig_details details = { 0 };
	uint8_t *data;
	size_t data_len;
	bool holds, ok;
	struct err why;

	if (!signed_userauth_build(&in, &data, &data_len, err))
		return false;
	attempt->is_decision = true;
	question.data = bytes_of(data, data_len);
	ok = signer_verify(&mon->signer, &question, &details, &holds, &why,
	    err);
	free(data);
	if (!ok)
		return false;
	if (!holds)
		log_debug("publickey: signature: %s: %s", why.what,
		    err_text(&why));
	else if (sk_is_satisfied(mon, attempt, &details))
		attempt->verdict = VERDICT_YES;
	return true;
}

static bool
check_attempt(struct monitor *mon, const struct ipc_message *message,
    struct auth_attempt *attempt, struct err *err)
{
	const struct ipc_AUTH_PUBKEY *m = &message->u.AUTH_PUBKEY;
	struct offer offer = { m->algorithm, m->key };
	struct key_answer *answer;
	bool ok = true;

	if (!judge_offer(mon, &offer, attempt, &answer, err))
		return false;
	if (answer == NULL)
		return true;
	attempt->key = answer->key;
	answer->key = NULL;
	if (answer->listed) {
		attempt->options = answer->options;
		key_options_init(&answer->options);
		ok = check_signature(mon, m, attempt, err);
	}
	key_answer_free(answer);
	return ok;
}

static const struct auth_request requests[] = {
	{ IPC_AUTH_PUBKEY_QUERY, check_query },
	{ IPC_AUTH_PUBKEY, check_attempt },
};

const struct auth_backend auth_pubkey = {
	.method = "publickey", .is_offered = true, .enabled = enabled,
	.requests = requests, .request_count = ARRAY_LEN(requests),
};
