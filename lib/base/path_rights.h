/* SPDX-License-Identifier: ISC */
/*
 * path_rights - rules of the form PATTERN=right,right: what may be done where.
 *
 * Shapes:  patterns and paths are absolute and canonical; '*' and '?' stand
 *          for bytes inside a component, a component "**" for any number of
 *          components, none included.
 * Units:   rights as a mask of enum path_right.
 * Errors:  a reason as static text.
 * Owns:    nothing; rules borrow the words they were parsed from.
 * Source:  sshd_config(5), SftpRights.
 *
 * The first rule whose pattern matches decides; without one there are no
 * rights.
 */
#ifndef LIB_BASE_PATH_RIGHTS_H
#define LIB_BASE_PATH_RIGHTS_H

#include "lib/base/bytes.h"
#include "lib/base/compiler.h"

enum path_right {
	RIGHT_LIST	= 1 << 0,	/* read a directory */
	RIGHT_READ	= 1 << 1,
	RIGHT_CREATE	= 1 << 2,	/* a file that is not there */
	RIGHT_WRITE	= 1 << 3,	/* a file that is there */
	RIGHT_RENAME	= 1 << 4,	/* from here, and to here */
	RIGHT_DELETE	= 1 << 5,	/* files, directories; by rename too */
	RIGHT_MKDIR	= 1 << 6,
	RIGHT_LINK	= 1 << 7,	/* hard links, from here and to here */
	RIGHT_SYMLINK	= 1 << 8,
	RIGHT_SETATTR	= 1 << 9,	/* mode, times, owner */
	RIGHT_ALL	= (1 << 10) - 1,
};

#define PATH_PATTERN_MAX	62	/* components: states fit into 64 bits */

struct path_rule {
	struct bytes pattern;
	uint32_t rights;
};

/* PATTERN=list,create; false: *reason says what is wrong. */
MUST_CHECK bool path_rule_parse(struct bytes word, struct path_rule *out,
    const char **reason);
/* What may be done with path itself. */
uint32_t path_rights_of(const struct path_rule *rules, size_t count,
    const char *path);
/*
 * Are the rights the same for all that can lie below path? Then *rights has
 * them.
 */
MUST_CHECK bool path_rights_below(const struct path_rule *rules,
    size_t count, const char *path, uint32_t *rights);

#endif
