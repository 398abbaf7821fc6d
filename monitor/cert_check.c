/* SPDX-License-Identifier: ISC */
#include "monitor/cert_check.h"

#include <inttypes.h>

#include "keys/cert_options.h"
#include "lib/base/log.h"
#include "lib/base/pattern.h"
#include "monitor/monitor.h"

bool
cert_signature_holds(struct monitor *mon, const struct pubkey *key,
    const char *asker, bool *holds, struct err *err)
{
	struct reader r = rd_init(key->cert.signature);
	struct err why;

	if (!signer_check_cert(&mon->signer, key,
	    mon->conf.ca_signature_algorithms, holds, &why, err))
		return false;
	if (*holds)
		return true;
	if (why.code == ERR_DENIED)
		log_info("%s: certificate signature algorithm %s: signature "
		    "algorithm not supported [preauth]", asker,
		    log_safe(rd_string(&r, ALG_NAME_MAX, "name")).s);
	else
		log_error("%s: parse key: %s: %s [preauth]", asker, why.what,
		    err_text(&why));
	return true;
}

bool
cert_lists(const struct cert *cert, struct bytes name)
{
	struct reader r = rd_init(cert->principals);

	while (name.len != 0 && rd_left(&r) != 0) {
		if (bytes_equal(rd_string(&r, KEY_BLOB_MAX, "principal"),
		    name))
			return true;
	}
	return false;
}

bool
cert_lists_any(const struct cert *cert, const char *names)
{
	struct bytes cursor = bytes_str(names), name;

	while (name_list_next(&cursor, &name)) {
		if (cert_lists(cert, name))
			return true;
	}
	return false;
}

const char *
cert_find_fault(const struct cert *cert, const char *name, uint64_t now)
{
	if (cert->type != CERT_USER)
		return "Certificate invalid: not a user certificate";
	if (now < cert->valid_after)
		return "Certificate invalid: not yet valid";
	if (now >= cert->valid_before)
		return "Certificate invalid: expired";
	if (cert->principals.len == 0)
		return "Certificate lacks principal list";
	if (name != NULL && !cert_lists(cert, bytes_str(name)))
		return "Certificate invalid: name is not a listed principal";
	return NULL;
}

static void
log_unknown_extensions(const struct cert *cert)
{
	struct reader cursor = rd_init(cert->extensions);
	struct bytes name;

	while (cert_unknown_extension(&cursor, &name))
		log_info("Certificate extension \"%s\" is not supported",
		    log_safe(name).s);
}

const char *
cert_take_options(const struct key_search *search, const char *where,
    struct key_options *out)
{
	const struct cert *cert = &search->key->cert;
	struct key_use use = key_search_use(search, where);
	struct bytes unknown;
	struct err err;

	if (!cert_options_parse(cert, out, &unknown, &err)) {
		if (err.code == ERR_DENIED)
			log_error("Certificate critical option \"%s\" is not "
			    "supported", log_safe(unknown).s);
		return "Invalid certificate options";
	}
	log_unknown_extensions(cert);
	if (!key_options_permit(out, &use)) {
		key_options_clear(out);
		return "Refused by certificate options";
	}
	return NULL;
}

void
cert_log_accepted(const struct key_search *search, enum cert_source source,
    const char *where)
{
	const struct cert *cert = &search->key->cert;
	const char *kind = search->ca->row->short_name;
	char fingerprint[FINGERPRINT_MAX];

	key_fingerprint_text(search->ca, search->conf->fingerprint_hash,
	    fingerprint);
	if (source == CERT_BY_FILE)
		log_verbose("Accepted certificate ID \"%s\" (serial %" PRIu64
		    ") signed by %s CA %s via %s", log_safe(cert->key_id).s,
		    cert->serial, kind, fingerprint, where);
	else
		log_verbose("Accepted certificate ID \"%s\" (serial %" PRIu64
		    ") signed by CA %s %s found at %s",
		    log_safe(cert->key_id).s, cert->serial, kind, fingerprint,
		    where);
}

void
cert_log_refused(const struct key_search *search, const char *where,
    const char *fault)
{
	const struct cert *cert = &search->key->cert;
	char fingerprint[FINGERPRINT_MAX];

	key_fingerprint_text(search->ca, search->conf->fingerprint_hash,
	    fingerprint);
	log_error("Refusing certificate ID \"%s\" serial=%" PRIu64
	    " signed by %s CA %s%s%s: %s", log_safe(cert->key_id).s,
	    cert->serial, search->ca->row->short_name, fingerprint,
	    where == NULL ? "" : " via ", where == NULL ? "" : where, fault);
}
