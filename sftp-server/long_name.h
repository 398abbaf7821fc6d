/* SPDX-License-Identifier: ISC */
/*
 * long_name - a directory entry as "ls -l" shows it.
 *
 * Shapes:  mode, links, owner, group, size, date, name.
 * Units:   now and times in seconds since 1970; the date is local time.
 * Errors:  none: the name is cut where it does not fit.
 * Owns:    what it remembers, inside struct long_names: most entries of a
 *          directory differ in little from the one before.
 * Source:  draft-ietf-secsh-filexfer-02 section 7.
 */
#ifndef SFTP_SERVER_LONG_NAME_H
#define SFTP_SERVER_LONG_NAME_H

#include <sys/stat.h>
#include <time.h>

#include "lib/base/bytes.h"
#include "sftp-server/id_names.h"

#define LONG_NAME_MAX	1024	/* the head, 255 bytes of name, the rest */

#define LONG_HEAD_MAX	576	/* mode, links, 2 names of 256 bytes */
#define LONG_DATE_MAX	24

struct long_head {
	bool is_known;
	uint16_t mode;
	uint32_t nlink, uid, gid;
	size_t len;
	char text[LONG_HEAD_MAX];
};

struct long_date {
	bool is_known;
	int64_t when, now;
	size_t len;
	char text[LONG_DATE_MAX];
};

struct long_names {
	struct id_names users, groups;
	struct long_head head;		/* of the entry before */
	struct long_date date;
};

/* Returns the length; not terminated. */
size_t long_name(struct long_names *names, const struct statx *st,
    struct bytes name, time_t now, char out[static LONG_NAME_MAX]);

#endif
