/* SPDX-License-Identifier: ISC */
/*
 * leftovers - files of a session that is killed are removed after it.
 *
 * Shapes:  sockets that it listens on, and the file of ExposeAuthInfo: told
 *          when they are made and when they are gone.
 * Units:   device and inode as of stat(2).
 * Errors:  ERR_DENIED, ERR_FORMAT or ERR_UNEXPECTED for what no session of
 *          ours says; what can't be removed stays.
 * Owns:    struct leftovers its list and root.
 * Source:  DESIGN.md section 1; unlink(2), chroot(2).
 *
 * The word of a session is not trusted: a child with nothing but the user's
 * rights, in the user's root directory, removes what is a socket of the user
 * or has the name of such a file, and still is the file that was made.
 */
#ifndef MONITOR_LEFTOVERS_H
#define MONITOR_LEFTOVERS_H

#include "lib/base/limits.h"
#include "lib/ipc/messages.h"
#include "monitor/user.h"

/* Listeners of one connection, and the file of ExposeAuthInfo. */
#define LEFTOVERS_MAX	(CHANNELS_MAX + 1)

struct leftover;

struct leftovers {
	struct leftover *head;
	size_t count;
	bool allowed;		/* to make such files */
	char *root;		/* ChrootDirectory; NULL: none */
};

MUST_CHECK bool leftovers_allow(struct leftovers *leftovers,
    const struct ipc_GRANT *grant, struct err *err);
MUST_CHECK bool leftovers_add(struct leftovers *leftovers, struct bytes path,
    uint64_t device, uint64_t inode, struct err *err);
MUST_CHECK bool leftovers_drop(struct leftovers *leftovers,
    struct bytes path, struct err *err);
/* MONITOR: the session has ended: removes what it did not, and forgets. */
void leftovers_remove(struct leftovers *leftovers, const struct user *user);

#endif
