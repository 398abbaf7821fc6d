/* SPDX-License-Identifier: ISC */
/*
 * trusted_ca - certificates of the CAs that the configuration trusts.
 *
 * Shapes:  TrustedUserCAKeys: a file of public keys, one a line.
 * Units:   -
 * Errors:  as key_search.h.
 * Owns:    on success the caller owns *options.
 * Source:  sshd_config(5), TrustedUserCAKeys.
 */
#ifndef MONITOR_TRUSTED_CA_H
#define MONITOR_TRUSTED_CA_H

#include "monitor/key_search.h"

/* search->key is a certificate. */
MUST_CHECK bool trusted_ca_find(const struct key_search *search,
    struct key_options *options, bool *found, struct err *err);

#endif
