/* SPDX-License-Identifier: ISC */
/*
 * cert_options - what a user certificate demands and what it permits.
 *
 * Shapes:  critical options and extensions: runs of string name, string data;
 *          the data of an option with a value is itself one string.
 * Units:   -
 * Errors:  ERR_DENIED for a critical option that is not known, ERR_FORMAT and
 *          friends for data that is not of its option's shape.
 * Owns:    struct key_options as of key_options.h.
 * Source:  OpenSSH PROTOCOL.certkeys; sheet authorized_keys_and_certs
 *          section 6.
 */
#ifndef KEYS_CERT_OPTIONS_H
#define KEYS_CERT_OPTIONS_H

#include "keys/key_options.h"
#include "keys/pubkey.h"
#include "lib/wire/reader.h"

/*
 * Nothing is permitted but what an extension grants. *out is written whole;
 * on failure it owns nothing, and *unknown is the critical option that is not
 * known, or empty.
 */
MUST_CHECK bool cert_options_parse(const struct cert *cert,
    struct key_options *out, struct bytes *unknown, struct err *err);
/*
 * The next extension that means nothing here, walked by a cursor over
 * cert->extensions. False at the end.
 */
bool cert_unknown_extension(struct reader *cursor, struct bytes *name);

#endif
