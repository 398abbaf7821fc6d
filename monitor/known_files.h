/* SPDX-License-Identifier: ISC */
/*
 * known_files - what the system's and the user's known_hosts say of a host.
 *
 * Shapes:  ssh_known_hosts beside sshd_config, then ~/.ssh/known_hosts; the
 *          same with a 2 behind only when those know nothing.
 * Units:   -
 * Errors:  false only when the process has to end.
 * Owns:    nothing.
 * Source:  OpenSSH's sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.
 */
#ifndef MONITOR_KNOWN_FILES_H
#define MONITOR_KNOWN_FILES_H

#include "keys/known_hosts.h"
#include "monitor/user.h"
#include "sshd/config/config.h"

/* ca: of a certificate, else NULL. */
MUST_CHECK bool known_files_ask(const struct conf *conf,
    const struct user *user, const char *host, const struct pubkey *key,
    const struct pubkey *ca, enum known_status *status, struct err *err);

#endif
