/* SPDX-License-Identifier: ISC */
/*
 * sftp_tree - the files of internal-sftp, as the grant lets them be seen.
 *
 * Shapes:  layers over the plain or the rooted tree: upload, audit, rights.
 * Units:   -
 * Errors:  ERR_SYS, ERR_NOMEM, ERR_FORMAT for rules that can't be read.
 * Owns:    what its layers need, until the process ends.
 * Source:  sshd_config(5), SftpRoot and its kin.
 */
#ifndef SSHD_SESSION_SFTP_TREE_H
#define SSHD_SESSION_SFTP_TREE_H

#include "sftp-server/audit.h"
#include "sftp-server/rights.h"
#include "sftp-server/rooted.h"
#include "sftp-server/upload.h"
#include "sshd/session/session.h"

struct sftp_tree {
	struct tree plain;
	struct rooted rooted;
	struct upload upload;
	struct audit audit;
	struct rights rights;
	struct path_rule *rules;
	size_t rule_count;
	char who[256];
	struct tree *top;		/* what the server is given */
};

/* In the child of the session. root_fd: of SftpRoot, or -1. */
MUST_CHECK bool sftp_tree_build(const struct session *ses, int root_fd,
    struct sftp_tree *tree, struct err *err);

#endif
