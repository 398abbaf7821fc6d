/* SPDX-License-Identifier: ISC */
/*
 * tty_modes - encoded terminal modes of a pty-req.
 *
 * Shapes:  a run of (u8 opcode, u32 argument), ended by opcode 0 or the end.
 * Units:   speeds in bits per second.
 * Errors:  opcodes 160 and above end the run; unknown ones below are skipped.
 * Owns:    nothing.
 * Source:  RFC 4254 section 8, RFC 8160.
 */
#ifndef SSHD_SESSION_TTY_MODES_H
#define SSHD_SESSION_TTY_MODES_H

#include <termios.h>

#include "lib/base/bytes.h"

/* Applies the modes that this system knows to *tio. */
void tty_modes_apply(struct bytes modes, struct termios *tio);

#endif
