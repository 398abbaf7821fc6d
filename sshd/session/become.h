/* SPDX-License-Identifier: ISC */
/*
 * become - give up root for good.
 *
 * Shapes:  one call, before any request of net is read.
 * Units:   -
 * Errors:  any step that does not hold ends the session.
 * Owns:    nothing.
 * Source:  credentials(7), capabilities(7).
 */
#ifndef SSHD_SESSION_BECOME_H
#define SSHD_SESSION_BECOME_H

#include "lib/base/err.h"
#include "lib/ipc/messages.h"

/*
 * As root: enters chroot_dir when one is given, then sets gid and uid, and
 * proves that there is no way back. Supplementary groups are the parent's
 * work. Not as root: only checks that uid is our own. Either way a session with
 * sftp_root is locked into it; *root_fd is that directory.
 */
MUST_CHECK bool become_user(const struct ipc_GRANT *grant, int *root_fd,
    struct err *err);

#endif
