/* SPDX-License-Identifier: ISC */
/*
 * auth_info - how a user has logged in: for SSH_USER_AUTH and for modules.
 *
 * Shapes:  a line "METHOD[/DEVICE][ KEYTYPE BASE64][ FACTS]\n" for each step
 *          that succeeded.
 * Units:   -
 * Errors:  ERR_NOMEM; the text stays as it was.
 * Owns:    struct auth_info its text.
 * Source:  sshd_config(5), ExposeAuthInfo.
 */
#ifndef MONITOR_AUTH_INFO_H
#define MONITOR_AUTH_INFO_H

#include "keys/pubkey.h"

struct auth_info {
	char *text;		/* NULL: no step yet */
	size_t len;
};

struct auth_info_step {
	const char *method;
	const char *device;		/* NULL: none */
	const struct pubkey *key;	/* NULL: none */
	const char *facts;		/* "": none */
};

MUST_CHECK bool auth_info_add(struct auth_info *info,
    const struct auth_info_step *step, struct err *err);
void auth_info_clear(struct auth_info *info);

#endif
