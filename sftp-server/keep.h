/* SPDX-License-Identifier: ISC */
/*
 * keep - what a new file takes over from the one that it will replace.
 *
 * Shapes:  mode, owner, group, access list, extended attributes of users.
 * Units:   -
 * Errors:  none: what may not be set, or the file system has not, is left.
 * Owns:    nothing.
 * Source:  chown(2), xattr(7), acl(5).
 */
#ifndef SFTP_SERVER_KEEP_H
#define SFTP_SERVER_KEEP_H

/*
 * Of the files behind the descriptors. A group that can't be kept gets the
 * rights of all others, and no access list comes with it.
 */
void keep_attributes(int old_fd, int new_fd);

#endif
