/* SPDX-License-Identifier: ISC */
/*
 * pty - a pseudo-terminal of the user.
 *
 * Shapes:  master descriptor and slave path.
 * Units:   window in characters and pixels.
 * Errors:  ERR_SYS.
 * Owns:    struct pty its descriptors.
 * Source:  pty(7), ioctl_tty(2); RFC 4254 section 6.2.
 */
#ifndef SSHD_SESSION_PTY_H
#define SSHD_SESSION_PTY_H

#include "lib/base/err.h"
#include "lib/ipc/messages.h"

struct pty {
	int master, slave;	/* -1: none */
	char path[64];		/* /dev/pts/N */
};

MUST_CHECK bool pty_open(struct pty *pty, const struct ipc_SES_PTY *request,
    struct err *err);
void pty_set_window(const struct pty *pty, uint32_t columns, uint32_t rows,
    uint32_t x_pixels, uint32_t y_pixels);
void pty_close(struct pty *pty);
/* In the child, after setsid(): the slave becomes its terminal and 0, 1, 2. */
MUST_CHECK bool pty_make_controlling(struct pty *pty, struct err *err);

#endif
