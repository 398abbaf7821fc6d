/* SPDX-License-Identifier: ISC */
/*
 * principals - whose certificates are good for a user?
 *
 * Shapes:  lines of AuthorizedPrincipalsFile, then those that
 *          AuthorizedPrincipalsCommand prints; the first that names a
 *          principal of the certificate counts.
 * Units:   -
 * Errors:  as key_search.h.
 * Owns:    on success the caller owns *options.
 * Source:  sshd_config(5), AuthorizedPrincipalsFile, -Command.
 */
#ifndef MONITOR_PRINCIPALS_H
#define MONITOR_PRINCIPALS_H

#include "monitor/key_search.h"

/* Does the configuration say so, or is it the user's name that counts? */
bool principals_are_configured(const struct conf *conf);
MUST_CHECK bool principals_find(const struct key_search *search,
    struct key_options *options, bool *found, struct err *err);

#endif
