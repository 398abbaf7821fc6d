/* SPDX-License-Identifier: ISC */
#include "sshd/session/tty_modes.h"

#include "lib/base/compiler.h"
#include "lib/wire/reader.h"

enum mode_kind { MODE_CHAR, MODE_IFLAG, MODE_LFLAG, MODE_OFLAG, MODE_CFLAG };

#define OP_END		0
#define OP_ISPEED	128
#define OP_OSPEED	129
#define OP_FIRST_UNDEFINED 160	/* "cause parsing to stop" */
#define CHAR_UNDEFINED	255	/* RFC 4254 8: the character is disabled */

static const struct mode_row {
	uint8_t opcode;
	enum mode_kind kind;
	tcflag_t value;		/* flag, or index into c_cc */
} mode_rows[] = {
	{ 1, MODE_CHAR, VINTR },
	{ 2, MODE_CHAR, VQUIT },
	{ 3, MODE_CHAR, VERASE },
	{ 4, MODE_CHAR, VKILL },
	{ 5, MODE_CHAR, VEOF },
	{ 6, MODE_CHAR, VEOL },
	{ 7, MODE_CHAR, VEOL2 },
	{ 8, MODE_CHAR, VSTART },
	{ 9, MODE_CHAR, VSTOP },
	{ 10, MODE_CHAR, VSUSP },
	{ 12, MODE_CHAR, VREPRINT },
	{ 13, MODE_CHAR, VWERASE },
	{ 14, MODE_CHAR, VLNEXT },
	{ 18, MODE_CHAR, VDISCARD },
	{ 30, MODE_IFLAG, IGNPAR },
	{ 31, MODE_IFLAG, PARMRK },
	{ 32, MODE_IFLAG, INPCK },
	{ 33, MODE_IFLAG, ISTRIP },
	{ 34, MODE_IFLAG, INLCR },
	{ 35, MODE_IFLAG, IGNCR },
	{ 36, MODE_IFLAG, ICRNL },
	{ 37, MODE_IFLAG, IUCLC },
	{ 38, MODE_IFLAG, IXON },
	{ 39, MODE_IFLAG, IXANY },
	{ 40, MODE_IFLAG, IXOFF },
	{ 41, MODE_IFLAG, IMAXBEL },
	{ 42, MODE_IFLAG, IUTF8 },
	{ 50, MODE_LFLAG, ISIG },
	{ 51, MODE_LFLAG, ICANON },
	{ 52, MODE_LFLAG, XCASE },
	{ 53, MODE_LFLAG, ECHO },
	{ 54, MODE_LFLAG, ECHOE },
	{ 55, MODE_LFLAG, ECHOK },
	{ 56, MODE_LFLAG, ECHONL },
	{ 57, MODE_LFLAG, NOFLSH },
	{ 58, MODE_LFLAG, TOSTOP },
	{ 59, MODE_LFLAG, IEXTEN },
	{ 60, MODE_LFLAG, ECHOCTL },
	{ 61, MODE_LFLAG, ECHOKE },
	{ 62, MODE_LFLAG, PENDIN },
	{ 70, MODE_OFLAG, OPOST },
	{ 71, MODE_OFLAG, OLCUC },
	{ 72, MODE_OFLAG, ONLCR },
	{ 73, MODE_OFLAG, OCRNL },
	{ 74, MODE_OFLAG, ONOCR },
	{ 75, MODE_OFLAG, ONLRET },
	{ 90, MODE_CFLAG, CS7 },
	{ 91, MODE_CFLAG, CS8 },
	{ 92, MODE_CFLAG, PARENB },
	{ 93, MODE_CFLAG, PARODD },
};

static const struct {
	uint32_t bits_per_second;
	speed_t speed;
} speed_rows[] = {
	{ 0, B0 }, { 50, B50 }, { 75, B75 }, { 110, B110 }, { 134, B134 },
	{ 150, B150 }, { 200, B200 }, { 300, B300 }, { 600, B600 },
	{ 1200, B1200 }, { 1800, B1800 }, { 2400, B2400 }, { 4800, B4800 },
	{ 9600, B9600 }, { 19200, B19200 }, { 38400, B38400 },
	{ 57600, B57600 }, { 115200, B115200 }, { 230400, B230400 },
};

static void
set_speed(struct termios *tio, bool input, uint32_t bits_per_second)
{
	for (size_t i = 0; i < ARRAY_LEN(speed_rows); i++) {
		if (speed_rows[i].bits_per_second != bits_per_second)
			continue;
		if (input)
			(void)cfsetispeed(tio, speed_rows[i].speed);
		else
			(void)cfsetospeed(tio, speed_rows[i].speed);
	}
}

static void
set_flag(tcflag_t *flags, const struct mode_row *row, uint32_t argument)
{
	/* CS7 and CS8 are values of one field, not bits of their own */
	if (row->kind == MODE_CFLAG && (row->value & ~(tcflag_t)CSIZE) == 0) {
		if (argument != 0)
			*flags = (*flags & ~(tcflag_t)CSIZE) | row->value;
		return;
	}
	if (argument != 0)
		*flags |= row->value;
	else
		*flags &= ~row->value;
}

static void
apply_row(struct termios *tio, const struct mode_row *row, uint32_t argument)
{
	switch (row->kind) {
	case MODE_CHAR:
		tio->c_cc[row->value] = argument == CHAR_UNDEFINED ?
		    _POSIX_VDISABLE : (cc_t)argument;
		return;
	case MODE_IFLAG:
		set_flag(&tio->c_iflag, row, argument);
		return;
	case MODE_LFLAG:
		set_flag(&tio->c_lflag, row, argument);
		return;
	case MODE_OFLAG:
		set_flag(&tio->c_oflag, row, argument);
		return;
	case MODE_CFLAG:
		set_flag(&tio->c_cflag, row, argument);
		return;
	}
}

void
tty_modes_apply(struct bytes modes, struct termios *tio)
{
	struct reader r = rd_init(modes);
	struct err err;

	while (rd_left(&r) != 0) {
		uint8_t opcode = rd_u8(&r, "mode opcode");
		uint32_t argument;

		if (opcode == OP_END || opcode >= OP_FIRST_UNDEFINED)
			return;
		argument = rd_u32(&r, "mode argument");
		if (!rd_ok(&r, &err))
			return;
		if (opcode == OP_ISPEED || opcode == OP_OSPEED)
			set_speed(tio, opcode == OP_ISPEED, argument);
		for (size_t i = 0; i < ARRAY_LEN(mode_rows); i++) {
			if (mode_rows[i].opcode == opcode)
				apply_row(tio, &mode_rows[i], argument);
		}
	}
}
