/* SPDX-License-Identifier: ISC */
#include "sshd/session/pty.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sshd/session/tty_modes.h"

bool
pty_open(struct pty *pty, const struct ipc_SES_PTY *request, struct err *err)
{
	struct termios tio;

	*pty = (struct pty){ .master = -1, .slave = -1 };
	/* the kernel makes the slave ours, group tty, mode 0620 (devpts) */
	pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (pty->master == -1)
		return err_sys(err, "posix_openpt");
	if (unlockpt(pty->master) == -1 ||
	    ptsname_r(pty->master, pty->path, sizeof(pty->path)) != 0) {
		err_sys(err, "unlockpt");
		goto fail;
	}
	pty->slave = open(pty->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (pty->slave == -1) {
		err_sys(err, "open pty");
		goto fail;
	}
	if (tcgetattr(pty->slave, &tio) == 0) {
		tty_modes_apply(request->modes, &tio);
		(void)tcsetattr(pty->slave, TCSANOW, &tio);
	}
	pty_set_window(pty, request->columns, request->rows,
	    request->x_pixels, request->y_pixels);
	return true;
 fail:
	pty_close(pty);
	return false;
}

static unsigned short
window_value(uint32_t v)
{
	return v > UINT16_MAX ? UINT16_MAX : (unsigned short)v;
}

void
pty_set_window(const struct pty *pty, uint32_t columns, uint32_t rows,
    uint32_t x_pixels, uint32_t y_pixels)
{
	struct winsize size = {
		.ws_col = window_value(columns),
		.ws_row = window_value(rows),
		.ws_xpixel = window_value(x_pixels),
		.ws_ypixel = window_value(y_pixels),
	};

	(void)ioctl(pty->master, TIOCSWINSZ, &size);
}

void
pty_close(struct pty *pty)
{
	if (pty->master != -1)
		close(pty->master);
	if (pty->slave != -1)
		close(pty->slave);
	pty->master = pty->slave = -1;
}

bool
pty_make_controlling(struct pty *pty, struct err *err)
{
	if (ioctl(pty->slave, TIOCSCTTY, 0) == -1)
		return err_sys(err, "TIOCSCTTY");
	for (int fd = 0; fd <= 2; fd++) {
		if (dup2(pty->slave, fd) == -1)
			return err_sys(err, "dup2");
	}
	return true;
}
