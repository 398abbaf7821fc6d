/* SPDX-License-Identifier: ISC */
/*
 * key_lines - do lines of authorized_keys let a key in?
 *
 * Shapes:  a plain key is looked for as it is, a certificate by its CA's key
 *          on lines with cert-authority. The first line that lists it and
 *          permits its use counts.
 * Units:   -
 * Errors:  as key_search.h.
 * Owns:    on success the caller owns *options.
 * Source:  sshd(8), AUTHORIZED_KEYS FILE FORMAT.
 */
#ifndef MONITOR_KEY_LINES_H
#define MONITOR_KEY_LINES_H

#include "monitor/key_search.h"
#include "monitor/lines.h"

/* source names them in log lines, as "SOURCE:NUMBER". */
bool key_lines_search(const struct key_search *search, const char *source,
    struct lines *lines, struct key_options *options);
/* Those of AuthorizedKeysFile. */
MUST_CHECK bool key_lines_files(const struct key_search *search,
    struct key_options *options, bool *found, struct err *err);
/* Those that AuthorizedKeysCommand prints. */
MUST_CHECK bool key_lines_command(const struct key_search *search,
    struct key_options *options, bool *found, struct err *err);

#endif
