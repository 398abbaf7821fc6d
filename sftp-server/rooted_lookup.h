/* SPDX-License-Identifier: ISC */
/*
 * rooted_lookup - paths of a rooted tree become descriptors.
 *
 * Shapes:  every path is resolved by one openat2(2) from the top.
 * Units:   -
 * Errors:  -errno.
 * Owns:    descriptors are the caller's, O_CLOEXEC; a place holds one.
 * Source:  openat2(2).
 */
#ifndef SFTP_SERVER_ROOTED_LOOKUP_H
#define SFTP_SERVER_ROOTED_LOOKUP_H

#include "sftp-server/rooted.h"

/* Where a name is made, removed or renamed. */
struct rooted_place {
	int dir_fd;
	char full[PATH_MAX];
	const char *name;		/* in full; "." for the top */
};

/*
 * A relative path starts at the session's directory, as text: the kernel
 * resolves the whole.
 */
MUST_CHECK int rooted_full_path(const struct rooted *rooted, const char *path,
    char out[static PATH_MAX]);
/* full: of rooted_full_path(). */
MUST_CHECK int rooted_open_full(const struct rooted *rooted, const char *full,
    int flags, mode_t mode);
MUST_CHECK int rooted_open_path(const struct rooted *rooted, const char *path,
    int flags, mode_t mode);
/* Only looks at the file. An exact tree may look at a link, not follow it. */
MUST_CHECK int rooted_look(const struct rooted *rooted, const char *path,
    bool follow);

/* The parent is opened, the name is not looked at. Close it in any case. */
MUST_CHECK int rooted_place_open(const struct rooted *rooted,
    const char *path, struct rooted_place *place);
void rooted_place_close(struct rooted_place *place);
/* A name that ends in a slash would be followed where it is a link. */
bool rooted_place_has_slash(const struct rooted_place *place);

#endif
