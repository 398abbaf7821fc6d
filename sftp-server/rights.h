/* SPDX-License-Identifier: ISC */
/*
 * rights - a tree in which rules say what may be done where.
 *
 * Shapes:  a layer; rules as of lib/base/path_rights.h.
 * Units:   modes as of chmod(2).
 * Errors:  -EACCES for what no rule permits, -EEXIST for a name that may be
 *          made but not replaced.
 * Owns:    nothing; the rules are the caller's.
 * Source:  sshd_config(5), SftpRights and SftpModes.
 *
 * Rules look at where a file really is: the tree below must follow no
 * symbolic links in the canonical paths that it is then given.
 */
#ifndef SFTP_SERVER_RIGHTS_H
#define SFTP_SERVER_RIGHTS_H

#include "lib/base/path_rights.h"
#include "sftp-server/layer.h"

#define RIGHTS_NO_MODE	UINT32_MAX

struct rights_modes {
	uint32_t file, dir;	/* RIGHTS_NO_MODE: what the client asks for */
	uint32_t umask;		/* taken from what the client asks for */
};

struct rights {
	struct layer layer;		/* first */
	const struct path_rule *rules;
	size_t rule_count;		/* 0: everything is permitted */
	struct rights_modes modes;
};

void rights_init(struct rights *rights, struct tree *below,
    const struct path_rule *rules, size_t rule_count,
    const struct rights_modes *modes);

#endif
