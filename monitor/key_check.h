/* SPDX-License-Identifier: ISC */
/*
 * key_check - do the options of a key let it be used here and now?
 *
 * Shapes:  the options of an authorized_keys line, of a certificate, and of
 *          earlier steps.
 * Units:   seconds since 1970.
 * Errors:  false after a log line.
 * Owns:    key_options_merge() moves strings between its arguments.
 * Source:  sshd(8), AUTHORIZED_KEYS FILE FORMAT.
 */
#ifndef MONITOR_KEY_CHECK_H
#define MONITOR_KEY_CHECK_H

#include "keys/authorized_keys.h"

struct key_use {
	const char *user;
	const char *host, *address;	/* host: name or address */
	uint64_t now;
	const char *where;		/* "FILE:LINE" */
};

/* from=, expiry-time=, source-address of what was matched. */
bool key_options_permit(const struct key_options *options,
    const struct key_use *use);
/* Pure: does the list of from= let host at address in? */
bool key_from_matches(const char *list, const char *host, const char *address);
/*
 * What both sets allow, left in *into; from what `more` lists is moved what
 * *into lacks. ERR_DENIED when both force a command, and not the same one.
 */
MUST_CHECK bool key_options_merge(struct key_options *into,
    struct key_options *more, struct err *err);

#endif
