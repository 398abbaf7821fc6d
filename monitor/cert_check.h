/* SPDX-License-Identifier: ISC */
/*
 * cert_check - is a certificate good for this user, here and now?
 *
 * Shapes:  a fault is OpenSSH's text for its log line; NULL: none.
 * Units:   seconds since 1970.
 * Errors:  -
 * Owns:    options that are taken are the caller's.
 * Source:  OpenSSH PROTOCOL.certkeys; OpenSSH's log lines.
 *
 * Who signed it, and that the signature holds, is known before.
 */
#ifndef MONITOR_CERT_CHECK_H
#define MONITOR_CERT_CHECK_H

#include "monitor/key_search.h"

struct monitor;

#define CERT_NO_PRINCIPAL \
	"Certificate does not contain an authorized principal"

/*
 * One that is not signed as we accept it is no key at all; logged with the
 * asker's name, as of the process that parses requests.
 */
MUST_CHECK bool cert_signature_holds(struct monitor *mon,
    const struct pubkey *key, const char *asker, bool *holds,
    struct err *err);
/*
 * Pure: kind, time and names. name: has to be one of its principals; NULL
 * when something else was asked of them.
 */
const char *cert_find_fault(const struct cert *cert, const char *name,
    uint64_t now);
/* Pure: is name among the principals? An empty name never is. */
bool cert_lists(const struct cert *cert, struct bytes name);
/* Pure: is one of the comma-separated names? */
bool cert_lists_any(const struct cert *cert, const char *names);
/* What it demands and permits, if its demands are met. */
const char *cert_take_options(const struct key_search *search,
    const char *where, struct key_options *out);

enum cert_source { CERT_BY_FILE, CERT_BY_LINE };
void cert_log_accepted(const struct key_search *search,
    enum cert_source source, const char *where);
/* where: the line that lists the CA; NULL: TrustedUserCAKeys. */
void cert_log_refused(const struct key_search *search, const char *where,
    const char *fault);

#endif
