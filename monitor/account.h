/* SPDX-License-Identifier: ISC */
/*
 * account - what PAM has to say in a login: passwords, accounts, sessions.
 *
 * Shapes:  one PAM handle in struct monitor, from the first request about a
 *          user to the end of the process; NULL: UsePAM no, or broken.
 * Units:   -
 * Errors:  a refusal is no error, but is logged in OpenSSH's words.
 * Owns:    nothing.
 * Source:  sshd_config(5), UsePAM; OpenSSH's log lines.
 */
#ifndef MONITOR_ACCOUNT_H
#define MONITOR_ACCOUNT_H

#include "monitor/pam_stack.h"

struct monitor;

/* MONITOR: once, when the user is known. Nothing happens with UsePAM no. */
MUST_CHECK bool account_start(struct monitor *mon, struct err *err);
/* MONITOR: pam_authenticate, answered with the password wherever asked. */
bool account_check_password(struct monitor *mon, const char *password,
    bool allow_empty);
/*
 * MONITOR: is the account good, as far as PAM knows? Where its password has
 * expired, mon->auth.password_expired is set.
 */
bool account_allows(struct monitor *mon);
/*
 * MONITOR: credentials and session; groups and limits become those that
 * modules made. *opened: else nothing may be run. False: no login.
 */
MUST_CHECK bool account_open_session(struct monitor *mon, bool *opened,
    struct err *err);

/* "PAM: REASON for [illegal user ]USER from HOST". */
void account_log_failure(const struct monitor *mon);
/*
 * Modules know at once that no password fits a name without an account; this
 * takes the time that checking one takes. Nothing for others.
 */
void account_spend_check(const struct monitor *mon);

#endif
