/* SPDX-License-Identifier: ISC */
/*
 * auth_password - the method `password`, and the empty password that `none`
 * stands for.
 *
 * Shapes:  a row of the list of back ends.
 * Units:   -
 * Errors:  a wrong password is no error; an account that must not get in has
 *          a wrong one checked, so that it takes as long.
 * Owns:    nothing.
 * Source:  RFC 4252 section 8; sshd_config(5), PermitEmptyPasswords.
 */
#ifndef MONITOR_AUTH_PASSWORD_H
#define MONITOR_AUTH_PASSWORD_H

#include "lib/base/secret.h"
#include "monitor/auth.h"

extern const struct auth_backend auth_password;

/*
 * The password as a C string; for who must not get in with it, and for what
 * no module can be given, junk of the same length.
 */
MUST_CHECK bool auth_password_copy(struct bytes password, bool use,
    struct secret *out, struct err *err);
/* MONITOR: one attempt with the empty password. */
MUST_CHECK bool auth_password_empty(struct monitor *mon,
    struct auth_attempt *attempt, struct err *err);

#endif
