/* SPDX-License-Identifier: ISC */
/*
 * access - may this account try to log in at all?
 *
 * Shapes:  the account, the configuration that holds for it, the peer.
 * Units:   -
 * Errors:  false after one log line in OpenSSH's words.
 * Owns:    nothing.
 * Source:  sshd_config(5), AllowUsers and its kin; shadow(5); OpenSSH's log
 *          lines.
 */
#ifndef MONITOR_ACCESS_H
#define MONITOR_ACCESS_H

#include "monitor/peer.h"
#include "monitor/user.h"
#include "sshd/config/config.h"

/* Pure: does a word of AllowUsers or DenyUsers fit? USER or USER@HOSTS. */
bool access_user_matches(const char *word, const char *user,
    const char *host, const char *address);
/*
 * MONITOR: in the order of OpenSSH: locked account, shell, DenyUsers,
 * AllowUsers, groups, DenyGroups, AllowGroups. conf holds for user.
 */
bool access_allowed(const struct conf *conf, const struct user *user,
    const struct peer *peer, bool is_root);
/* Could a password or a dialogue be enough for this account, if it is root? */
bool access_root_password_allowed(const struct conf *conf,
    const struct user *user);
/*
 * PermitRootLogin, asked when a method succeeded. has_command: the key
 * forces a command.
 */
bool access_root_allowed(const struct conf *conf, const char *method,
    bool has_command, const struct peer *peer);

#endif
