/* SPDX-License-Identifier: ISC */
/*
 * title - what ps shows for this process.
 *
 * Shapes:  text written over the argv and environment strings.
 * Units:   -
 * Errors:  none; text that does not fit is cut.
 * Owns:    a copy of the environment, made by title_init().
 * Source:  proc(5), /proc/pid/cmdline.
 */
#ifndef LIB_BASE_TITLE_H
#define LIB_BASE_TITLE_H

#include "lib/base/compiler.h"

struct title {
	char *area;
	unsigned long area_len;
};

/* Called first in main(): later use of argv and environ sees copies. */
void title_init(struct title *title, int argc, char ***argv);
/* "sshd: " and the formatted text. */
void title_set(struct title *title, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
