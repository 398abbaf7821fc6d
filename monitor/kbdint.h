/* SPDX-License-Identifier: ISC */
/*
 * kbdint - the devices behind keyboard-interactive.
 *
 * Shapes:  one row for each device, with its file kbdint_NAME.c; a device
 *          leads its dialogue and says how it ended.
 * Units:   -
 * Errors:  a dialogue that ends early is no error: see dialogue.h.
 * Owns:    nothing.
 * Source:  RFC 4256 section 3.1 (submethods); DESIGN.md section 4.
 */
#ifndef MONITOR_KBDINT_H
#define MONITOR_KBDINT_H

#include "monitor/dialogue.h"

struct kbdint_device {
	const char *name;	/* as in "keyboard-interactive/NAME" */
	bool (*enabled)(const struct conf *conf);
	/* True: who answered is the user, and may be. */
	bool (*run)(struct dialogue *dialogue);
};

extern const struct kbdint_device kbdint_pam;

#endif
