/* SPDX-License-Identifier: ISC */
#include "sshd/session/pty.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sshd/session/tty_modes.h"

bool
pty_take(struct pty *pty, int master, struct bytes path,
    const struct pty_wish *wish, struct err *err)
{
	struct termios tio;
	int slave;

	*pty = (struct pty){ .master = -1, .slave = -1 };
	if (!bytes_to_str(path, pty->path, sizeof(pty->path)))
		return err_set(err, ERR_RANGE, "path of a terminal");
	/* its path may mean nothing in a chroot */
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave == -1)
		return err_sys(err, "TIOCGPTPEER");
	pty->master = master;
	pty->slave = slave;
	if (tcgetattr(slave, &tio) == 0) {
		tty_modes_apply(bytes_of(wish->modes, wish->modes_len), &tio);
		(void)tcsetattr(slave, TCSANOW, &tio);
	}
	pty_set_window(pty, wish->columns, wish->rows, wish->x_pixels,
	    wish->y_pixels);
	return true;
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
