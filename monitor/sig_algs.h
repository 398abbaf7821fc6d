/* SPDX-License-Identifier: ISC */
/*
 * sig_algs - what the client hears of signature algorithms for users' keys.
 *
 * Shapes:  comma lists of algorithm names.
 * Units:   -
 * Errors:  NULL when memory is out.
 * Owns:    results are malloc'ed.
 * Source:  RFC 8308 section 3.1; OpenSSH PROTOCOL, ext-info-in-auth.
 */
#ifndef MONITOR_SIG_ALGS_H
#define MONITOR_SIG_ALGS_H

#include "sshd/config/config.h"

/*
 * The plain signature algorithms behind a list that may name certificates,
 * each once, in order.
 */
char *sig_algs_plain(const char *accepted);
/*
 * For a client of which nothing is known: that list for what is accepted
 * without Match blocks, and what a Match block adds for kinds of keys that
 * the list lacks. A client that hears nothing of a kind keeps such keys to
 * itself; of kinds that are in it, only the right algorithms may be.
 */
char *sig_algs_for_all(const struct config *config, const char *accepted);

#endif
