/* SPDX-License-Identifier: ISC */
/*
 * log_sink - where the log lines of the privileged roles end.
 *
 * Shapes:  syslog as ident "sshd" with the pid, or a descriptor (stderr or
 *          the -E file) on which each line is one write() ending in CR LF.
 * Units:   facility as in <syslog.h>: LOG_AUTH, ...
 * Errors:  none: a line that can't be written is lost.
 * Owns:    the choice of the sink; never the descriptor.
 * Source:  syslog(3); OpenSSH's log lines.
 */
#ifndef LIB_BASE_LOG_SINK_H
#define LIB_BASE_LOG_SINK_H

#include <stdbool.h>

#include "lib/base/log.h"

/* Before it is opened: another name than "sshd". Keeps the pointer. */
void log_sink_set_ident(const char *ident);

/*
 * From now on log_*() lines up to level go to fd, or to syslog. May be
 * called again at any time. The sink puts the "error: " (syslog only) and
 * "debug1: " prefixes before the line; callers hand over the bare line.
 */
void log_sink_open(bool use_fd, int fd, int facility, enum log_level level);

/*
 * While a daemon starts: syslog gets every line, and whoever started it sees
 * the errors on fd as well.
 */
void log_sink_open_start(int fd, int facility, enum log_level level);

/*
 * One line of another process, already cleaned, to where ours go, whatever
 * our own level is. In syslog it stands behind ident, which has the pid.
 */
void log_sink_write_as(const char *ident, int facility, enum log_level level,
    const char *line);

#endif
