/* SPDX-License-Identifier: ISC */
/*
 * long_name - a directory entry as "ls -l" shows it.
 *
 * Shapes:  mode, links, owner, group, size, date, name.
 * Units:   now and times in seconds since 1970; the date is local time.
 * Errors:  none: the name is cut where it does not fit.
 * Owns:    nothing.
 * Source:  draft-ietf-secsh-filexfer-02 section 7.
 */
#ifndef SFTP_SERVER_LONG_NAME_H
#define SFTP_SERVER_LONG_NAME_H

#include <sys/stat.h>
#include <time.h>

#include "lib/base/bytes.h"
#include "sftp-server/id_names.h"

#define LONG_NAME_MAX	512	/* 255 bytes of name, 2 of 32, the rest */

/* Returns the length; not terminated. */
size_t long_name(const struct statx *st, struct bytes name,
    struct id_names *users, struct id_names *groups, time_t now,
    char out[static LONG_NAME_MAX]);

#endif
