/* SPDX-License-Identifier: ISC */
/*
 * req_log - log lines of net and session, written here in their name.
 *
 * Shapes:  level and text; net's lines get " [preauth]" before login.
 * Units:   -
 * Errors:  a level that does not exist is an attack.
 * Owns:    nothing.
 * Source:  DESIGN.md section 1; OpenSSH's log lines.
 */
#ifndef MONITOR_REQ_LOG_H
#define MONITOR_REQ_LOG_H

#include "monitor/requests.h"

req_fn req_net_log, req_net_log_lines, req_session_log, req_session_sftp_log;

/*
 * Pure: "... authenticating user NAME ..." as "... invalid user NAME ...";
 * false when the line does not speak of user.
 */
bool log_line_mark_invalid(struct bytes line, struct bytes user, char *out,
    size_t out_len);

#endif
