/* SPDX-License-Identifier: ISC */
/*
 * shadow - passwords of passwd(5) and shadow(5).
 *
 * Shapes:  struct shadow: a hash as crypt(3) writes it, and its age.
 * Units:   days since 1970-01-01, as in the file; -1: not set.
 * Errors:  an account without a password that could be entered gets a
 *          stand-in, with which checking takes as long and never succeeds.
 * Owns:    struct shadow its hash.
 * Source:  shadow(5), crypt(3), crypt(5).
 */
#ifndef MONITOR_SHADOW_H
#define MONITOR_SHADOW_H

#include <stdio.h>

#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "monitor/user.h"

struct shadow {
	char *hash;
	bool is_real;		/* the account's own */
	bool is_empty;		/* no password; hash is a stand-in */
	long changed_day, max_days;
};

/*
 * MONITOR: looks user up. secret: only this host knows it; it chooses the
 * stand-in.
 */
MUST_CHECK bool shadow_load(struct shadow *shadow, const struct user *user,
    struct bytes secret, struct err *err);
void shadow_clear(struct shadow *shadow);
/* The account's own hash, and password is the one behind it. */
bool shadow_verify(const struct shadow *shadow, const char *password);
/* Says so with a line in OpenSSH's words. */
bool shadow_password_expired(const struct shadow *shadow, const char *name);

/* Pure: could somebody enter a password that fits? */
bool shadow_hash_usable(const char *hash);
/* Pure: to be changed by force (day 0), or older than its greatest age. */
bool shadow_is_aged(long changed_day, long max_days, long today);
/*
 * A usable hash of the file, the same one for the same choice; NULL: none.
 * So the methods and costs of stand-ins are spread as the users' are.
 */
MUST_CHECK bool shadow_choose_hash(FILE *file, uint64_t choice, char **out,
    struct err *err);

#endif
