/* SPDX-License-Identifier: ISC */
/*
 * audit - one log line for each transfer.
 *
 * Shapes:  a layer. A transfer is a file from open to close; its line says
 *          upload or download, complete, partial or failed, who, how many
 *          bytes, how long, and last the path.
 * Units:   bytes of file data; seconds.
 * Errors:  those of the tree below.
 * Owns:    what it notes about open files.
 * Source:  sshd_config(5), SftpAudit.
 */
#ifndef SFTP_SERVER_AUDIT_H
#define SFTP_SERVER_AUDIT_H

#include "lib/base/log.h"
#include "sftp-server/layer.h"

struct audit {
	struct layer layer;		/* first */
	const char *who;		/* "USER from ADDRESS port PORT" */
	enum log_level level;		/* lines are there from INFO on */
};

void audit_init(struct audit *audit, struct tree *below, const char *who,
    enum log_level level);

#endif
