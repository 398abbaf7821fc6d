/* SPDX-License-Identifier: ISC */
/*
 * grant - what a login may do: configuration and key options, put together.
 *
 * Shapes:  struct ipc_GRANT, its lists in one piece of memory.
 * Units:   -
 * Errors:  ERR_RANGE when it does not fit into a message, ERR_DENIED when
 *          it can't be kept (a chroot without root), ERR_FORMAT for a
 *          ChrootDirectory with an unknown %-sequence.
 * Owns:    struct grant its memory.
 * Source:  sshd_config(5); sshd(8), AUTHORIZED_KEYS FILE FORMAT.
 */
#ifndef MONITOR_GRANT_H
#define MONITOR_GRANT_H

#include "keys/key_options.h"
#include "lib/ipc/messages.h"
#include "monitor/peer.h"
#include "monitor/user.h"
#include "sshd/config/config.h"

struct grant_input {
	const struct conf *conf;
	const struct key_options *options;
	const struct user *user;
	const struct peer *peer;
	enum grant_account account;
	struct bytes pam_env;
	const char *login_text;
	const char *auth_info;		/* NULL: no step is known */
	uint32_t log_level;
	struct bytes log_verbose;
	bool is_root;
};

struct grant {
	struct ipc_GRANT message;	/* points into bytes and input */
	uint8_t *bytes;
};

MUST_CHECK bool grant_build(const struct grant_input *in, struct grant *out,
    struct err *err);
void grant_clear(struct grant *grant);

#endif
