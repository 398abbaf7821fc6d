/* SPDX-License-Identifier: ISC */
/*
 * key_files - is a key in the user's authorized_keys files?
 *
 * Shapes:  AuthorizedKeysFile patterns: tokens, then glob(7); relative ones
 *          lie under the home directory.
 * Units:   -
 * Errors:  a file that can't or must not be read is logged and passed over;
 *          false only when the process has to end.
 * Owns:    on success the caller owns *options.
 * Source:  sshd(8), AUTHORIZED_KEYS FILE FORMAT; reference sheets
 *          authorized_keys section 1, log_messages section 5.
 */
#ifndef MONITOR_KEY_FILES_H
#define MONITOR_KEY_FILES_H

#include "keys/authorized_keys.h"
#include "monitor/peer.h"
#include "monitor/user.h"
#include "sshd/config/config.h"

struct key_search {
	const struct conf *conf;
	const struct user *user;
	const struct peer *peer;
	const struct pubkey *key;
	uint64_t now;			/* seconds since 1970 */
};

/*
 * Reads with the user's rights. *found: a line lists the key and its options
 * permit its use; options are of that line.
 */
MUST_CHECK bool key_files_find(const struct key_search *search,
    struct key_options *options, bool *found, struct err *err);
/* Pure: the path of an AuthorizedKeysFile word for this user. */
MUST_CHECK bool key_file_path(const char *word, const struct user *user,
    char *out, size_t out_len, struct err *err);
/* "ED25519 SHA256:..." for log lines. */
void key_text(const struct pubkey *key, const char *fingerprint_hash,
    char *out, size_t out_len);

#endif
