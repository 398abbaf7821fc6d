/* SPDX-License-Identifier: ISC */
#include "monitor/trusted_ca.h"

#include <fcntl.h>

#include "keys/authorized_principals.h"
#include "lib/base/log.h"
#include "monitor/cert_check.h"
#include "monitor/lines.h"
#include "monitor/principals.h"

#define OF_CERT		"cert"
#define OF_PRINCIPALS	"principals"

/* Lines that hold no key, comments among them, list nothing. */
static bool
line_lists(struct bytes line, const struct pubkey *ca)
{
	struct pubkey *listed;
	struct bytes rest;
	struct err err;
	bool same;

	if (!pubkey_parse_text(line, &listed, &rest, &err))
		return false;
	same = !listed->row->is_cert && pubkey_equal_plain(listed, ca);
	pubkey_free(listed);
	return same;
}

static MUST_CHECK bool
is_listed(const struct key_search *search, bool *listed, struct err *err)
{
	const char *path = search->conf->trusted_user_ca_keys;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct lines lines;
	struct bytes line;

	*listed = false;
	if (fd == -1) {
		log_error("TrustedUserCAKeys %s: %s", path, strerror(errno));
		return true;
	}
	if (!lines_init(&lines, fd, path, err))
		return false;
	while (!*listed && lines_next(&lines, &line))
		*listed = line_lists(line, search->ca);
	lines_clear(&lines);
	return true;
}

/*
 * NULL: accepted, and *options hold both the certificate's and, where one
 * was asked for, those of the principal's line.
 */
static const char *
find_fault(const struct key_search *search, bool by_principal,
    struct key_options *options)
{
	struct key_use use = key_search_use(search, OF_PRINCIPALS);
	struct key_options of_cert;
	struct err err;
	const char *fault = cert_find_fault(&search->key->cert,
	    by_principal ? NULL : search->user->name, search->now);

	if (fault == NULL)
		fault = cert_take_options(search, OF_CERT, &of_cert);
	if (fault != NULL)
		return fault;
	if (!by_principal) {
		*options = of_cert;
		return NULL;
	}
	if (principal_options_misplaced(options) != NULL ||
	    !key_options_permit(options, &use))
		fault = "Refused by certificate principals options";
	else if (!key_options_merge(options, &of_cert, &err))
		fault = err.what;
	key_options_clear(&of_cert);
	return fault;
}

/* For a stand-in account, too: it reads as much, and gets nothing. */
bool
trusted_ca_find(const struct key_search *search, struct key_options *options,
    bool *found, struct err *err)
{
	bool by_principal = principals_are_configured(search->conf);
	bool listed, named = true;
	const char *fault = NULL;

	if (search->conf->trusted_user_ca_keys == NULL)
		return true;
	if (!is_listed(search, &listed, err))
		return false;
	if (!listed)
		return true;
	key_options_init(options);
	if (by_principal &&
	    !principals_find(search, options, &named, err))
		return false;
	if (!search->user->valid) {
		key_options_clear(options);
		return true;
	}
	fault = !named ? CERT_NO_PRINCIPAL :
	    find_fault(search, by_principal, options);
	*found = fault == NULL;
	if (*found) {
		cert_log_accepted(search, CERT_BY_FILE,
		    search->conf->trusted_user_ca_keys);
		return true;
	}
	key_options_clear(options);
	cert_log_refused(search, NULL, fault);
	return true;
}
