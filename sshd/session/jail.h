/* SPDX-License-Identifier: ISC */
/*
 * jail - SftpRoot: the session is locked into one tree.
 *
 * Shapes:  two steps: jail_open() while the session is still root, if it ever
 *          was, and jail_lock() when it is the user for good.
 * Units:   -
 * Errors:  any step that does not hold ends the session, but for a kernel
 *          without Landlock: then a log line says what is missing.
 * Owns:    *root_fd is the caller's.
 * Source:  sshd_config(5), SftpRoot; openat2(2), landlock(7), chroot(2).
 *
 * The directory may belong to the user, so nothing in it is ever executed or
 * trusted.
 */
#ifndef SSHD_SESSION_JAIL_H
#define SSHD_SESSION_JAIL_H

#include "lib/base/err.h"
#include "lib/ipc/messages.h"

/*
 * SESSION: opens sftp_root with the rights of the user's files; as root, also
 * makes it the root directory. *root_fd stays -1 when there is no sftp_root.
 */
MUST_CHECK bool jail_open(const struct ipc_GRANT *grant, int *root_fd,
    struct err *err);
/* SESSION: from here on nothing else can be opened, and nothing executed. */
MUST_CHECK bool jail_lock(int root_fd, struct err *err);

#endif
