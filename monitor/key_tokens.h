/* SPDX-License-Identifier: ISC */
/*
 * key_tokens - what the commands of the configuration may be told of a key.
 *
 * Shapes:  a table for tokens_expand(): %C %D %f %h %k %t %U %u, and for a
 *          certificate %F %i %K %s %T.
 * Units:   -
 * Errors:  ERR_NOMEM, ERR_CRYPTO.
 * Owns:    struct key_tokens its texts; the rest borrows from the search.
 * Source:  sshd_config(5), TOKENS.
 */
#ifndef MONITOR_KEY_TOKENS_H
#define MONITOR_KEY_TOKENS_H

#include "monitor/key_search.h"
#include "monitor/tokens.h"

#define KEY_TOKENS_MAX	16

struct key_tokens {
	struct token v[KEY_TOKENS_MAX];
	size_t count;
	char *key, *ca, *key_id;		/* base64; text */
	char uid[16], serial[24], connection[256];
	char fingerprint[FINGERPRINT_MAX], ca_fingerprint[FINGERPRINT_MAX];
};

MUST_CHECK bool key_tokens_init(struct key_tokens *tokens,
    const struct key_search *search, struct err *err);
void key_tokens_clear(struct key_tokens *tokens);

#endif
