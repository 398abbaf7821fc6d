/* SPDX-License-Identifier: ISC */
#include "monitor/auth_hostbased.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>
#include <time.h>

#include "keys/known_hosts.h"
#include "lib/base/log.h"
#include "lib/base/pattern.h"
#include "lib/wire/reader.h"
#include "monitor/cert_check.h"
#include "monitor/known_files.h"
#include "monitor/monitor.h"
#include "monitor/revocation.h"
#include "monitor/rhosts.h"
#include "monitor/signed_data.h"

#define SERVICE		"ssh-connection"

/* One attempt: what the client says, and what was made of it. */
struct claim {
	const struct ipc_AUTH_HOSTBASED *m;
	char host[HOST_NAME_MAX_LEN + 1];	/* without a final dot */
	char user[USER_NAME_MAX + 1];
	struct pubkey *key, *ca;
};

static bool
enabled(const struct conf *conf)
{
	return conf->hostbased_authentication;
}

/* ---- the key ------------------------------------------------------------ */

static bool
algorithm_is_accepted(const struct conf *conf, struct bytes algorithm)
{
	if (sig_alg_find(algorithm) == NULL) {
		log_verbose("userauth_hostbased: unsupported public key "
		    "algorithm: %s [preauth]", log_safe(algorithm).s);
		return false;
	}
	if (pattern_list_match(bytes_str(conf->hostbased_accepted_algorithms),
	    algorithm) == PATTERN_YES)
		return true;
	log_info("userauth_hostbased: signature algorithm %s not in "
	    "HostbasedAcceptedAlgorithms [preauth]", log_safe(algorithm).s);
	return false;
}

static bool
key_fits(const struct conf *conf, const struct claim *claim)
{
	const struct sig_alg_row *alg = sig_alg_find(claim->m->algorithm);

	if (strcmp(claim->key->row->name, alg->key_name) != 0) {
		log_error("userauth_hostbased: type mismatch for decoded key "
		    "(received %s, expected %s) [preauth]",
		    claim->key->row->name, alg->key_name);
		return false;
	}
	if (claim->key->row->type == KEY_RSA &&
	    pubkey_bits(claim->key) < conf->required_rsa_size) {
		log_info("refusing %s key: Invalid key length [preauth]",
		    claim->key->row->short_name);
		return false;
	}
	return true;
}

/* The certificate, if it is one. */
static MUST_CHECK bool
check_cert(struct monitor *mon, const struct claim *claim, bool *good,
    struct err *err)
{
	*good = true;
	return claim->ca == NULL || cert_signature_holds(mon, claim->key,
	    "userauth_hostbased", good, err);
}

static bool
parse_key(struct claim *claim)
{
	struct err err;

	if (pubkey_parse(claim->m->key, &claim->key, &err) &&
	    (!claim->key->row->is_cert || pubkey_parse(
	    claim->key->cert.ca_key, &claim->ca, &err)))
		return true;
	log_error("userauth_hostbased: parse key: %s [preauth]",
	    err_text(&err));
	return false;
}

/* ---- the host ----------------------------------------------------------- */

static bool
parse_names(struct claim *claim)
{
	struct bytes host = claim->m->client_host;

	if (host.len != 0 && host.p[host.len - 1] == '.')
		host.len--;
	return host.len != 0 && claim->m->client_user.len != 0 &&
	    bytes_to_str(host, claim->host, sizeof(claim->host)) &&
	    bytes_to_str(claim->m->client_user, claim->user,
	    sizeof(claim->user));
}

/* Names of a host certificate are patterns. */
static const char *
find_cert_fault(const struct cert *cert, const char *host, uint64_t now)
{
	struct reader names = rd_init(cert->principals);

	if (cert->type != CERT_HOST)
		return "Certificate invalid: not a host certificate";
	if (now < cert->valid_after)
		return "Certificate invalid: not yet valid";
	if (now >= cert->valid_before)
		return "Certificate invalid: expired";
	if (cert->critical.len != 0)
		return "Certificate contains unsupported critical options";
	if (cert->principals.len == 0)
		return "Certificate lacks principal list";
	while (rd_left(&names) != 0) {
		struct bytes name = rd_string(&names, KEY_BLOB_MAX, "name");

		if (known_host_matches(name, bytes_str(host)))
			return NULL;
	}
	return "Certificate invalid: name is not a listed principal";
}

static bool
cert_is_good(const struct claim *claim, const char *host)
{
	const char *fault;

	if (claim->ca == NULL)
		return true;
	fault = find_cert_fault(&claim->key->cert, host,
	    (uint64_t)time(NULL));
	if (fault != NULL)
		log_error("%s", fault);
	return fault == NULL;
}

static void
log_known(const struct monitor *mon, const struct claim *claim,
    const char *host)
{
	const struct pubkey *known = claim->ca != NULL ? claim->ca : claim->key;
	const char *kind = known->row->short_name, *fingerprint;
	char text[FINGERPRINT_MAX + 32];

	key_text(known, mon->conf.fingerprint_hash, text, sizeof(text));
	fingerprint = strchr(text, ' ') + 1;
	if (claim->ca != NULL)
		log_verbose("Accepted certificate ID \"%s\" signed by %s CA "
		    "%s from %s@%s", log_safe(claim->key->cert.key_id).s,
		    kind, fingerprint, log_safe(bytes_str(claim->user)).s,
		    log_safe(bytes_str(host)).s);
	else
		log_verbose("Accepted %s public key %s from %s@%s", kind,
		    fingerprint, log_safe(bytes_str(claim->user)).s,
		    log_safe(bytes_str(host)).s);
}

/* Is it that host's key? */
static MUST_CHECK bool
host_has_key(const struct monitor *mon, const struct claim *claim,
    const char *host, bool *has, struct err *err)
{
	enum known_status status;

	if (!known_files_ask(&mon->conf, &mon->user, host, claim->key,
	    claim->ca, &status, err))
		return false;
	*has = status == KNOWN_OK;
	if (status == KNOWN_IS_REVOKED)
		log_error("WARNING: revoked key for %.100s attempted "
		    "authentication", log_safe(bytes_str(host)).s);
	if (*has && mon->user.valid)
		log_known(mon, claim, host);
	return true;
}

/*
 * The name counts as the client says it only where that is configured; else
 * the name of the address it comes from.
 */
static MUST_CHECK bool
host_is_trusted(const struct monitor *mon, const struct claim *claim,
    bool *trusted, struct err *err)
{
	const bool by_packet =
	    mon->conf.hostbased_uses_name_from_packet_only;
	const char *host = by_packet ? claim->host : mon->peer.name;
	const struct rhosts_query query = {
		.host = host,
		.address = by_packet ? claim->host : mon->peer.address,
		.client_user = claim->user,
		.server_user = mon->user.name,
	};

	*trusted = false;
	if (!by_packet && strcasecmp(claim->host, host) != 0)
		log_info("userauth_hostbased mismatch: client sends %s, but "
		    "we resolve %s to %s", log_safe(bytes_str(claim->host)).s,
		    mon->peer.address, host);
	if (!rhosts_permit(&mon->conf, &mon->user, &query, trusted, err))
		return false;
	if (!*trusted) {
		log_debug("hostbased: %s@%s is not trusted",
		    log_safe(bytes_str(claim->user)).s,
		    log_safe(bytes_str(host)).s);
		return true;
	}
	*trusted = cert_is_good(claim, host);
	return !*trusted || host_has_key(mon, claim, host, trusted, err);
}

/* ---- the attempt -------------------------------------------------------- */

static void
describe(const struct conf *conf, const struct claim *claim,
    struct auth_attempt *attempt)
{
	char text[FINGERPRINT_MAX + 32], ca_text[FINGERPRINT_MAX + 32];
	char cert[LOG_SAFE_MAX + sizeof(ca_text) + 64] = "";

	key_text(claim->key, conf->fingerprint_hash, text, sizeof(text));
	if (claim->ca != NULL) {
		key_text(claim->ca, conf->fingerprint_hash, ca_text,
		    sizeof(ca_text));
		snprintf(cert, sizeof(cert), " ID %.100s (serial %" PRIu64
		    ") CA %s", log_safe(claim->key->cert.key_id).s,
		    claim->key->cert.serial, ca_text);
	}
	snprintf(attempt->facts, sizeof(attempt->facts),
	    "client user \"%.100s\", client host \"%.100s\"",
	    log_safe(bytes_str(claim->user)).s,
	    log_safe(bytes_str(claim->host)).s);
	snprintf(attempt->detail, sizeof(attempt->detail), "%s%s, %s", text,
	    cert, attempt->facts);
}

static MUST_CHECK bool
check_signature(struct monitor *mon, const struct claim *claim,
    struct auth_attempt *attempt, struct err *err)
{
	const struct signed_hostbased in = {
		.session_id = bytes_of(mon->session_id, mon->session_id_len),
		.user = bytes_of(mon->user.sent, mon->user.sent_len),
		.service = SERVICE,
		.algorithm = claim->m->algorithm, .key = claim->m->key,
		.client_host = claim->m->client_host,
		.client_user = claim->m->client_user,
	};
	struct ipc_VERIFY question = {
		.key = claim->m->key, .algorithm = claim->m->algorithm,
		.signature = claim->m->signature,
	};
	uint8_t *data;
	size_t len;
	bool holds, ok;
	struct err why;

	if (!signed_hostbased_build(&in, &data, &len, err))
		return false;
	attempt->is_decision = true;
	question.data = bytes_of(data, len);
	ok = signer_verify(&mon->signer, &question, NULL, &holds, &why, err);
	free(data);
	if (!ok)
		return false;
	if (holds)
		attempt->verdict = VERDICT_YES;
	else
		log_debug("hostbased: signature: %s: %s", why.what,
		    err_text(&why));
	return true;
}

static MUST_CHECK bool
judge(struct monitor *mon, struct claim *claim,
    struct auth_attempt *attempt, struct err *err)
{
	bool trusted, good;

	if (!algorithm_is_accepted(&mon->conf, claim->m->algorithm) ||
	    !parse_key(claim) || !key_fits(&mon->conf, claim))
		return true;
	if (!check_cert(mon, claim, &good, err))
		return false;
	if (!good || !parse_names(claim))
		return true;
	attempt->quiet = !mon->user.valid;
	describe(&mon->conf, claim, attempt);
	if (key_is_revoked(&mon->conf, claim->key))
		return true;
	/* for a stranger's stand-in account the same files are read */
	if (!host_is_trusted(mon, claim, &trusted, err))
		return false;
	return !trusted || !mon->user.valid ||
	    check_signature(mon, claim, attempt, err);
}

static bool
check(struct monitor *mon, const struct ipc_message *message,
    struct auth_attempt *attempt, struct err *err)
{
	struct claim claim = { .m = &message->u.AUTH_HOSTBASED };
	bool ok;

	attempt->quiet = true;
	ok = judge(mon, &claim, attempt, err);
	attempt->key = claim.key;
	pubkey_free(claim.ca);
	return ok;
}

static const struct auth_request requests[] = {
	{ IPC_AUTH_HOSTBASED, check },
};

const struct auth_backend auth_hostbased = {
	.method = "hostbased", .is_offered = true, .enabled = enabled,
	.requests = requests, .request_count = ARRAY_LEN(requests),
};
