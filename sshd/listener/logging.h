/* SPDX-License-Identifier: ISC */
/*
 * logging - where this run's lines go: syslog, stderr or the -E file.
 *
 * Shapes:  chosen from the flags first, then again with the configuration.
 * Units:   -
 * Errors:  a -E file that can't be opened ends the start.
 * Owns:    the -E file, for the life of the process.
 * Source:  sshd(8), -E, -e; OpenSSH's log lines.
 */
#ifndef SSHD_LISTENER_LOGGING_H
#define SSHD_LISTENER_LOGGING_H

#include "sshd/listener/listener.h"

/* Pure: %p and %P of -E, and %% for itself. False: bad token, or too long. */
MUST_CHECK bool logging_expand(const char *pattern, unsigned long pid,
    char *out, size_t out_len);

/*
 * Before the configuration is known; logs its own failure. at_terminal:
 * somebody is watching stderr, flag or not.
 */
MUST_CHECK bool logging_start(struct listener *listener, bool at_terminal);
/* With LogLevel and SyslogFacility; starting: errors also go to stderr. */
void logging_configure(struct listener *listener, bool starting);
/* Opens the -E file anew, for log rotation; keeps the old one on failure. */
void logging_reopen(struct listener *listener);

#endif
