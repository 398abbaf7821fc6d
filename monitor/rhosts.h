/* SPDX-License-Identifier: ISC */
/*
 * rhosts - may a user of another host log in here as that user?
 *
 * Shapes:  lines "host[ user]" of hosts.equiv, shosts.equiv, ~/.shosts and
 *          ~/.rhosts; `-` in front denies, `@` names a netgroup.
 * Units:   lines of at most RHOSTS_LINE_MAX bytes.
 * Errors:  false only when the process has to end; a file that can't or must
 *          not be read lets nobody in.
 * Owns:    nothing.
 * Source:  hosts.equiv(5), sshd(8).
 */
#ifndef MONITOR_RHOSTS_H
#define MONITOR_RHOSTS_H

#include "monitor/user.h"
#include "sshd/config/config.h"

#define RHOSTS_LINE_MAX	1023	/* as OpenSSH */

/* Who asks, and for whom. */
struct rhosts_query {
	const char *host, *address;	/* of the client */
	const char *client_user;
	const char *server_user;
};

enum rhosts_verdict { RHOSTS_NONE, RHOSTS_YES, RHOSTS_NO };

/* Pure, but for netgroups: what one line says. */
enum rhosts_verdict rhosts_line_judge(struct bytes line,
    const struct rhosts_query *query);
/* MONITOR: all files in their order. */
MUST_CHECK bool rhosts_permit(const struct conf *conf,
    const struct user *user, const struct rhosts_query *query,
    bool *permitted, struct err *err);

#endif
