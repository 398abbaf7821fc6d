/* SPDX-License-Identifier: ISC */
/*
 * reload - SIGHUP: take new configuration, host keys and programs.
 *
 * Shapes:  everything is checked first and swapped on success; on failure the
 *          listener goes on with what it has.
 * Units:   -
 * Errors:  logged here.
 * Owns:    -
 * Source:  DESIGN.md section 2; sshd(8).
 */
#ifndef SSHD_LISTENER_RELOAD_H
#define SSHD_LISTENER_RELOAD_H

#include "sshd/listener/listener.h"

#define RELOAD_CHECK_S	60	/* a new program that checks for longer hangs */

/* Does not return when a newer program takes over. */
void reload(struct listener *listener);

#endif
