/* SPDX-License-Identifier: ISC */
/*
 * landlock - from here on this process and its children reach one tree.
 *
 * Shapes:  one ruleset: read, write, make, remove and rename below a
 *          directory; no execution, no devices, no TCP, no signals or
 *          abstract sockets to the outside, as far as the kernel knows these.
 * Units:   -
 * Errors:  ERR_NOT_FOUND when this kernel has no Landlock that can do it.
 * Owns:    nothing.
 * Source:  landlock(7), Documentation/userspace-api/landlock.rst.
 */
#ifndef SFTP_SERVER_LANDLOCK_H
#define SFTP_SERVER_LANDLOCK_H

#include "lib/base/err.h"

/* For good: there is no way back. root_fd: a directory, O_PATH will do. */
MUST_CHECK bool landlock_enter(int root_fd, struct err *err);

#endif
