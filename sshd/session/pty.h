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

/* What the client asked for; the terminal comes later. */
struct pty_wish {
	uint32_t request;
	uint32_t columns, rows, x_pixels, y_pixels;
	size_t modes_len;
	uint8_t modes[TTY_MODES_MAX];
};

/* Takes the master on success; opens the slave and sets both up. */
MUST_CHECK bool pty_take(struct pty *pty, int master, struct bytes path,
    const struct pty_wish *wish, struct err *err);
void pty_set_window(const struct pty *pty, uint32_t columns, uint32_t rows,
    uint32_t x_pixels, uint32_t y_pixels);
void pty_close(struct pty *pty);
/* In the child, after setsid(): the slave becomes its terminal and 0, 1, 2. */
MUST_CHECK bool pty_make_controlling(struct pty *pty, struct err *err);

#endif
